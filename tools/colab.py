"""Writes the repository's address into notebooks (badges, set-up cell) and READMEs.

    python -m tools.colab OWNER/REPO

Until this has been run the notebooks have no badge and name no address, and the
READMEs have a placeholder.  Run again, it changes nothing; run with another address, it
replaces the first.  The address is also kept in pyproject.toml, as `repository` under
`[tool.companion]`.
"""

import argparse
import re
import sys

import nbformat

from tools.notebooks import (
    NOTEBOOKS,
    ROOT,
    NotebookError,
    code_digest,
    names,
    tagged,
)

BADGE = (
    "[![Open in Colab](https://colab.research.google.com/assets/colab-badge.svg)]"
    "(https://colab.research.google.com/github/{repository}/blob/main/notebooks/{name}"
    ".ipynb)"
)
ADDRESS = re.compile(r'^REPOSITORY = ".*"', re.M)
CLONE = re.compile(r"^git clone \S+ companion\b", re.M)
READMES = ("README.md", "README.zh-CN.md")
SECTION = re.compile(r'\n\[tool\.companion\]\nrepository = ".*"\n')


def stamp_notebook(notebook, name: str, repository: str) -> None:
    """Sets badge and address; a digest of the code that was right stays right.

    Raises:
        NotebookError: the notebook has no set-up cell with a line `REPOSITORY = …`.
    """
    up_to_date = notebook.metadata.get("companion", {}).get("code_digest")
    up_to_date = up_to_date == code_digest(notebook)
    cells = tagged(notebook, "setup")
    if len(cells) != 1 or not ADDRESS.search(cells[0].source):
        raise NotebookError(
            f"{name} has no set-up cell with a line `REPOSITORY = …`: copy the cell "
            "tagged `setup` from another notebook"
        )
    address = f'REPOSITORY = "https://github.com/{repository}.git"'
    cells[0].source = ADDRESS.sub(address, cells[0].source)
    title, _, rest = notebook.cells[0].source.partition("\n")
    rest = re.sub(r"^\s*\[!\[Open in Colab\].*\n", "", rest).lstrip("\n")
    badge = BADGE.format(repository=repository, name=name)
    notebook.cells[0].source = f"{title}\n\n{badge}\n\n{rest}"
    if up_to_date:
        notebook.metadata["companion"]["code_digest"] = code_digest(notebook)


def stamp(repository: str, *, notebooks=NOTEBOOKS, root=ROOT) -> None:
    """Stamps every notebook of a folder, READMEs and pyproject.toml of another.

    Raises:
        NotebookError: the address is not of the form OWNER/REPO, or a notebook has no
            set-up cell; nothing is written then.
    """
    if not re.fullmatch(r"[\w.-]+/[\w.-]+", repository):
        raise NotebookError(f"{repository!r} is not of the form OWNER/REPO")
    stamped = {}
    for name in names():
        path = notebooks / f"{name}.ipynb"
        stamped[path] = nbformat.read(path, as_version=4)
        stamp_notebook(stamped[path], name, repository)
    for path, notebook in stamped.items():
        nbformat.write(notebook, path)
    for file in READMES:
        text = (root / file).read_text("utf-8")
        clone = f"git clone https://github.com/{repository}.git companion"
        (root / file).write_text(CLONE.sub(clone, text), encoding="utf-8")
    project = root / "pyproject.toml"
    text = SECTION.sub("", project.read_text("utf-8")).rstrip("\n")
    text += f'\n\n[tool.companion]\nrepository = "{repository}"\n'
    project.write_text(text, encoding="utf-8")


def main(argv=None) -> int:
    """The command; returns the exit status."""
    parser = argparse.ArgumentParser(
        prog="python -m tools.colab",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("repository", metavar="OWNER/REPO")
    try:
        stamp(parser.parse_args(argv).repository)
    except NotebookError as error:
        print(error, file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
