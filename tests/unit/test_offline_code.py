import ast
from pathlib import Path

import pytest
from datasets import load_dataset

from helpers.causal_lm import mentions_any
from offline import docstring_examples, python_corpus, stand_in

COLUMNS = ["repo_name", "path", "copies", "size", "content", "license"]
KEYWORDS = ("pandas", "sklearn", "matplotlib", "seaborn")


@pytest.fixture(scope="module")
def examples():
    return load_dataset(stand_in("docstring_examples"))


@pytest.fixture(scope="module")
def corpus():
    return load_dataset(stand_in("python_corpus"), split="train", streaming=True)


def test_examples_have_the_course_columns(examples):
    assert examples["train"].column_names == COLUMNS
    assert len(examples["train"]) > 1_000  # 1,345 with the oldest libraries
    assert len(examples["valid"]) > 100


def test_every_example_is_python_that_uses_one_of_the_libraries(examples):
    for split in examples.values():
        for row in split:
            ast.parse(row["content"])
            assert mentions_any(row["content"], KEYWORDS)
            assert ">>>" not in row["content"]
            assert int(row["size"]) == len(row["content"].encode())
            assert int(row["copies"]) >= 1
            assert row["license"]


def test_held_out_examples_are_new(examples):
    train, valid = examples["train"].to_list(), examples["valid"].to_list()
    files = [{row["path"].split(":")[0] for row in rows} for rows in (train, valid)]
    assert not files[0] & files[1]
    contents = ["".join(row["content"].split()) for row in train + valid]
    assert len(set(contents)) == len(contents)
    seen = {
        line for row in train for line in docstring_examples.code_lines(row["content"])
    }
    shares = [docstring_examples.share_seen(row["content"], seen) for row in valid]
    assert max(shares) < 0.5


def test_the_same_recipe_gives_the_same_bytes(tmp_path):
    built = Path(stand_in("docstring_examples"))
    docstring_examples.build(tmp_path)
    for name in ("train.jsonl", "valid.jsonl", "README.md"):
        assert (tmp_path / name).read_bytes() == (built / name).read_bytes()


def test_example_code_keeps_code_and_short_sentences():
    docstring = """Adds.

    Prose of two lines is
    not kept.

    >>> x = 1
    >>> for i in range(2):  # doctest: +SKIP
    ...     x += i
    >>> x
    2

    With ``pandas`` it is *short*:

    >>> pd.Series([x])
    0    2
    """
    assert docstring_examples.example_code(docstring) == (
        "import pandas as pd\n\nx = 1\nfor i in range(2):\n    x += i\nx\n\n"
        "# With pandas it is short\npd.Series([x])\n"
    )


def test_example_code_refuses_what_is_not_python():
    assert docstring_examples.example_code(">>> {klass}(1) ->\n") == ""
    assert docstring_examples.example_code("text only") == ""


def test_corpus_has_the_course_columns_and_many_licences(corpus):
    assert corpus.column_names == COLUMNS
    rows = list(corpus.take(400))
    assert all(row["path"].endswith(".py") for row in rows)
    assert all(int(row["size"]) == len(row["content"].encode()) for row in rows)
    assert {"bsd-3-clause"} < {row["license"] for row in rows}


def test_corpus_has_no_file_twice(corpus):
    paths, contents = zip(
        *((row["path"], hash(row["content"])) for row in corpus), strict=True
    )
    assert len(paths) > 5_000
    assert len(set(paths)) == len(paths)
    assert len(set(contents)) == len(contents)


def test_files_that_are_not_utf8_are_left_out_and_named(tmp_path, monkeypatch):
    (tmp_path / "good.py").write_text("x = 'café'\n", encoding="utf-8")
    (tmp_path / "bad.py").write_bytes(b"x = 'caf\xe9'\n")

    class File(type(Path())):
        def locate(self):
            return tmp_path / self

    class Distribution:
        files = (File("good.py"), File("bad.py"), File("gone.py"), File("a.txt"))
        metadata = {"License-Expression": "MIT"}

    monkeypatch.setattr(
        python_corpus.importlib.metadata, "distribution", lambda name: Distribution()
    )
    unreadable = []
    rows = list(python_corpus.python_files(["some"], unreadable))
    assert [row["path"] for row in rows] == ["good.py"]
    assert rows[0]["license"] == "mit"
    assert unreadable == ["bad.py"]
