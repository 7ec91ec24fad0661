"""A certificate holds by itself; whatever is changed in it, and whatever it claims that cannot be, is named."""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Iterator
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest

from services.contracts.standing import STANDING_SENTENCE
from services.reader import Unusable, verify_certificate
from services.reader.__main__ import main
from services.reader.certificate_form import LAW
from services.retention.schemas import CERTIFICATE
from tests.unit.reader.tinycertificate import DAY, NEXT, NIGHT, NOW, SERVICES, Tiny, handed_over
from tests.unit.reader.tinylog import LOG, ORIGIN, PINS, Files, Signer, event

STRANGER = Signer("other.example/log")


def judged(document: Any, **demands: Any) -> str:
    """`ok`, or where it is wrong; `unusable` where it is no certificate at all."""
    raw = document if isinstance(document, bytes) else json.dumps(document).encode()
    try:
        report = verify_certificate(raw, **{"log_vkey": LOG.vkey, **demands})
    except Unusable:
        return "unusable"
    assert report.ok == report.text().endswith("\nok")
    return "ok" if report.wrong is None else report.wrong.where


def test_a_certificate_holds_by_itself():
    report = verify_certificate(Tiny().raw(), log_vkey=LOG.vkey, pins=PINS)

    assert report.ok, report.text()
    assert (report.origin, report.organisation, report.erased, report.unreadable) == (ORIGIN, "o1", DAY, NIGHT)
    assert report.entries == 9


def test_the_first_moment_alone_holds_and_says_what_is_not_stated_yet():
    report = verify_certificate(Tiny(unreadable_in_copies_at=None, retired={}).raw(), log_vkey=LOG.vkey)

    assert (report.ok, report.unreadable, report.entries) == (True, None, 5)
    assert "not stated yet" in report.text()


def test_an_erasure_that_retention_has_no_part_in_names_no_order():
    services = ["auth"]
    tiny = Tiny(scope="category/ip_address", services=services, order=None, completed={"auth": 6}, retired={"auth": 10})

    assert judged(tiny.document()) == "ok"


def test_whom_a_hold_kept_is_told_of_an_organisation():
    report = verify_certificate(Tiny(scope="organisation", excepted=2).raw(), log_vkey=LOG.vkey)

    assert report.ok
    assert "but for 2 people on whom there is a hold" in report.text()


def test_the_key_may_come_from_the_certificate_which_is_said():
    report = verify_certificate(Tiny().raw())

    assert (report.ok, report.key_given) == (True, False)
    assert "give it to prove whose log this is" in report.text()


def test_a_hand_over_of_the_key_that_signed_is_followed():
    over = handed_over("/retention", 1, NOW, NEXT)

    assert judged(Tiny(before=(over,), signer=NEXT).document()) == "ok"
    assert judged(Tiny(before=(over,)).document()) == "statement.entry"
    assert judged(Tiny(signer=NEXT).document()) == "statement.entry"
    not_agreed = handed_over("/retention", 1, NOW, NEXT, agreed=False)
    assert judged(Tiny(before=(not_agreed,), signer=NEXT).document()) == "keys[2].entry"


def test_an_entry_that_tells_of_no_key_is_no_key():
    other = event("/retention", 1, "RuleChanged", "id-r", {"n": "1"})

    assert judged(Tiny(before=(other,)).document()) == "keys[2].entry"


@pytest.mark.parametrize(
    ("claim", "where"),
    [
        ({"remaining": 1}, "erased_here.remaining"),
        ({"excepted": 1}, "erased_here.excepted"),
        ({"scope": "organisation", "excepted": -1}, "erased_here.excepted"),
        ({"completed": {"auth": 6, "org": 7, "audit": 5}}, "erased_here.entries"),
        ({"services": ["auth", "org", "audit"]}, "erased_here.entries"),
        ({"services": [*SERVICES, "auth"]}, "erased_here.entries"),
        ({"services": [], "completed": {}, "retired": {}}, "erased_here.entries"),
        ({"order": 8, "completed": {"audit": 4, "auth": 5, "org": 6, "retention": 7}}, "erased_here.entries.auth"),
        ({"retired": {"auth": 9, "org": 10, "audit": 11}}, "unreadable_in_every_earlier_copy"),
        ({"retired": {}}, "unreadable_in_every_earlier_copy"),
        ({"completed": {"auth": 6, "org": 6, "audit": 5, "retention": 8}}, "statement.entry"),
        ({"order": 5}, "statement.entry"),
        ({"retired": {"audit": 9, "auth": 10, "org": 11, "retention": 13}}, "statement.entry"),
        ({"order": -1}, "statement.entry"),
        ({"due": NIGHT}, "ordered.at"),
        ({"due": "yesterday"}, "statement.entry"),
        ({"at": "2026-01-03"}, "statement.entry"),
    ],
    ids=str,
)
def test_what_was_signed_must_also_be_possible(claim, where):
    """Signed by the right key, and in the log: a service that lies, or errs, proves nothing by it."""
    assert judged(Tiny(**claim).document()) == where


def test_a_retirement_before_the_completion_is_no_second_moment():
    tiny = Tiny(completed={"audit": 9, "auth": 10, "org": 11, "retention": 12}, retired=dict.fromkeys(SERVICES, 5))
    tiny.data["retired"] = {"audit": 5, "auth": 6, "org": 7, "retention": 8}
    again = Tiny(completed=tiny.data["completed"], retired=tiny.data["retired"])

    assert judged(again.document()) == "unreadable_in_every_earlier_copy.entries.auth"


def test_who_signed_matters():
    assert judged(Tiny(signer=STRANGER).document()) == "statement.entry"
    assert judged(Tiny(signer=Signer(ORIGIN + "/auth")).document()) == "statement.entry"
    assert judged(Tiny().document(), log_vkey=STRANGER.vkey) == "log.vkey"
    assert judged(Tiny().document(), pins={**PINS, "/retention": NEXT.vkey}) == "keys[1].entry"


def test_a_witness_that_was_asked_for_must_have_cosigned():
    witness = Signer("witness.example/1", algorithm=4)
    tiny = Tiny()
    assert judged(tiny.document(), witnesses=[witness.vkey]) == "log.checkpoint"

    text, _, _ = tiny.note.partition(b"\n\n")
    stamp = (1).to_bytes(8, "big")
    tiny.note += witness.line(text + b"\n", b"cosignature/v1\ntime 1\n", stamp)
    assert judged(tiny.document(), witnesses=[witness.vkey]) == "ok"
    report = verify_certificate(tiny.raw(), log_vkey=LOG.vkey)
    assert report.strangers == ("witness.example/1",)


@pytest.mark.parametrize(
    ("raw", "said"),
    [
        (b"", "JSON"),
        (b"[]", "object"),
        (b"\xff", "UTF-8"),
        (b'{"format": 1.5}', "whole"),
        (b'{"format": NaN}', "whole"),
        (b'{"format": "\\ud800"}', "half"),
        (b'{"format": 1, "format": 2}', "twice"),
        (b'{"format": ' + b"9" * 5000 + b"}", "JSON"),
        (b"[" * 100_000, "JSON"),
        (b" " * (5 << 20), "4 MiB"),
    ],
    ids=lambda raw: str(raw)[:20],
)
def test_what_is_no_certificate_is_refused(raw, said):
    with pytest.raises(Unusable, match=said):
        verify_certificate(raw)


def places(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """The path to every value, objects and lists included, all but the whole itself."""
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for name, one in inner:
        yield (*path, name)
        yield from places(one, (*path, name))


def changes(value: Any) -> list[Any]:
    """Other values of the same kind, and of another kind."""
    match value:
        case str():
            # One digit, one letter, one line, cut short, made longer, of another kind.
            swapped = [value.translate({ord(a): b}) for a, b in ("10", "Aa", "zy", "\n ")]
            return [*swapped, value[1:], value[:-1], value + " ", value + "\n", value.upper(), "", None, 7, [value]]
        case int():
            return [value + 1, value - 1, -value - 1, str(value), None, bool(value), float(value), [value]]
        case None:
            return ["", 0, {}, {"at": DAY, "entries": {}}]
        case list():
            return [value[1:], value[:-1], value[::-1], [*value, *value[-1:]], [], None, {}]
        case _:
            return [dict(list(value.items())[1:]), {**value, "more": 1}, {}, None, []]


def changed(document: Any, path: tuple[Any, ...], change: Any) -> Any:
    made = deepcopy(document)
    inner = made
    for name in path[:-1]:
        inner = inner[name]
    inner[path[-1]] = change
    return made


@pytest.mark.searching
@pytest.mark.parametrize("tiny", [Tiny(), Tiny(unreadable_in_copies_at=None, retired={})], ids=["both", "first"])
def test_no_field_can_be_changed(tiny):
    document = tiny.document()
    tried, survived = 0, []
    for path in places(document):
        value = document
        for name in path:
            value = value[name]
        for change in changes(value):
            if change == value and type(change) is type(value):
                continue
            tried += 1
            if judged(changed(document, path, change)) == "ok":
                survived.append((path, change))

    assert survived == []
    assert tried >= 500


def test_no_bit_can_be_flipped_but_where_json_itself_does_not_care():
    raw, chance = Tiny().raw(), random.Random(4)
    same = json.loads(raw)
    tried, survived = 0, []
    for _ in range(750):
        at, bit = chance.randrange(len(raw)), chance.randrange(8)
        flipped = raw[:at] + bytes([raw[at] ^ 1 << bit]) + raw[at + 1 :]
        if ignored(flipped, same):
            continue
        tried += 1
        if judged(flipped) == "ok":
            survived.append((at, bit))

    assert survived == []
    assert tried >= 500


def ignored(raw: bytes, same: Any) -> bool:
    """Whether this is the same certificate in another spelling: a space that became a newline, an escape."""
    try:
        return bool(json.loads(raw) == same)
    except ValueError:
        return False


def test_fields_of_two_certificates_do_not_mix():
    one, other = Tiny().document(), Tiny(erasure="another", rule="account_closed:P30D@1").document()
    for name in ("certificate", "rule", "statement", "log", "keys", "receipts"):
        assert judged({**one, name: other[name]}) != "ok", name


def test_the_sentence_is_the_writers_word_for_word():
    """Two texts, since the reader shares nothing with the writer."""
    assert LAW == STANDING_SENTENCE
    assert Tiny().document()["format"] == CERTIFICATE


@pytest.fixture
def log(tmp_path: Path) -> Callable[[Tiny], Path]:
    """The directory of the log that a certificate is of, grown by an entry since."""

    def write(tiny: Tiny) -> Path:
        later = event("/auth", 4, "Happened", "id-later", {"n": "1"})
        Files(tmp_path / "log", [*tiny.held, later])
        return tmp_path / "log"

    return write


def test_who_may_read_the_entries_sees_that_they_say_so(log):
    tiny = Tiny()
    report = verify_certificate(tiny.raw(), log_vkey=LOG.vkey, place=log(tiny))

    assert report.ok, report.text()
    assert "compared: those entries say what the certificate says" in report.text()
    assert "compared" not in verify_certificate(tiny.raw(), log_vkey=LOG.vkey).text().replace("can compare", "")


@pytest.mark.parametrize(
    ("lies", "where"),
    [
        ({"ErasureOrdered": {"erasure": "another"}}, "ordered.entry"),
        ({"ErasureOrdered": {"services": ["auth"]}}, "ordered.entry"),
        ({"ErasureOrdered": {"at": NIGHT}}, "ordered.at"),
        ({"ErasureOrdered": {"excepted": ["somebody"]}}, "erased_here.excepted"),
        ({"ErasureCompleted": {"erasure": "another"}}, "erased_here.entries.org"),
        ({"ErasureCompleted": {"order": 3}}, "erased_here.entries.org"),
        ({"ErasureCompleted": {"remaining": 1}}, "erased_here.entries.org"),
        ({"KeyEpochRetired": {"after": 0}}, "unreadable_in_every_earlier_copy.entries.org"),
        ({"KeyEpochRetired": {"after": None}}, "unreadable_in_every_earlier_copy.entries.org"),
    ],
    ids=str,
)
def test_entries_that_say_something_else_are_found_by_who_may_read_them(log, lies, where):
    """Off-line it holds: it is signed, and every path leads to the root."""
    tiny = Tiny(lies=lies)

    assert judged(tiny.document()) == "ok"
    assert judged(tiny.document(), place=log(tiny)) == where


def test_entries_of_another_kind_or_another_log_are_found(log):
    swapped = {"auth": 7, "org": 6, "audit": 5, "retention": 8}
    tiny = Tiny(completed=swapped)
    assert judged(tiny.document()) == "ok"
    assert judged(tiny.document(), place=log(tiny)) == "erased_here.entries.auth"
    assert judged(Tiny(lies={"KeyEpochRetired": {"n": 1}}).document(), place=log(tiny)) == "receipts"


def test_a_log_that_is_shorter_or_not_there_cannot_be_compared_with(log, tmp_path):
    tiny = Tiny()
    Files(tmp_path / "short", tiny.held[:6])
    assert judged(tiny.document(), place=tmp_path / "short") == "receipts"
    assert judged(tiny.document(), place=tmp_path / "nowhere") == "unusable"


@pytest.mark.parametrize(
    ("spoil", "code", "said"),
    [
        (lambda raw: raw, 0, "ok"),
        (lambda raw: raw.replace(b'"person"', b'"nobody"', 1), 1, "WRONG: scope: it is not what was signed"),
        (lambda raw: raw[1:], 2, "this is no certificate"),
    ],
    ids=["sound", "changed", "broken"],
)
def test_from_the_shell(tmp_path: Path, capsys, spoil: Callable[[bytes], bytes], code: int, said: str):
    file = tmp_path / "certificate.json"
    file.write_bytes(spoil(Tiny().raw()))

    assert main(["--certificate", str(file), "--log-vkey", LOG.vkey]) == code
    told = capsys.readouterr()
    assert said in told.out + told.err


def test_from_the_shell_with_a_log_beside_it(tmp_path: Path, capsys, log):
    tiny, file = Tiny(lies={"ErasureCompleted": {"remaining": 1}}), tmp_path / "certificate.json"
    file.write_bytes(tiny.raw())

    assert main(["--certificate", str(file), "--log-vkey", LOG.vkey]) == 0
    assert main(["--certificate", str(file), "--log-vkey", LOG.vkey, str(log(tiny))]) == 1
    assert "erased_here.entries.org: entry 7 says that something was left" in capsys.readouterr().out


def test_from_the_shell_it_is_a_log_or_a_certificate(capsys):
    with pytest.raises(SystemExit):
        main([])
