"""Draws docs/images/before_after.svg from the committed outputs of the notebooks.

    python -m tools.picture

What is drawn is the last line of the result cells of chapters 3, 7.4 and 7.5, as
`make refresh` wrote it: `97.3 against 39.4`, the weaker of a chapter's loops and its
baseline.
"""

import re
import sys

import matplotlib
import nbformat
from matplotlib import pyplot as plt

from tools.notebooks import NOTEBOOKS, ROOT, code_cells

PICTURE = ROOT / "docs" / "images" / "before_after.svg"
# Notebook, what is scored, what the baseline is.
ROWS = (
    ("ch3_finetune_mrpc", "paraphrases\naccuracy (%)", "always the more common answer"),
    ("ch7_translation", "translation\nBLEU (0–100)", "the pretrained model"),
    (
        "ch7_summarization",
        "summarization\nROUGE-1 (0–100)",
        "the last three sentences",
    ),
)


def score(name: str) -> tuple[float, float]:
    """Score and baseline that a notebook printed when its outputs were made.

    Raises:
        ValueError: no cell printed `SCORE against BASELINE`.
    """
    notebook = nbformat.read(NOTEBOOKS / f"{name}.ipynb", as_version=4)
    for cell in code_cells(notebook):
        text = "".join(output.get("text", "") for output in cell.outputs)
        found = re.search(r"^([\d.]+) against ([\d.]+): True$", text, re.M)
        if "save_result(" in cell.source and found:
            return float(found[1]), float(found[2])
    raise ValueError(f"{name} shows no line `SCORE against BASELINE: True`")


def main() -> int:
    """The command; returns the exit status."""
    gray = "#808080"  # readable on white and on black
    settings = {"svg.hashsalt": "companion", "svg.fonttype": "none"}
    settings |= {"text.color": gray, "axes.edgecolor": gray, "font.size": 11}
    settings |= {"xtick.color": gray, "ytick.color": gray}
    with matplotlib.rc_context(settings):
        figure, axis = plt.subplots(figsize=(8, 3), layout="constrained")
        for place, (name, _, baseline) in enumerate(ROWS):
            after, before = score(name)
            axis.barh(place + 0.2, before, 0.36, color="#56B4E9")
            axis.barh(place - 0.2, after, 0.36, color="#E69F00")
            axis.text(before + 1, place + 0.2, f"{before:.1f}  {baseline}", va="center")
            axis.text(after + 1, place - 0.2, f"{after:.1f}  trained", va="center")
        axis.set_yticks(range(len(ROWS)), [label for _, label, _ in ROWS])
        axis.set_xlim(0, 118)
        axis.set_xticks(range(0, 101, 20))
        axis.invert_yaxis()
        axis.spines[["top", "right"]].set_visible(False)
        PICTURE.parent.mkdir(parents=True, exist_ok=True)
        figure.savefig(PICTURE, transparent=True, metadata={"Date": None})
    return 0


if __name__ == "__main__":
    sys.exit(main())
