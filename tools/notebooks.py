"""Notebooks as files: where they are, what they define, what a run made of them."""

import difflib
import hashlib
import re
import sys
from pathlib import Path

import nbformat
import papermill

ROOT = Path(__file__).resolve().parent.parent
NOTEBOOKS = ROOT / "notebooks"

# The order of the course; what is not listed here comes after the chapters.
CHAPTERS = (
    "ch1_pipelines",
    "ch2_tokenizers_models",
    "ch3_finetune_mrpc",
    "ch7_translation",
    "ch7_summarization",
    "ch7_clm_codeparrot",
)


class NotebookError(Exception):
    """A notebook that cannot be run as asked, or that did not run as it must."""


def write_utf8() -> None:
    """Lets every character be printed, also to a file or pipe on Windows."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8")


def names() -> list[str]:
    """The notebooks there are: chapters in the course's order, then appendices."""
    there = {path.stem for path in NOTEBOOKS.glob("*.ipynb")}
    chapters = [name for name in CHAPTERS if name in there]
    return chapters + sorted(there - set(CHAPTERS))


def training_names() -> list[str]:
    """The notebooks that train: those that define a ``training_function``."""
    return [
        name
        for name in names()
        if "def training_function(" in (NOTEBOOKS / f"{name}.ipynb").read_text("utf-8")
    ]


def find(name: str) -> Path:
    """The path of a notebook given by name, by a unique beginning, or by path.

    Raises:
        NotebookError: no notebook, or more than one, is meant.
    """
    given = Path(name)
    if given.suffix == ".ipynb":
        if not given.is_file():
            raise NotebookError(f"there is no file {name}")
        return given.resolve()
    meant = [known for known in names() if known == name]
    meant = meant or [known for known in names() if known.startswith(name)]
    if len(meant) != 1:
        word = "no notebook" if not meant else "several notebooks"
        known = ", ".join(names())
        raise NotebookError(f"{word} called {name!r}; there are {known}")
    return NOTEBOOKS / f"{meant[0]}.ipynb"


def code_cells(notebook) -> list:
    """The code cells, in order, but the one that papermill injects."""
    return [
        cell
        for cell in notebook.cells
        if cell.cell_type == "code"
        and "injected-parameters" not in cell.metadata.get("tags", [])
    ]


def tagged(notebook, tag: str) -> list:
    """The cells with this tag."""
    return [cell for cell in notebook.cells if tag in cell.metadata.get("tags", [])]


def code_digest(notebook) -> str:
    """A digest of the code cells' sources; changes when any of them does."""
    sources = "\0".join(cell.source for cell in code_cells(notebook))
    return hashlib.sha256(sources.encode()).hexdigest()[:16]


def solutions(notebook) -> list[str]:
    """The Python blocks inside ``<details>`` of the Markdown cells: the solutions."""
    found = []
    for cell in notebook.cells:
        if cell.cell_type == "markdown":
            for details in re.findall(r"<details>.*?</details>", cell.source, re.S):
                found += re.findall(r"```python\n(.*?)```", details, re.S)
    return found


def check_parameters(path: Path, settings: dict) -> None:
    """Refuses settings that the notebook does not have.

    papermill itself warns and runs with the defaults.

    Raises:
        NotebookError: no notebook, not exactly one ``parameters`` cell, no kernel, or
            an unknown setting.
    """
    try:
        notebook = nbformat.read(path, as_version=4)
    except Exception as error:  # nbformat has a dozen, its own and json's
        first_line = str(error).partition("\n")[0]
        raise NotebookError(f"{path} is no notebook: {first_line}") from error
    count = len(tagged(notebook, "parameters"))
    if count != 1:
        raise NotebookError(
            f"{path.stem} has {count} cells tagged `parameters`; it needs one"
        )
    try:
        known = papermill.inspect_notebook(str(path))
    except ValueError as error:
        raise NotebookError(
            f"{path.stem} names no kernel: open it in JupyterLab, choose one, and save"
        ) from error
    for name in settings:
        if name not in known:
            close = difflib.get_close_matches(name, known, n=1)
            hint = f"did you mean {close[0]!r}?" if close else ", ".join(known)
            raise NotebookError(f"{path.stem} has no parameter {name!r}: {hint}")


def check_executed(notebook, name: str) -> int:
    """The number of code cells, all of which must have run.

    papermill reports a notebook that calls ``sys.exit(0)`` as a success.

    Raises:
        NotebookError: a code cell did not execute.
    """
    cells = [cell for cell in code_cells(notebook) if cell.source.strip()]
    ran = [cell for cell in cells if cell.execution_count is not None]
    if len(ran) != len(cells):
        raise NotebookError(
            f"{name}: {len(cells) - len(ran)} of {len(cells)} code cells did not run"
        )
    return len(cells)


def lifted(name: str, *definitions: str) -> dict:
    """What the cells of a notebook that define ``definitions`` define, run alone.

    Raises:
        LookupError: no cell of the notebook defines one of them.
    """
    path = find(name)
    cells = code_cells(nbformat.read(path, as_version=4))
    namespace: dict = {}
    for wanted in definitions:
        starts = (f"def {wanted}(", f"{wanted} = ")
        for cell in cells:
            if any(line.startswith(starts) for line in cell.source.splitlines()):
                exec(compile(cell.source, f"{path}: {wanted}", "exec"), namespace)
                break
        else:
            raise LookupError(f"{path.name} has no cell that defines {wanted}")
    return namespace
