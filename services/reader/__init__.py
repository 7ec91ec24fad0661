"""The independent reader of the log: it shares no code with the writer."""

from services.reader.bundle import BundleReport, verify_bundle
from services.reader.certificate import CertificateReport, verify_certificate
from services.reader.disclosure import DisclosureReport, verify_disclosure
from services.reader.report import Damage, Finding, Report, Unusable
from services.reader.verify import verify_database, verify_directory, verify_url

__all__ = [
    "BundleReport",
    "CertificateReport",
    "Damage",
    "DisclosureReport",
    "Finding",
    "Report",
    "Unusable",
    "verify_bundle",
    "verify_certificate",
    "verify_database",
    "verify_directory",
    "verify_disclosure",
    "verify_url",
]
