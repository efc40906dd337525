"""Measures what docs/reliability.md says, and writes it there.

    python -m tools.reliability            every section
    python -m tools.reliability faults     one of them

A section is what stands between `<!-- name -->` and `<!-- /name -->` on the page.
"""

import argparse
import datetime
import os
import sys
from pathlib import Path

from tools.notebooks import ROOT

PAGE = ROOT / "docs" / "reliability.md"
FAULTS = {"training": 20, "saving": 10, "others": 1}


def split_page(name: str, path: Path = PAGE) -> tuple[str, str, str]:
    """A page up to a section, the section's text, and the rest.

    Raises:
        ValueError: the page does not have the section's two marks, once each.
    """
    page = path.read_text("utf-8")
    first, last = f"<!-- {name} -->\n", f"<!-- /{name} -->"
    if page.count(first) != 1 or page.count(last) != 1:
        raise ValueError(f"{path.name} needs {first.strip()} and {last}, once each")
    before, _, rest = page.partition(first)
    section, _, after = rest.partition(last)
    return before + first, section.strip(), last + after


def write_section(name: str, text: str, path: Path = PAGE) -> None:
    """Replaces a section of a page."""
    before, _, after = split_page(name, path)
    path.write_text(f"{before}\n{text}\n\n{after}", encoding="utf-8")


def measured() -> str:
    """When and on what: a sentence for under a table."""
    today = datetime.date.today().isoformat()
    return f"Measured on {today}, {os.cpu_count()} CPU cores."


def measure_faults() -> tuple[str, bool]:
    """The table of all faults in all loops, and whether all were survived."""
    from tools.faults import KINDS, LOOPS, faults, survive

    lines = [
        "| loop | " + " | ".join(KINDS.values()) + " |",
        "|---|" + "---|" * len(KINDS),
    ]
    lost = []
    for number, loop in enumerate(LOOPS):
        survived = {kind: [] for kind in KINDS}
        for fault in faults(number, **FAULTS):
            problem = survive(loop, fault)
            survived[fault.kind].append(problem is None)
            if problem:
                lost.append(f"{loop.name}, {fault}: {problem}")
                print(lost[-1], file=sys.stderr, flush=True)
        cells = [f"{sum(each)} of {len(each)}" for each in survived.values()]
        lines.append(f"| {loop.name} | " + " | ".join(cells) + " |")
        print(lines[-1], flush=True)
    return "\n".join([*lines, "", measured()]), not lost


def list_inputs() -> tuple[str, bool]:
    """The bad inputs and the properties that the tests try; nothing is measured."""
    from tools.reliability_inputs import section

    return section(), True


SECTIONS = {"faults": measure_faults, "inputs": list_inputs}


def main(argv=None) -> int:
    """The command; returns the exit status: 1 if something was lost."""
    parser = argparse.ArgumentParser(
        prog="python -m tools.reliability",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("names", nargs="*", metavar="NAME", choices=[[], *SECTIONS])
    good = True
    for name in parser.parse_args(argv).names or SECTIONS:
        text, fine = SECTIONS[name]()
        write_section(name, text)
        good = good and fine
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
