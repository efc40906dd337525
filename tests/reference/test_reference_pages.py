"""The pages in docs/ are what ``python -m tools.reference_pages`` writes."""

import pytest

from tools.reference_pages import PAGES, pages, read_table


@pytest.mark.parametrize("name", ["migration.md", "findings.md"])
def test_pages_are_written_from_the_tables(name):
    assert (PAGES / name).read_text("utf-8") == pages()[name]


def test_every_error_is_on_the_page_verbatim():
    """For the browser's search."""
    text = (PAGES / "migration.md").read_text("utf-8")
    for row in read_table("migration"):
        for field in ("course", "today"):
            assert f"\n{row[field]}\n```" in text, row["id"]
        message = row.get("warning", row["error"])
        assert f"\n{message}\n```" in text, row["id"]
        assert "\n" not in message, row["id"]


@pytest.mark.parametrize("name", ["migration", "findings"])
def test_entries_have_headings_of_their_own(name):
    """A heading is an entry's address, on GitHub and on the site."""
    heading = "title" if name == "findings" else "id"
    rows = read_table(name)
    assert len({row[heading].lower() for row in rows}) == len(rows)
    groups = [row["group"] for row in rows]
    assert groups == sorted(groups, key=groups.index)
