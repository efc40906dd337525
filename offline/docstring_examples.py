"""The example code inside the docstrings of data-science packages, as short files.

Stands in for ``huggingface-course/codeparrot-ds-train`` and ``-valid`` with the same
six columns.  A row is one docstring: its ``>>>`` lines without the prompts, the short
sentences between them as comments, and the imports that the package's own doctest
set-up supplies.  Only examples of at most 700 characters that use pandas, scikit-learn,
matplotlib or seaborn are kept.  A source file's examples all lie in one split, and an
example of the validation split shares less than half of its lines with the training
split, so its rows are new.
"""

import ast
import doctest
import hashlib
import importlib.metadata
import json
import re
import warnings
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

DISTRIBUTIONS = ("pandas", "scikit-learn", "matplotlib", "scipy", "numpy")
RECIPES = ("python_corpus",)

LIBRARIES = re.compile(r"\b(pandas|sklearn|matplotlib|seaborn)\b")
IMPLIED_IMPORTS = {
    "np": "import numpy as np",
    "pd": "import pandas as pd",
    "plt": "import matplotlib.pyplot as plt",
}
VALIDATION_SHARE = 0.12
LONGEST_COMMENT = 72
LONGEST_EXAMPLE = 700

CARD = """\
---
license: other
configs:
- config_name: default
  data_files:
  - split: train
    path: train.jsonl
  - split: valid
    path: valid.jsonl
---

# Docstring examples

Example code taken from the docstrings of {packages}, one row a docstring.
{train} rows to train on and {valid} held out; no source file is in both.

Each row is under the licence of its package (column `license`).
`copies` counts the docstrings that hold the same example.
"""


def build(folder: Path) -> None:
    """Writes ``train.jsonl``, ``valid.jsonl`` and the data set card."""
    rows = unique_rows(collect_rows())
    train = [row for row in rows if not is_held_out(row["path"])]
    train_lines = {line for row in train for line in code_lines(row["content"])}
    valid = [
        row
        for row in rows
        if is_held_out(row["path"]) and share_seen(row["content"], train_lines) < 0.5
    ]
    for name, split in (("train", train), ("valid", valid)):
        text = "".join(json.dumps(row) + "\n" for row in split)
        Path(folder, f"{name}.jsonl").write_text(text, encoding="utf-8")
    packages = ", ".join(
        f"{name} {importlib.metadata.version(name)}" for name in DISTRIBUTIONS
    )
    card = CARD.format(packages=packages, train=len(train), valid=len(valid))
    Path(folder, "README.md").write_text(card, encoding="utf-8")


def collect_rows() -> Iterator[dict[str, str]]:
    """One row for each docstring with usable example code, in the order of files."""
    from offline.python_corpus import python_files

    for source in python_files(DISTRIBUTIONS):
        if ">>>" not in source["content"] or "/tests/" in source["path"]:
            continue
        for name, docstring in docstrings(source["content"]):
            content = example_code(docstring)
            if LIBRARIES.search(content) and len(content) <= LONGEST_EXAMPLE:
                yield {
                    "repo_name": source["repo_name"],
                    "path": f"{source['path']}:{name}",
                    "copies": "1",
                    "size": str(len(content.encode())),
                    "content": content,
                    "license": source["license"],
                }


def docstrings(source: str) -> Iterator[tuple[str, str]]:
    """The qualified name and docstring of everything in a module that has one."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        tree = ast.parse(source)
    stack: list[tuple[str, ast.AST]] = [("", tree)]
    while stack:
        prefix, node = stack.pop()
        inner = []
        for child in ast.iter_child_nodes(node):
            if isinstance(child, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
                inner.append((f"{prefix}.{child.name}".lstrip("."), child))
        stack += reversed(inner)
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef):
            docstring = ast.get_docstring(node)
            if docstring and ">>>" in docstring:
                yield prefix or "module", docstring


def example_code(docstring: str) -> str:
    """The ``>>>`` lines of a docstring as a snippet; empty where it is not Python.

    A sentence of one line right before an example becomes a comment above it.
    """
    try:
        parts = doctest.DocTestParser().parse(docstring)
    except ValueError:
        return ""
    blocks: list[str] = []
    prose = ""
    for part in parts:
        if isinstance(part, str):
            prose += part
            continue
        comment = last_sentence(prose)
        if comment:
            blocks.append(f"\n# {comment}\n")
        elif prose.strip():
            blocks.append("\n")
        prose = ""
        blocks.append(re.sub(r"\s*# doctest:.*", "", part.source).rstrip() + "\n")
    body = re.sub(r"\n{3,}", "\n\n", "".join(blocks)).strip() + "\n"
    if not body.strip():
        return ""
    imports = [
        line
        for name, line in IMPLIED_IMPORTS.items()
        if re.search(rf"\b{name}\.", body) and line not in body
    ]
    if imports:
        gap = "" if body.startswith(("import ", "from ")) else "\n"
        body = "\n".join(imports) + "\n" + gap + body
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            ast.parse(body)
    except SyntaxError:
        return ""
    return body


def last_sentence(prose: str) -> str:
    """The last paragraph of ``prose`` if it is one short line of plain words."""
    paragraphs = [part.strip() for part in re.split(r"\n\s*\n", prose) if part.strip()]
    if not paragraphs or "\n" in paragraphs[-1]:
        return ""
    sentence = re.sub(r":\w+:(?=`)", "", paragraphs[-1])
    sentence = re.sub(r"`+~?([^`]*)`+_*", r"\1", sentence).replace("*", "").rstrip(":.")
    if len(sentence) > LONGEST_COMMENT or not re.match(r"[A-Z][\w ]", sentence):
        return ""
    return sentence if " " in sentence else ""


def unique_rows(rows: Iterator[dict[str, str]]) -> list[dict[str, str]]:
    """The first row of each content, with ``copies`` counted; whitespace ignored."""
    first: dict[str, dict[str, str]] = {}
    copies: Counter[str] = Counter()
    for row in rows:
        key = "".join(row["content"].split())
        copies[key] += 1
        first.setdefault(key, row)
    return [{**row, "copies": str(copies[key])} for key, row in first.items()]


def is_held_out(path: str) -> bool:
    """Whether a row of this source file belongs to the validation split."""
    digest = hashlib.sha256(path.split(":")[0].encode()).digest()
    return int.from_bytes(digest[:4], "big") < VALIDATION_SHARE * 2**32


def code_lines(content: str) -> list[str]:
    """The lines of a snippet that are neither empty, nor imports, nor brackets."""
    lines = (line.strip() for line in content.splitlines() if "import " not in line)
    return [line for line in lines if re.search(r"\w{2}", line)]


def share_seen(content: str, train_lines: set[str]) -> float:
    """The share of a snippet's code lines that occur in the training split (0–1)."""
    lines = code_lines(content)
    return sum(line in train_lines for line in lines) / len(lines) if lines else 1.0
