"""The notebook's own evaluation loop on two processes scores every row once."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
NOTEBOOK = ROOT / "notebooks" / "ch7_translation.ipynb"

SCRIPT = """
import functools, json, sys
from accelerate import Accelerator
from datasets import load_dataset
from torch.utils.data import DataLoader
from transformers import AutoModelForSeq2SeqLM, AutoTokenizer, DataCollatorForSeq2Seq
from helpers import translation
from offline import stand_in

{definition}

languages = dict(source_lang="en", target_lang="fr")
tokenizer = AutoTokenizer.from_pretrained(stand_in("marian_ui"))
model = AutoModelForSeq2SeqLM.from_pretrained(stand_in("marian_ui"))
rows = load_dataset(stand_in("ui_strings"), split="train").select(range(21))
encoded = rows.map(
    functools.partial(
        translation.tokenize_pairs, tokenizer=tokenizer, max_length=64, **languages
    ),
    batched=True,
    remove_columns=rows.column_names,
)
accelerator = Accelerator(cpu=True)
collate = DataCollatorForSeq2Seq(tokenizer, model=model)
model, dataloader = accelerator.prepare(
    model, DataLoader(encoded, batch_size=4, collate_fn=collate)
)
texts = []
add_batch = translation.Bleu.add_batch
def recording(self, *, predictions, references):
    "Evaluate appends to the docstring."
    texts.extend(predictions)
    return add_batch(self, predictions=predictions, references=references)
translation.Bleu.add_batch = recording
score = evaluate_translations(
    model, dataloader, accelerator, tokenizer, max_new_tokens=64, num_beams=1
)
if accelerator.is_main_process:
    with open(sys.argv[1], "w") as file:
        json.dump({{
            "processes": accelerator.num_processes, "score": score, "texts": texts
        }}, file)
"""


def definition_of(name: str) -> str:
    cells = json.loads(NOTEBOOK.read_text(encoding="utf-8"))["cells"]
    (source,) = (
        text
        for text in ("".join(cell["source"]) for cell in cells)
        if text.startswith(f"def {name}(")
    )
    return source


@pytest.mark.slow
def test_two_processes_score_what_one_does(tmp_path):
    script = tmp_path / "evaluate_rows.py"
    source = SCRIPT.format(definition=definition_of("evaluate_translations"))
    script.write_text(source, encoding="utf-8")
    results = {}
    for processes in (1, 2):
        output = tmp_path / f"{processes}.json"
        command = [sys.executable, "-m", "torch.distributed.run", "--standalone"]
        command += ["--nproc_per_node", str(processes), str(script), str(output)]
        subprocess.run(command, check=True, cwd=ROOT, timeout=300)
        results[processes] = json.loads(output.read_text(encoding="utf-8"))
    assert results[2]["processes"] == 2
    assert len(results[2]["texts"]) == 21
    assert sorted(results[2]["texts"]) == sorted(results[1]["texts"])
    assert results[2]["score"] == pytest.approx(results[1]["score"], abs=1e-9)
