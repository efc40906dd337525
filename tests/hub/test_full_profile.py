"""The branches that a GPU owner runs, from the first cell to the upload, on a few rows.

The checkpoints have random weights and do not learn; that the notebooks learn is
asserted for the tiny profile in `tests/smoke`.
"""

import os
import subprocess
import sys

import nbformat
import pytest
import torch
from huggingface_hub import HfApi
from transformers import AutoConfig, AutoTokenizer
from transformers.models.auto import (
    AutoModelForCausalLM,
    AutoModelForSeq2SeqLM,
    AutoModelForSequenceClassification,
)

from tools.notebooks import ROOT, code_cells, find, names, training_names
from tools.run import execute

FEW = {
    "ch1_pipelines": {"max_eval_samples": 10},
    "ch2_tokenizers_models": {},
    "ch3_finetune_mrpc": {"max_train_samples": 80, "max_eval_samples": 40},
    "ch7_translation": {"max_train_samples": 64, "max_eval_samples": 12},
    "ch7_summarization": {"max_train_samples": 32, "max_eval_samples": 12},
    # The one split streamed, the other fetched as a whole.
    "ch7_clm_codeparrot": {"max_train_samples": 12},
    "appendix_questions": {},
}
# What is uploaded: its name, the local copy that the notebook keeps, how it is loaded.
UPLOADS = {
    "ch3_finetune_mrpc": (
        "bert-finetuned-mrpc",
        "model",
        AutoModelForSequenceClassification,
    ),
    "ch7_translation": (
        "marian-finetuned-kde4-en-to-fr",
        "model",
        AutoModelForSeq2SeqLM,
    ),
    "ch7_summarization": (
        "mt5-small-finetuned-amazon-en-es",
        "model",
        AutoModelForSeq2SeqLM,
    ),
    "ch7_clm_codeparrot": ("codeparrot-ds", "trainer", AutoModelForCausalLM),
}


def test_no_notebook_is_left_out():
    assert set(FEW) == set(names())
    assert set(UPLOADS) == set(training_names())


def run(name: str, profile: str, tmp_path, **settings) -> str:
    """Executes the notebook on few rows; returns the text of its outputs."""
    settings |= {"profile": profile, "output_dir": str(tmp_path / "outputs")}
    settings |= FEW[name]
    if "max_train_samples" in settings:
        settings["num_train_epochs"] = 1
    report = execute(name, settings, tmp_path)
    assert report["result"]["metric"]
    notebook = nbformat.read(report["notebook"], as_version=4)
    outputs = [output for cell in code_cells(notebook) for output in cell.outputs]
    assert not [output for output in outputs if output.output_type == "error"]
    return "".join(output.get("text", "") for output in outputs)


def answers(folder, model_class) -> torch.Tensor:
    """The logits of a saved model for one text, tokenized by its own tokenizer."""
    tokenizer = AutoTokenizer.from_pretrained(folder)
    model = model_class.from_pretrained(folder).eval()
    inputs = tokenizer("Open the file and read it again.", return_tensors="pt")
    if AutoConfig.from_pretrained(folder).is_encoder_decoder:
        inputs["decoder_input_ids"] = inputs["input_ids"]
    with torch.inference_mode():
        return model(**inputs).logits


@pytest.mark.parametrize(
    "name, data",
    [
        ("ch3_finetune_mrpc", "raw_datasets ="),
        ("ch7_translation", "raw_datasets ="),
        ("ch7_summarization", "spanish_dataset ="),
    ],
)
def test_what_was_fetched_needs_no_hub(name, data, course_hub, as_reader):
    """The cells up to the data, twice; chapter 7.6 streams, so it is not among them."""
    as_reader(course_hub)
    sources = [
        cell.source
        for cell in code_cells(nbformat.read(find(name), as_version=4))
        if "setup" not in cell.metadata.get("tags", [])
    ]
    loads = next(i for i, source in enumerate(sources) if data in source)
    program = "\n\n".join(sources[: loads + 1]).replace('"tiny"', '"full"', 1)
    program += "\n\nfrom huggingface_hub import snapshot_download"
    program += "\nsnapshot_download(checkpoint)"
    for offline in ("0", "1"):
        subprocess.run(
            [sys.executable, "-c", program],
            check=True,
            cwd=ROOT,
            env={**os.environ, "HF_HUB_OFFLINE": offline},
            timeout=300,
        )


@pytest.mark.parametrize("name", FEW)
def test_full(name, course_hub, as_reader, tmp_path):
    as_reader(course_hub)
    upload = {"push_to_hub": True} if name in UPLOADS else {}
    text = run(name, "full", tmp_path, **upload)
    # Nobody looked for a converted copy of weights without `safetensors`, which begins
    # with a look at the history.
    paths = [request.url.path for request in course_hub.requests]
    assert not [path for path in paths if "/commits/" in path]
    assert not [path for path in paths if "bg-nl" in path]
    if not upload:
        return
    if not torch.cuda.is_available():
        assert "device cpu, mixed precision no" in text
    repository, kept, model_class = UPLOADS[name]
    api = HfApi(course_hub.url, token="hf_reader")
    assert api.model_info(f"reader/{repository}").private
    fetched = api.snapshot_download(f"reader/{repository}", local_dir=tmp_path / "hub")
    own = answers(tmp_path / "outputs" / kept, model_class)
    assert torch.equal(answers(fetched, model_class), own)


# In chapter 2 and the appendix `sample` is `full`, in 1 and 7.6 only rows are fewer.
SAME = (
    "ch1_pipelines",
    "ch2_tokenizers_models",
    "ch7_clm_codeparrot",
    "appendix_questions",
)


@pytest.mark.parametrize(
    "name",
    [pytest.param(n, marks=[pytest.mark.slow] if n in SAME else []) for n in FEW],
)
def test_sample(name, course_hub, as_reader, tmp_path):
    as_reader(course_hub)
    # In `full` that split is fetched as a whole.
    few = {"max_eval_samples": 4} if name == "ch7_clm_codeparrot" else {}
    run(name, "sample", tmp_path, **few)
