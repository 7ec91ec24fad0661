"""What leaves for a spreadsheet is data, and an archive holds files where it says they are."""

from __future__ import annotations

import csv
import io
import zipfile

import pytest

from services.kernel.paper.archive import archived
from services.kernel.paper.sheets import cell, table


@pytest.mark.parametrize("formula", ["=1+1", "+31 20", "-2", "@SUM(A1)", "\tx", "\rx", "\n=1", "  =1+1", "\uff1d1+1"])
def test_nothing_that_a_spreadsheet_would_execute_is_left_bare(formula: str) -> None:
    assert cell(formula) == f"'{formula}"


def test_a_cell_says_what_there_is() -> None:
    values = ("Sanne", None, True, -2, ["a", "b"])
    assert [cell(value) for value in values] == ["Sanne", "", "true", "-2", '["a", "b"]']


def test_a_table_has_the_named_columns_alone_and_reads_back() -> None:
    made = table(["name", "said"], [{"name": 'No"or', "said": "a\r\nb, ë", "never": 1}, {"name": "=x"}])
    assert list(csv.reader(io.StringIO(made.decode(), newline=""))) == [
        ["name", "said"],
        ['No"or', "a\r\nb, ë"],
        ["'=x", ""],
    ]


def test_an_archive_is_the_same_for_the_same_files() -> None:
    made = archived({"b.txt": b"two", "a/one.csv": b"one"})
    assert made == archived({"a/one.csv": b"one", "b.txt": b"two"})
    with zipfile.ZipFile(io.BytesIO(made)) as found:
        assert found.testzip() is None
        assert found.namelist() == ["a/one.csv", "b.txt"]


@pytest.mark.parametrize(
    "name", ["../a.txt", "/a.txt", "a/../b.txt", "a\\b.txt", "A.txt", "a", "", "C:a.txt", "a.txt\n"]
)
def test_a_name_that_leads_elsewhere_is_never_in_an_archive(name: str) -> None:
    with pytest.raises(ValueError, match="name of ours"):
        archived({name: b""})
