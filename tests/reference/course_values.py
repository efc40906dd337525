"""The rows of ``reference/course_values.jsonl``, and what ties a test to them."""

import json

import pytest

from tools.notebooks import ROOT

FILE = ROOT / "reference" / "course_values.jsonl"
LINES = [json.loads(line) for line in FILE.read_text("utf-8").splitlines()]
ROWS = {row["id"]: row for row in LINES}
PROVED: list[str] = []


def proves(*ids: str):
    """A mark that runs a test once for each of these rows, passed to it as ``row``."""
    PROVED.extend(ids)
    return pytest.mark.parametrize("row", [ROWS[name] for name in ids], ids=ids)


def value(name: str):
    """The value that the course prints, from the row of this id."""
    return ROWS[name]["value"]


def like(printed: str, number: float) -> str:
    """The number in the format, and with the digits, of the printed one."""
    mantissa, exponent, _ = printed.partition("e")
    digits = len(mantissa.partition(".")[2])
    return f"{number:.{digits}{'e' if exponent else 'f'}}"
