"""The `inputs` section of docs/reliability.md: bad input tried, properties tested."""

import ast
import re
import sys

from tools.notebooks import ROOT

PROPERTIES = ROOT / "tests" / "properties"


def bad_inputs() -> list:
    """The rows of ``tests/unit/bad_inputs.py``, those of one function together."""
    sys.path.insert(0, str(ROOT / "tests" / "unit"))
    try:
        from bad_inputs import CASES
    finally:
        sys.path.pop(0)
    order = {case.where: place for place, case in reversed(list(enumerate(CASES)))}
    return sorted(CASES, key=lambda case: order[case.where])


def property_names() -> list[str]:
    """What the property tests assert, as their names say it."""
    found = []
    for path in sorted(PROPERTIES.glob("test_*.py")):
        for node in ast.parse(path.read_text("utf-8")).body:
            if isinstance(node, ast.FunctionDef) and node.name.startswith("test_"):
                found.append(node.name.removeprefix("test_").replace("_", " "))
    return found


def example_counts() -> tuple[int, int]:
    """Examples a property: of the default run, and of the thorough one."""
    text = (PROPERTIES / "conftest.py").read_text("utf-8")
    quick, thorough = re.findall(r"max_examples=(\d+)", text)
    return int(quick), int(thorough)


def rows(cases: list) -> list[str]:
    """The table's rows; one for what is said of a setting in several chapters."""
    found = []
    for case in cases:
        given = re.sub(r" in ch\d_\w+$", " in every chapter that has it", case.given)
        found.append(f"| {case.where} | {given} | {as_cell(case.says)} |")
    return list(dict.fromkeys(found))


def as_cell(text: str) -> str:
    """A text as inline code in a Markdown table."""
    fence = "``" if "`" in text else "`"
    return fence + text.replace("|", "\\|").replace("\n", " ") + fence


def section() -> str:
    """The section as Markdown."""
    cases, properties = bad_inputs(), property_names()
    refused = sum(case.error is not None or "exit " in case.says for case in cases)
    quick, thorough = example_counts()
    lines = [
        "## Bad input",
        "",
        f"Every run of the tests tries {len(cases)} bad inputs.",
        f"{refused} are refused with the messages below, and {len(cases) - refused} "
        "have a defined value.",
        "In the messages, `…` stands for any text and `FOLDER` for a folder of yours.",
    ]
    lines += ["", "| function | input | message or value |", "|---|---|---|"]
    lines += rows(cases)
    lines += [
        "",
        "## Properties",
        "",
        f"{len(properties)} properties are tested on random texts:",
        "empty ones, single characters, right-to-left scripts, combining marks,",
        "characters outside the basic plane.",
        f"The default run tries {quick} examples of each;",
        f"`pytest tests/properties --hypothesis-profile thorough` tries {thorough:,}.",
        "",
        *(f"- {name}" for name in properties),
    ]
    return "\n".join(lines)
