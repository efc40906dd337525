"""The Python files of installed data-science packages, as a data set to stream.

Stands in for ``transformersbook/codeparrot-train`` with its six columns: real code by
many hands, each file under its package's licence.  The packages are those that
``requirements.txt`` brings anyway.  Files that are not UTF-8 are left out and counted
in the data set card.
"""

import hashlib
import importlib.metadata
from collections.abc import Iterator, Sequence
from pathlib import Path

DISTRIBUTIONS = (
    "accelerate",
    "datasets",
    "evaluate",
    "joblib",
    "matplotlib",
    "networkx",
    "nltk",
    "numpy",
    "pandas",
    "scikit-learn",
    "scipy",
    "sympy",
    "torch",
    "transformers",
)

SHARDS = 8
ROW_GROUP = 64

CARD = """\
---
license: other
configs:
- config_name: default
  data_files: data-*.parquet
---

# Python files of data-science packages

{rows:,} files, {characters:,} characters, as installed by
{packages}.
{unreadable} files that are not UTF-8 are left out.

Each row is under the licence of its package (column `license`), as its metadata
states it.
"""


def build(folder: Path) -> None:
    """Writes ``data-*.parquet``, every eighth file to each, and the data set card."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    columns = ("repo_name", "path", "copies", "size", "content", "license")
    schema = pa.schema([(name, pa.string()) for name in columns])
    unreadable: list[str] = []
    rows = list(python_files(DISTRIBUTIONS, unreadable))
    rows.sort(key=lambda row: hashlib.sha256(row["path"].encode()).digest())
    copies: dict[str, int] = {}
    for row in rows:
        copies[row["content"]] = copies.get(row["content"], 0) + 1
    unique = {row["content"]: row for row in reversed(rows)}
    kept = [row for row in rows if unique[row["content"]] is row]
    for row in kept:
        row["copies"] = str(copies[row["content"]])
    for shard in range(SHARDS):
        table = pa.Table.from_pylist(kept[shard::SHARDS], schema=schema)
        name = f"data-{shard:05d}-of-{SHARDS:05d}.parquet"
        pq.write_table(
            table, Path(folder, name), compression="zstd", row_group_size=ROW_GROUP
        )
    card = CARD.format(
        rows=len(kept),
        characters=sum(len(row["content"]) for row in kept),
        packages=", ".join(
            f"{name} {importlib.metadata.version(name)}" for name in DISTRIBUTIONS
        ),
        unreadable=len(unreadable),
    )
    Path(folder, "README.md").write_text(card, encoding="utf-8")


def python_files(
    distributions: Sequence[str], unreadable: list[str] | None = None
) -> Iterator[dict[str, str]]:
    """One row for each Python file that the distributions installed, in order.

    Args:
        distributions: names of installed distributions.
        unreadable: takes the paths of files that are not UTF-8, which are skipped.

    Raises:
        importlib.metadata.PackageNotFoundError: a distribution is not installed.
    """
    for name in distributions:
        distribution = importlib.metadata.distribution(name)
        license_name = license_of(distribution)
        files = [file for file in distribution.files or () if file.suffix == ".py"]
        for file in sorted(files, key=str):
            location = Path(file.locate())
            if not location.is_file():
                continue
            try:
                content = location.read_text(encoding="utf-8")
            except UnicodeDecodeError:
                if unreadable is not None:
                    unreadable.append(file.as_posix())
                continue
            yield {
                "repo_name": name,
                "path": file.as_posix(),
                "copies": "1",
                "size": str(len(content.encode())),
                "content": content,
                "license": license_name,
            }


def license_of(distribution: importlib.metadata.Distribution) -> str:
    """A distribution's licence: its expression, else its classifier, else its field."""
    metadata = distribution.metadata
    if metadata["License-Expression"]:
        return metadata["License-Expression"].lower()
    for classifier in metadata.get_all("Classifier") or ():
        if classifier.startswith("License ::"):
            return classifier.split(" :: ")[-1].lower()
    stated = (metadata["License"] or "unknown").strip().splitlines()
    return stated[0].lower()
