"""What is given and what is said: every row of the table in ``bad_inputs.py``."""

import re
from pathlib import Path, PureWindowsPath

import pytest
from bad_inputs import CASES, Bench

from tools.reliability import split_page
from tools.reliability_inputs import section


def without_folder(said: str, folder: Path) -> str:
    """The text with FOLDER for the folder, and paths in it as on Linux."""
    said = said.replace(str(folder), "FOLDER")
    return re.sub(r"FOLDER[\\\w.]+", lambda path: path[0].replace("\\", "/"), said)


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.where}: {case.given}")
def test_what_is_said(case, tmp_path):
    error = None
    try:
        said = case.call(Bench(tmp_path))
    except Exception as raised:
        error, said = raised, str(raised)
    assert type(error) is (case.error or type(None)), repr(error or said)
    if error is None and case.where != "tools.run":
        said = repr(said)
    pattern = ".*".join(map(re.escape, case.says.split("…")))
    said = without_folder(said, tmp_path)
    assert re.fullmatch(pattern, said, re.DOTALL), said


def test_paths_of_windows_are_read_as_those_of_linux():
    folder = PureWindowsPath("C:/Users/me/tmp")
    said = f"{folder / 'pack' / 'menu.json'} is no catalogue: take it out of {folder}"
    assert without_folder(said, folder) == (
        "FOLDER/pack/menu.json is no catalogue: take it out of FOLDER"
    )


def test_no_row_is_there_twice():
    rows = [(case.where, case.given) for case in CASES]
    assert len(set(rows)) == len(rows) >= 60


def test_the_page_shows_the_table():
    _, shown, _ = split_page("inputs")
    assert shown == section(), "run `python -m tools.reliability inputs`"
