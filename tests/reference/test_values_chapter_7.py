"""What the course prints in sections 7.4 to 7.6, computed."""

import math

import numpy as np
import pandas as pd
import pytest
import torch
from accelerate import Accelerator
from course_values import like, proves, value
from datasets import Dataset
from huggingface_hub import CommitInfo, HfApi, get_full_repo_name
from rouge_score.rouge_scorer import RougeScorer
from rouge_score.scoring import BootstrapAggregator
from transformers import (
    AutoTokenizer,
    DataCollatorForLanguageModeling,
    DataCollatorForSeq2Seq,
    GPT2Config,
    GPT2LMHeadModel,
    MarianConfig,
    MarianMTModel,
    MT5Config,
    MT5ForConditionalGeneration,
    Seq2SeqTrainer,
    Seq2SeqTrainingArguments,
)

from helpers.causal_lm import mentions_any, perplexity
from helpers.summarization import Rouge
from helpers.translation import Bleu
from offline import stand_in

# Predictions of 7.4, each with its reference; the pair of summaries of 7.5.
REFERENCE = (
    "This plugin allows you to automatically translate web pages between several "
    "languages."
)
PREDICTIONS = {
    "good": "This plugin lets you translate web pages between several languages "
    "automatically.",
    "repeated": "This This This This",
    "short": "This plugin",
}
GENERATED = "I absolutely loved reading the Hunger Games"
VERBOSE = "I really really loved reading the Hunger Games all night"
SUMMARY = "I loved reading the Hunger Games"


@pytest.fixture(scope="module")
def reviews_tokenizer():
    return AutoTokenizer.from_pretrained(stand_in("mt5_reviews"))


@pytest.fixture(scope="module")
def mt5(reviews_tokenizer):
    torch.manual_seed(0)
    sizes = {"d_model": 8, "d_kv": 4, "d_ff": 8, "num_layers": 1, "num_heads": 2}
    return MT5ForConditionalGeneration(
        MT5Config(vocab_size=len(reviews_tokenizer), decoder_start_token_id=0, **sizes)
    )


@pytest.fixture(scope="module")
def trainer(mt5, reviews_tokenizer, tmp_path_factory):
    """The sections' trainer, on three rows."""
    rows = {"input_ids": [[5, 6, 1]] * 3, "labels": [[7, 1]] * 3}
    args = Seq2SeqTrainingArguments(
        str(tmp_path_factory.mktemp("trainer")),
        predict_with_generate=True,
        generation_max_length=8,
        report_to="none",
        use_cpu=True,
    )
    return Seq2SeqTrainer(
        mt5,
        args,
        eval_dataset=Dataset.from_dict(rows),
        data_collator=DataCollatorForSeq2Seq(reviews_tokenizer, model=mt5),
        processing_class=reviews_tokenizer,
        compute_metrics=lambda predicted: {"bleu": 0.0},
    )


# --- 7.4 --------------------------------------------------------------------------


@proves("ch7-kde4-split")
def test_split_of_kde4(row):
    rows = Dataset.from_dict({"row": range(value("ch7-kde4-rows"))})
    split = rows.train_test_split(train_size=0.9, seed=20)
    assert split.num_rows == row["value"]


@pytest.fixture(scope="module")
def kde4_batch(reviews_tokenizer):
    """The two printed rows of labels, collated for a model with Marian's settings."""
    sizes = {"d_model": 8, "encoder_layers": 1, "decoder_layers": 1}
    sizes |= {"encoder_ffn_dim": 8, "decoder_ffn_dim": 8}
    sizes |= {"encoder_attention_heads": 1, "decoder_attention_heads": 1}
    start = {"pad_token_id": 59513, "decoder_start_token_id": 59513}
    with torch.device("meta"):
        model = MarianMTModel(MarianConfig(vocab_size=59514, **start, **sizes))
    rows = [
        {"input_ids": [5, 0], "attention_mask": [1, 1], "labels": labels}
        for labels in (value("ch7-labels-of-row-1"), value("ch7-labels-of-row-2"))
    ]
    return DataCollatorForSeq2Seq(reviews_tokenizer, model=model)(rows)


@proves("ch7-batch-keys")
def test_keys_of_the_batch(row, kde4_batch):
    assert list(kde4_batch) == row["today"]
    assert set(kde4_batch) == set(row["value"])


@proves("ch7-batch-labels")
def test_labels_of_the_batch(row, kde4_batch):
    assert kde4_batch["labels"].tolist() == row["value"]


@proves("ch7-batch-decoder-input-ids")
def test_decoder_inputs_of_the_batch(row, kde4_batch):
    assert kde4_batch["decoder_input_ids"].tolist() == row["value"]


def bleu_of(name: str) -> dict:
    case = name.removeprefix("ch7-bleu-").split("-")[0]
    prediction = PREDICTIONS[case]
    result = Bleu().compute(predictions=[prediction], references=[[REFERENCE]])
    assert result == Bleu().compute(predictions=[prediction], references=[REFERENCE])
    return result


@proves("ch7-bleu-good", "ch7-bleu-repeated", "ch7-bleu-short")
def test_bleu(row):
    result = bleu_of(row["id"])
    assert {name: result[name] for name in row["value"]} == row["value"]


@proves(
    "ch7-bleu-good-precisions",
    "ch7-bleu-repeated-precisions",
    "ch7-bleu-short-precisions",
)
def test_precisions(row):
    """54.5454… is 54.55, not 54.54, to two digits."""
    right = row.get("truth", row["value"])
    precisions = bleu_of(row["id"])["precisions"]
    assert list(map(like, right, precisions)) == right
    assert (list(map(like, row["value"], precisions)) == row["value"]) is (
        "truth" not in row
    )


@proves("ch7-bleu-good-rounded")
def test_bleu_in_the_text(row):
    assert like(row["value"], bleu_of("ch7-bleu-good")["score"]) == row["value"]


def speeds(rows: int, batch_size: int, seconds: float) -> list[float]:
    return [round(n / seconds, 3) for n in (rows, math.ceil(rows / batch_size))]


@proves("ch7-evaluate-before-speed", "ch7-evaluate-after-speed")
def test_speed_of_evaluation(row):
    metrics = value(row["id"].removesuffix("-speed"))
    rows = value("ch7-kde4-split")["test"]
    assert speeds(rows, 64, metrics["eval_runtime"]) == row["value"]


@proves("ch7-evaluate-keys")
def test_keys_of_evaluate(row, trainer):
    found = list(trainer.evaluate())
    assert found == row["today"]
    assert [name for name in found if name in row["value"]] == row["value"]


@proves("ch7-bleu-gained")
def test_bleu_gained(row):
    before, after = value("ch7-evaluate-before"), value("ch7-evaluate-after")
    gained = after["eval_bleu"] - before["eval_bleu"]
    assert row["value"] - 0.5 < gained < row["value"]


@proves("ch7-push-to-hub", "ch7-mt5-push-to-hub")
def test_what_push_to_hub_returns(row, trainer, monkeypatch):
    """It is a str of the URL still, but shows itself with all its fields."""
    url = "https://huggingface.co/user/model/commit/3601d621"
    commit = CommitInfo(url, "Training complete", "", "3601d621")
    monkeypatch.setattr(HfApi, "upload_folder", lambda *args, **kwargs: commit)
    monkeypatch.setattr(trainer, "create_model_card", lambda *args, **kwargs: None)
    monkeypatch.setattr(trainer, "hub_model_id", "user/model", raising=False)
    returned = trainer.push_to_hub(commit_message="Training complete")
    assert type(returned).__name__ == row["today"]
    assert isinstance(returned, str)
    assert str(returned) == returned.commit_url == url
    assert repr(returned).startswith("CommitInfo(commit_url=")


ACCOUNTS_AND_NAMES = {
    "ch7-translation-repo": ("sgugger", "marian-finetuned-kde4-en-to-fr-accelerate"),
    "ch7-mt5-repo": ("lewtun", "test-bert-finetuned-squad-accelerate"),
    "ch7-code-repo": ("sgugger", "codeparrot-ds-accelerate"),
}


@proves(*ACCOUNTS_AND_NAMES)
def test_full_repo_name(row, monkeypatch):
    """For the account that ran the course's cell, and the name that the cell passes."""
    account, name = ACCOUNTS_AND_NAMES[row["id"]]
    monkeypatch.setattr(HfApi, "whoami", lambda *args, **kwargs: {"name": account})
    assert get_full_repo_name(name) == row.get("truth", row["value"])


# --- 7.5 --------------------------------------------------------------------------


@proves("ch7-reviews-categories-footer")
def test_footer_of_value_counts(row):
    counts = pd.DataFrame({"product_category": ["home", "book"]}).value_counts
    last = str(counts("product_category")).splitlines()[-1]
    assert last == row["today"]


@proves("ch7-map-batch-size")
def test_rows_that_map_passes_at_once(row):
    rows = Dataset.from_dict({"row": range(1001)})
    sizes = rows.map(
        lambda rows: {"size": [len(rows["row"])] * len(rows["row"])}, batched=True
    )
    assert sorted(set(sizes["size"])) == [1, row["value"]]


@proves("ch7-rouge-by-hand")
def test_rouge_by_hand(row):
    generated, summary, verbose = map(str.split, (GENERATED, SUMMARY, VERBOSE))
    common, *shares = row["value"]
    assert len(set(generated) & set(summary)) == common
    assert len(set(verbose) & set(summary)) == common
    found = [common / len(words) for words in (summary, generated, verbose)]
    assert list(map(like, shares, found)) == shares


@pytest.fixture(scope="module")
def rouge_scores():
    """What the course's metric gave: rouge_score's own aggregate of one pair."""
    aggregator = BootstrapAggregator()
    aggregator.add_scores(
        RougeScorer(list(value("ch7-rouge"))).score(SUMMARY, GENERATED)
    )
    return aggregator.aggregate()


@proves("ch7-rouge")
def test_rouge(row, rouge_scores):
    for name, printed in row["value"].items():
        for score in rouge_scores[name]:
            assert list(map(like, printed, score)) == printed
    ours = Rouge().compute(predictions=[GENERATED], references=[SUMMARY])
    f1 = {name: like("0.00", score / 100) for name, score in ours.items()}
    assert f1 == {name: printed[-1] for name, printed in row["value"].items()}


@proves("ch7-rouge-mid")
def test_mid_of_rouge1(row, rouge_scores):
    mid = rouge_scores["rouge1"].mid
    assert mid._fields == ("precision", "recall", "fmeasure")
    assert list(map(like, row["value"], mid)) == row["value"]
    with pytest.raises(AttributeError) as caught:
        _ = np.float64(mid.fmeasure).mid  # what `evaluate` gives instead
    assert f"AttributeError: {caught.value}" == row["today"]


@proves("ch7-reviews-collated")
def test_collated_reviews(row, mt5, reviews_tokenizer):
    printed = row["value"]
    rows = [
        {
            "input_ids": [token for token in ids if token],
            "labels": [token for token in labels if token != -100],
        }
        for ids, labels in zip(printed["input_ids"], printed["labels"], strict=True)
    ]
    batch = DataCollatorForSeq2Seq(reviews_tokenizer, model=mt5)(rows)
    assert {name: ids.tolist() for name, ids in batch.items()} == printed


@proves("ch7-mt5-evaluate-speed")
def test_speed_of_the_summaries(row):
    seconds = value("ch7-mt5-evaluate")["eval_runtime"]
    rows = round(row["value"][0] * seconds)
    assert speeds(rows, 8, seconds) == row["value"]


@proves("ch7-gen-len")
def test_nothing_measures_the_generated_length(row, trainer, monkeypatch):
    """Beside its own, a trainer has the scores that the course's function returns."""
    own = set(trainer.evaluate()) - {"eval_bleu"}
    scores = dict.fromkeys(value("ch7-rouge"), 0.0)
    monkeypatch.setattr(trainer, "compute_metrics", lambda predicted: scores)
    assert set(trainer.evaluate()) - own == {f"eval_{name}" for name in scores}
    returned = ", ".join(scores)
    assert row["truth"] == f"not measured: compute_metrics returns {returned} only"


# --- 7.6 --------------------------------------------------------------------------


@proves("ch7-keyword-in-text")
def test_keywords(row):
    keywords = ["pandas", "sklearn", "matplotlib", "seaborn"]
    lines = "import numpy as np", "import pandas as pd"
    assert [mentions_any(line, keywords) for line in lines] == row["value"]


@proves("ch7-tokens-in-all")
def test_tokens_in_all(row):
    tokens = value("ch7-chunk-rows")["train"] * 128
    assert f"{tokens / 1e9:.1f} billion" == row["value"]


@proves("ch7-gpt2-size", "ch7-gpt2-size-all-digits")
def test_size_of_gpt2(row):
    with torch.device("meta"):
        model = GPT2LMHeadModel(GPT2Config(vocab_size=50_000))
    size = sum(weights.numel() for weights in model.parameters())
    printed = row["value"]
    assert (f"{size / 1e6:.1f}M" if isinstance(printed, str) else size) == printed


@proves("ch7-gpt2-context")
def test_context_of_gpt2(row):
    assert GPT2Config().n_positions == row["value"]


@proves("ch7-effective-batch-size")
def test_effective_batch_size(row):
    args = Seq2SeqTrainingArguments(
        per_device_train_batch_size=32, gradient_accumulation_steps=8, use_cpu=True
    )
    assert args.train_batch_size * args.gradient_accumulation_steps == row["value"]


@proves("ch7-clm-batch-shapes")
def test_shapes_of_the_chunks(row):
    tokenizer = AutoTokenizer.from_pretrained(stand_in("prose_gpt2"))
    tokenizer.pad_token = tokenizer.eos_token
    rows = [{"input_ids": [5] * 128} for _ in range(5)]
    batch = DataCollatorForLanguageModeling(tokenizer, mlm=False)(rows)
    assert {name: list(ids.shape) for name, ids in batch.items()} == row["value"]


@proves("ch7-untrained-perplexity")
def test_untrained_perplexity(row):
    """Bit for bit in float32, where the course computes it."""
    loss = value("ch7-untrained-loss")
    assert torch.exp(torch.tensor(loss)).item() == row["value"]
    assert np.float32(perplexity(loss)) == pytest.approx(row["value"], rel=1e-6)


@proves("ch7-evaluate-on-one-process")
def test_gathered_losses_on_one_process(row):
    """One process gathers a loss of no dimension, which torch.cat refuses."""
    loss = torch.tensor(value("ch7-untrained-loss"))
    gathered = Accelerator(cpu=True).gather(loss)
    assert gathered.ndim == 0
    with pytest.raises(RuntimeError) as error:
        torch.cat([gathered])
    assert f"RuntimeError: {error.value}" == row["truth"]
