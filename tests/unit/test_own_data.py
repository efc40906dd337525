"""docs/own_data.md: files with these columns pass through the cells."""

import json

import nbformat
import pytest

from tools.notebooks import code_cells, find

ROWS = 5  # a split: the least


def write_json(path, rows: list[dict]) -> str:
    path.write_text("\n".join(json.dumps(row) for row in rows), encoding="utf-8")
    return str(path)


def paraphrases(folder) -> str:
    lines = ["sentence1,sentence2,label"]
    lines += [f"It rained on day {i}.,Day {i} was wet.,{i % 2}" for i in range(ROWS)]
    equivalent = [line for line in lines if not line.endswith(",0")]
    files = {}
    for split, part in (("train", lines), ("validation", equivalent)):
        file = folder / f"{split}.csv"
        file.write_text("\n".join(part), encoding="utf-8")
        files[split] = str(file)
    return (
        "from datasets import ClassLabel\n"
        f"raw_datasets = load_dataset('csv', data_files={files}).cast_column("
        "'label', ClassLabel(names=['not_equivalent', 'equivalent']))\n"
        "assert set(raw_datasets['validation']['label']) == {1}"
    )


def translations(folder) -> str:
    file = folder / "pairs.tsv"
    lines = [f"Open file {i}\tOuvrez le fichier {i}" for i in range(ROWS)]
    file.write_text("\n".join(lines), encoding="utf-8")
    return (
        "from helpers.translation import load_pairs\nraw_datasets = {'train': "
        f"load_pairs({str(file)!r}, source_lang='en', target_lang='fr')}}"
    )


def reviews(folder) -> str:
    code = "from datasets import load_dataset\n"
    for language, name in (("en", "english_dataset"), ("es", "spanish_dataset")):
        rows = [
            {
                "review_title": f"A fine book about day {i}",
                "review_body": f"I read it on day {i}. It is a fine book. " * 3,
                "language": language,
                "product_category": "book",
            }
            for i in range(ROWS)
        ]
        file = write_json(folder / f"{language}.jsonl", rows)
        files = dict.fromkeys(("train", "validation", "test"), file)
        code += f"{name} = load_dataset('json', data_files={files})\n"
    return code + "reviews_by_language = {'en': english_dataset, 'es': spanish_dataset}"


def english_reviews(folder) -> str:
    return reviews(folder).replace(", 'es': spanish_dataset", "")


def source_files(folder) -> str:
    for split in ("train", "valid"):
        for i in range(ROWS):
            file = folder / split / f"{i}.py"
            file.parent.mkdir(exist_ok=True)
            file.write_text(f"import pandas as pd\nx = {i}\n" * 60, encoding="utf-8")
    files = {split: str(folder / split / "*.py") for split in ("train", "valid")}
    return (
        f"raw_datasets = load_dataset('text', data_files={files}, "
        "sample_by='document').rename_column('text', 'content')\n"
        f"assert len(raw_datasets['train']) == {ROWS}"
    )


def programs(folder) -> str:
    rows = [{"content": f"import pandas as pd\nx = {i}\n" * 60} for i in range(ROWS)]
    file = write_json(folder / "programs.jsonl", rows)
    files = {"train": file, "valid": file}
    return f"raw_datasets = load_dataset('json', data_files={files})"


# Chapter, its rows, a text of theirs, where in the cell loading begins and ends.
LOAD = "raw_datasets = load_dataset(dataset_name"
CHAPTERS = [
    ("ch3", paraphrases, "on day", LOAD, "train_rows = "),
    ("ch7_trans", translations, "open file", "folder = dataset_name", "split_"),
    ("ch7_summ", reviews, "i read it on day", "english_dataset = load_reviews(", None),
    ("ch7_summ", english_reviews, "i read it", "english_dataset = load_reviews(", None),
    (
        "ch7_clm",
        programs,
        "import pandas as pd",
        'if profile == "tiny":\n    raw_',
        'raw_datasets["train"]',
    ),
    (
        "ch7_clm",
        source_files,
        "import pandas as pd",
        'if profile == "tiny":\n    raw_',
        'raw_datasets["train"]',
    ),
]


@pytest.mark.parametrize(("name", "write", "said", "begin", "end"), CHAPTERS)
def test_rows_of_your_own_come_through_to_the_tokens(
    name, write, said, begin, end, tmp_path, monkeypatch
):
    monkeypatch.setenv("MPLBACKEND", "agg")
    monkeypatch.chdir(tmp_path)
    namespace = {"__name__": "__main__", "display": print}
    replaced = False
    for cell in code_cells(nbformat.read(find(name), as_version=4)):
        source = cell.source
        if "parameters" in cell.metadata.get("tags", []):
            source += f"\nmax_train_samples = {ROWS - 1}\nmax_eval_samples = 1"
        head, found, tail = source.partition(begin)
        if found:
            rest = end + tail.partition(end)[2] if end else ""
            source, replaced = f"{head}{write(tmp_path)}\n{rest}", True
        exec(compile(source, name, "exec"), namespace)
        if replaced and "tokenized_datasets = " in source:
            break
    assert replaced
    rows = namespace["tokenized_datasets"]["train"]
    assert 0 < len(rows) < 5 * ROWS
    assert said in namespace["tokenizer"].decode(rows[0]["input_ids"]).lower()
