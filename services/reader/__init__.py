"""The independent reader of the log: it shares no code with the writer."""

from services.reader.bundle import BundleReport, verify_bundle
from services.reader.report import Damage, Finding, Report, Unusable
from services.reader.verify import verify_database, verify_directory, verify_url

__all__ = [
    "BundleReport",
    "Damage",
    "Finding",
    "Report",
    "Unusable",
    "verify_bundle",
    "verify_database",
    "verify_directory",
    "verify_url",
]
