"""``reference/course_values.jsonl``: its form, and a proof for every row.

A row holds a value that the course prints in the chapters of this project. For a row of
the class "needs the Hub's weights" there is only the course's word: the field ``needs``
says what is missing here. Every other row has a test in this folder that computes it;
those that read a vocabulary which no package carries have the mark ``real``. Where the
course's text has changed, ``edition`` says which one prints the value.
"""

import importlib
import re
from collections import Counter
from pathlib import Path

import pytest
from course_values import LINES, PROVED

ALWAYS = {"id", "section", "made_by", "value", "class"}
# What a row of each class has besides.
CLASSES = {
    "reproduced": set(),
    "needs the Hub's weights": {"needs"},
    "changed by a library": {"today"},
    "wrong in the course": {"truth"},
}
SECTIONS = re.compile(r"1\.\d+|2\.[1-8]|3\.[1-4]|7\.[456]")


@pytest.mark.parametrize("row", LINES, ids=[row["id"] for row in LINES])
def test_form_of_a_row(row):
    assert set(row) - {"edition"} == ALWAYS | CLASSES[row["class"]]
    assert row.get("edition", "earlier") in ("earlier", "revised", "TensorFlow")
    assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)+", row["id"])
    assert SECTIONS.fullmatch(row["section"])
    assert row["id"].startswith(f"ch{row['section'][0]}-")
    assert row["made_by"]
    for other in ("today", "truth"):
        assert row.get(other) != row["value"]


def test_rows_are_in_the_order_of_the_course():
    sections = [[int(part) for part in row["section"].split(".")] for row in LINES]
    assert sections == sorted(sections)
    assert Counter(row["id"] for row in LINES).most_common(1)[0][1] == 1


def test_every_row_that_can_be_proved_is_proved():
    for path in Path(__file__).parent.glob("test_*.py"):
        importlib.import_module(path.stem)
    provable = {row["id"] for row in LINES if row["class"] != "needs the Hub's weights"}
    assert set(PROVED) == provable
