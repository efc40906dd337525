"""Executes notebooks in the tiny profile and writes the outputs that are committed.

python -m tools.refresh             every notebook
python -m tools.refresh ch3         one of them

What a notebook saved below `notebooks/outputs` before is deleted.
"""

import argparse
import re
import sys
import tempfile
from pathlib import Path

import nbformat

from tools.notebooks import NOTEBOOKS, NotebookError, code_digest, find, names
from tools.run import execute, fresh_folder, row

# What progress bars leave behind: widgets, Trainer's HTML, tqdm's text.
PROGRESS = re.compile(r"<progress|\d%\||it/s|s/it|examples/s")

# A cell's metadata that stay: its tags, its figure's alt text for the site, and whether
# JupyterLab shows its source.
KEPT = ("tags", "mystnb", "jupyter")


def is_progress(output) -> bool:
    """Whether an output is a progress bar, which is of no use once it is full."""
    data = output.get("data", {})
    if "application/vnd.jupyter.widget-view+json" in data:
        return True
    if "text/html" in data:
        html = data["text/html"]
        bar_style = "<style>" in html and "progress" in html
        return not html or bar_style or bool(PROGRESS.search(html))
    if output.get("name") == "stderr":
        return not output.text.strip() or bool(PROGRESS.search(output.text))
    return False


def join_streams(outputs: list) -> list:
    """The outputs, with what was printed in pieces in one piece.

    The kernel sends what is printed when it has time to, so the pieces differ between
    two runs.
    """
    joined = []
    for output in outputs:
        last = joined[-1] if joined else {}
        if "name" in output and output.name == last.get("name"):
            last.text += output.text
        else:
            joined.append(output)
    return joined


def clean(notebook) -> None:
    """Removes what differs between machines, and notes the digest of the code."""
    notebook.metadata = nbformat.from_dict(
        {
            "kernelspec": {
                "display_name": "Python 3 (ipykernel)",
                "language": "python",
                "name": "python3",
            },
            "language_info": {"name": "python"},
            "companion": {"code_digest": code_digest(notebook)},
        }
    )
    for cell in notebook.cells:
        kept = {key: cell.metadata[key] for key in KEPT if cell.metadata.get(key)}
        cell.metadata = nbformat.from_dict(kept)
        if cell.cell_type == "code":
            outputs = [out for out in cell.outputs if not is_progress(out)]
            cell.outputs = join_streams(outputs)
            for output in cell.outputs:
                output.get("metadata", {}).clear()


def refresh(name: str) -> Path:
    """Executes one notebook from a clean slate and writes it back, outputs included.

    Raises:
        NotebookError: a cell failed or did not run, the notebook did not learn, or
            another run is at work in the output folder; the notebook is left as it was.
    """
    path = find(name)
    outputs = NOTEBOOKS / "outputs" / path.stem
    with fresh_folder(outputs, {}), tempfile.TemporaryDirectory() as folder:
        report = execute(str(path), {}, Path(folder))
        line, good = row(report)
        if not good:
            raise NotebookError(line)
        notebook = nbformat.read(report["notebook"], as_version=4)
    clean(notebook)
    nbformat.write(notebook, path)
    return path


def main(argv=None) -> int:
    """The command; returns the exit status."""
    parser = argparse.ArgumentParser(
        prog="python -m tools.refresh",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("names", nargs="*", metavar="NAME", help="default: all")
    try:
        for name in parser.parse_args(argv).names or names():
            path = refresh(name)
            print(f"{path.stem}: {path.stat().st_size / 1000:.0f} kB")
    except NotebookError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
