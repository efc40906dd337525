"""Writes docs/migration.md and docs/findings.md from the tables in reference/.

python -m tools.reference_pages

A row of ``migration.jsonl`` has two snippets that tests/reference/test_migration.py
runs, ``course`` and ``today``; ``error``, the type and first line of what the first
raises (an ending ``…`` stands for a path), or ``passes`` with its ``warning``;
``check``, which holds after the second; and may have a ``note`` and a situation,
``given``.  A row of ``findings.jsonl`` has the ``proof`` that a function of
tests/reference/test_findings.py returns, and a ``notebook`` with a ``cell`` that holds
that text and uses the ``fix``.
"""

import json
import re
import sys
from itertools import groupby

from tools.notebooks import ROOT

TABLES, PAGES = ROOT / "reference", ROOT / "docs"
TESTED = (
    "transformers",
    "datasets",
    "evaluate",
    "accelerate",
    "huggingface-hub",
    "torch",
)
COURSE = "https://huggingface.co/learn/llm-course"

MIGRATION = """\
# From the course's calls to today's

What the course writes, or wrote, what happens today, and the call that works. Its pages
are mended now and then; its notebooks, forks and answers on the web keep the old calls.
Search this page for your error message.

Each entry shows the call, the type and first line of its error (`…` where the path of a
file follows), and today's call. Both sides of every entry are run by
`tests/reference/test_migration.py`, each week on the newest releases too; calls that
write to the Hub are checked against its functions and send nothing. Names such as
`summary_checkpoint` stand for your own.

Tested with {versions}.
"""

FINDINGS = """\
# What runs, and computes something else

These cells of the course run without an error, and do something other than the text
says; some pages may have been mended since. That takes nothing from what the course
teaches, but your result may differ from the course's for one of these reasons.
`tests/reference/test_findings.py` computes every figure again, and each entry names the
notebook cell where the remedy is used.

Tested with {versions}.
"""


def read_table(name: str) -> list[dict]:
    """The rows of ``reference/<name>.jsonl``."""
    lines = (TABLES / f"{name}.jsonl").read_text("utf-8").splitlines()
    return [json.loads(line) for line in lines]


def pinned() -> dict[str, str]:
    """The version of each library in constraints.txt."""
    text = (ROOT / "constraints.txt").read_text("utf-8")
    return dict(re.findall(r"^([\w-]+)==(\S+)$", text, re.M))


def versions() -> str:
    """The tested versions, as a phrase."""
    pins = pinned()
    *most, last = (f"{name} {pins[name]}" for name in TESTED)
    return f"{', '.join(most)} and {last}"


def section_links(sections: str) -> str:
    """Sections of the course such as ``"3.3, 7.4"``, each linked to its page."""

    def link(match) -> str:
        chapter, part = match.groups()
        return f"[{chapter}.{part}]({COURSE}/chapter{chapter}/{part})"

    return re.sub(r"(\d+)\.(\d+)", link, sections)


def fenced(language: str, text: str) -> str:
    """A code block."""
    return f"```{language}\n{text}\n```"


def snippet(code: str) -> str:
    """A code block of Python, or of a command where it begins with ``!``."""
    return fenced("sh" if code.startswith("!") else "python", code)


def migration_entry(row: dict) -> str:
    """One entry of the migration page."""
    where = section_links(row["section"])
    label = "Course" if "](" in where else "Seen in"
    outcome = row["error"]
    if outcome == "passes":
        outcome = f"passes, with the warning:\n{row['warning']}"
    today = ["Today:", snippet(row["today"])]
    if row["today"] == row["course"]:
        today = ["Today: the same, after this remedy."]
    parts = [
        f"### {row['id']}",
        f"{label} {where}:",
        snippet(row["course"]),
        fenced("text", outcome),
        *today,
        row.get("note", ""),
    ]
    return "\n\n".join(filter(None, parts))


def finding_entry(row: dict) -> str:
    """One entry of the findings page."""
    figures = "\n".join(f"- {what}: `{value}`" for what, value in row["proof"].items())
    notebook = f"[{row['notebook']}](../notebooks/{row['notebook']})"
    parts = [
        f"### {row['title']}",
        f"Course {section_links(row['section'])}. {row['claim']}",
        figures,
        f"**Instead:** {row['fix']}",
        f"In {notebook}, the cell with `{row['cell']}`.",
    ]
    return "\n\n".join(parts)


def page(head: str, rows: list[dict], entry) -> str:
    """A page: the head, then the rows' entries under their groups' headings."""
    parts = [head.format(versions=versions()).strip()]
    for group, members in groupby(rows, key=lambda row: row["group"]):
        parts += [f"## {group}", *map(entry, members)]
    return "\n\n".join(parts) + "\n"


def pages() -> dict[str, str]:
    """The pages by file name."""
    return {
        "migration.md": page(MIGRATION, read_table("migration"), migration_entry),
        "findings.md": page(FINDINGS, read_table("findings"), finding_entry),
    }


def main() -> int:
    """The command; returns the exit status."""
    for name, text in pages().items():
        (PAGES / name).write_text(text, encoding="utf-8")
        print(f"docs/{name}: {text.count('### ')} entries")
    return 0


if __name__ == "__main__":
    sys.exit(main())
