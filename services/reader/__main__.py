"""Verify a log from the shell: exit 0 when sound, 1 when damaged, 2 when nothing can be verified, 130 on Ctrl-C."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from services.reader.bundle import BundleReport, verify_bundle
from services.reader.certificate import CertificateReport, verify_certificate
from services.reader.disclosure import DisclosureReport, verify_disclosure
from services.reader.report import Report, Unusable
from services.reader.verify import Demands, verify_database, verify_directory, verify_url


def main(arguments: list[str] | None = None) -> int:
    """Print the report and return the exit code."""
    parser = argparse.ArgumentParser(prog="python -m services.reader", description=__doc__)
    parser.add_argument(
        "log", nargs="?", help="a directory of tiles, its http(s) URL, an SQLite file, or a PostgreSQL URL"
    )
    parser.add_argument("--log-vkey", help="the log's verifier key, by default a directory's log.vkey")
    parser.add_argument("--pin", action="append", metavar="SOURCE=VKEY", help="the one key a source can have")
    parser.add_argument("--since", type=Path, help="a file with an earlier signed checkpoint")
    parser.add_argument("--witness", action="append", default=[], metavar="VKEY", help="who must have cosigned")
    parser.add_argument("--quorum", type=int, help="how many of the witnesses, all of them without it")
    parser.add_argument("--token-file", type=Path, help="a file with the bearer token for a URL's entries")
    parser.add_argument("--jobs", type=int, help="how many processes check entries, one for each core without it")
    parser.add_argument("--bundle", action="store_true", help="the directory is one organisation's bundle, not a log")
    parser.add_argument(
        "--certificate",
        type=Path,
        metavar="FILE",
        help="the certificate of an erasure; with a log, also against its entries",
    )
    parser.add_argument("--disclosure", type=Path, metavar="FILE", help="the decrypted package of a disclosure")
    parser.add_argument("--manifest", metavar="SHA256", help="with --disclosure: what its manifest must have")
    chosen = parser.parse_args(arguments)
    if chosen.log is None and chosen.certificate is None and chosen.disclosure is None:
        parser.error("a log is verified, or a certificate, or the package of a disclosure")
    try:
        report = _verify(chosen)
    except (Unusable, OSError) as error:
        print(error, file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("stopped before the end: nothing is said of the log", file=sys.stderr)
        return 130
    print(report.text())
    return report.exit_code


def _verify(chosen: argparse.Namespace) -> Report | BundleReport | CertificateReport | DisclosureReport:
    demands = Demands(witnesses=chosen.witness, quorum=chosen.quorum, jobs=chosen.jobs)
    if chosen.pin:
        if not all("=" in pin for pin in chosen.pin):
            raise Unusable("a pin is SOURCE=VKEY")
        demands["pins"] = dict(pin.split("=", 1) for pin in chosen.pin)
    if chosen.disclosure is not None:
        if chosen.log is not None or chosen.certificate is not None:
            raise Unusable("the package of a disclosure is verified by itself")
        return verify_disclosure(
            chosen.disclosure,
            log_vkey=chosen.log_vkey,
            manifest=chosen.manifest,
            pins=demands.get("pins"),
            witnesses=chosen.witness,
            quorum=chosen.quorum,
        )
    if chosen.certificate is not None:
        return verify_certificate(
            chosen.certificate,
            log_vkey=chosen.log_vkey,
            pins=demands.get("pins"),
            witnesses=chosen.witness,
            quorum=chosen.quorum,
            place=chosen.log,
            token=chosen.token_file.read_text().strip() if chosen.token_file else None,
        )
    if chosen.bundle:
        if chosen.since:
            raise Unusable("a bundle holds no proof that its log continues an earlier checkpoint")
        return verify_bundle(
            Path(chosen.log),
            log_vkey=chosen.log_vkey,
            pins=demands.get("pins"),
            witnesses=chosen.witness,
            quorum=chosen.quorum,
        )
    if chosen.since:
        demands["since"] = chosen.since.read_bytes()
    if chosen.log.startswith(("http://", "https://")):
        token = chosen.token_file.read_text().strip() if chosen.token_file else None
        return verify_url(chosen.log, token=token, log_vkey=chosen.log_vkey, **demands)
    if Path(chosen.log).is_dir():
        return verify_directory(Path(chosen.log), log_vkey=chosen.log_vkey, **demands)
    if chosen.log_vkey is None:
        raise Unusable("a database is verified against --log-vkey")
    return verify_database(chosen.log, log_vkey=chosen.log_vkey, **demands)


if __name__ == "__main__":
    sys.exit(main())
