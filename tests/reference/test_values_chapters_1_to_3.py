"""What the course prints in chapters 1 to 3, computed.

The uncased vocabulary is BERT's own, as the MiniLM package carries it. Models are small
or without memory: shapes, names and errors do not depend on weights.
"""

import logging

import numpy as np
import pytest
import torch
from course_values import like, proves, value
from datasets import ClassLabel, Dataset, Features, Value
from sklearn.metrics import accuracy_score, f1_score
from torch.utils.data import DataLoader
from transformers import (
    AutoTokenizer,
    BertConfig,
    BertForPreTraining,
    BertForSequenceClassification,
    DataCollatorWithPadding,
    DistilBertConfig,
    DistilBertForSequenceClassification,
    DistilBertModel,
    Trainer,
    TrainingArguments,
)
from transformers.pipelines import SUPPORTED_TASKS

from helpers.classification import AccuracyF1
from offline import stand_in

WAITING = "I've been waiting for a HuggingFace course my whole life."
HATE = "I hate this so much!"
WORKS = "My name is Sylvain and I work at Hugging Face in Brooklyn."
SINGLE = "Hello, I'm a single sentence!"
NETWORK = "Using a Transformer network is simple"
ARE_YOU, FINE = "How are you?", "I'm fine, thank you!"
PAIR = ("This is the first sentence.", "This is the second one.")
SMALL = {"hidden_size": 8, "num_hidden_layers": 1, "num_attention_heads": 2}


@pytest.fixture(scope="module")
def tokenizer():
    return AutoTokenizer.from_pretrained(stand_in("minilm"))


@pytest.fixture(scope="module")
def batch(tokenizer):
    return tokenizer([WAITING, HATE], padding=True, truncation=True)


@pytest.fixture(scope="module")
def classifier():
    """A BERT of one layer with two labels."""
    torch.manual_seed(0)
    return BertForSequenceClassification(BertConfig(**SMALL, intermediate_size=8))


# --- 1.3 --------------------------------------------------------------------------


@proves("ch1-default-text-generation")
def test_default_checkpoint(row):
    """The course's text is GPT-2's, then the default."""
    name, _ = SUPPORTED_TASKS["text-generation"]["default"]["model"]
    assert f"default checkpoint {name}" == row["today"]


@proves("ch1-entity-spans")
def test_spans_of_the_entities(row):
    for word, (start, end) in row["value"].items():
        assert WORKS[start:end] == word
        assert WORKS.count(word) == 1


@proves("ch1-answer-span")
def test_span_of_the_answer(row):
    span = row["value"]
    assert WORKS[span["start"] : span["end"]] == span["answer"]


# --- 2.2 --------------------------------------------------------------------------


@proves("ch2-picture-ids")
def test_ids_of_the_picture(row, tokenizer):
    """999 is the exclamation mark."""
    assert tokenizer("This course is amazing!")["input_ids"] == row["value"]
    assert 999 not in tokenizer("This course is amazing")["input_ids"]


@proves("ch2-picture-percentages")
def test_percentages_of_the_picture(row):
    logits = torch.tensor([float(logit) for logit in value("ch2-picture-logits")])
    for label, share in zip(row["truth"], torch.softmax(logits, -1), strict=True):
        assert like(row["truth"][label], 100 * share.item()) == row["truth"][label]
        assert like(row["value"][label], 100 * share.item()) != row["value"][label]


@proves("ch2-padded-input-ids")
def test_padded_ids(row, batch):
    assert batch["input_ids"] == row["value"]


@proves("ch2-padded-attention-mask")
def test_padded_mask(row, batch):
    assert batch["attention_mask"] == row["value"]


@proves("ch2-hidden-states-shape")
def test_hidden_states(row, batch):
    ids = torch.tensor(batch["input_ids"], device="meta")
    with torch.device("meta"):
        model = DistilBertModel(DistilBertConfig())
    assert list(model(ids).last_hidden_state.shape) == row["value"]


@proves("ch2-logits-shape")
def test_logits(row, batch):
    ids = torch.tensor(batch["input_ids"], device="meta")
    with torch.device("meta"):
        model = DistilBertForSequenceClassification(DistilBertConfig())
    assert list(model(ids).logits.shape) == row["value"]


@proves(
    "ch2-probabilities", "ch2-probabilities-all-digits", "ch2-probabilities-rounded"
)
def test_probabilities(row):
    """The four digits of the PyTorch edition's logits are too few for the last one."""
    logits = [[float(logit) for logit in pair] for pair in all_digits()]
    shares = torch.softmax(torch.tensor(logits), dim=-1).tolist()
    assert [
        [like(text, share) for text, share in zip(*pair, strict=True)]
        for pair in zip(row["value"], shares, strict=True)
    ] == row["value"]


def all_digits():
    """The logits of the TensorFlow edition, which round to the PyTorch edition's."""
    printed, exact = value("ch2-logits"), value("ch2-logits-all-digits")
    for short, long in zip(sum(printed, []), sum(exact, []), strict=True):
        assert like(short, float(long)) == short
    return exact


@proves("ch2-logits-grad-fn")
def test_grad_fn_of_logits(row, classifier):
    logits = classifier(torch.tensor([[101, 102]])).logits
    assert f"grad_fn={row['today']}" in repr(logits)


@proves("ch2-probabilities-grad-fn")
def test_grad_fn_of_probabilities(row):
    logits = torch.tensor([[1.0, 2.0]], requires_grad=True)
    assert f"grad_fn={row['today']}" in repr(torch.softmax(logits, dim=-1))


# --- 2.3 --------------------------------------------------------------------------


@proves("ch2-bert-config", "ch2-bert-base-sizes")
def test_bert_config(row):
    config = BertConfig().to_dict()
    assert {name: config[name] for name in row["value"]} == row["value"]


@proves("ch2-saved-files", "ch2-saved-files-earlier")
def test_saved_files(row, classifier, tmp_path):
    classifier.save_pretrained(tmp_path)
    names = sorted(path.name for path in tmp_path.iterdir())
    assert names == row.get("today", row["value"])


@proves("ch2-weights-file-name")
def test_name_of_the_weights_file(row, classifier, tmp_path):
    classifier.save_pretrained(tmp_path)
    assert (tmp_path / row["truth"]).is_file()
    assert not (tmp_path / row["value"]).exists()


@proves("ch2-greetings-ids")
def test_greetings_are_uncased(row, tokenizer):
    """What bert-base-cased gives is checked in test_values_of_real_vocabularies."""
    assert tokenizer(["Hello!", "Cool.", "Nice!"])["input_ids"] == row["value"]


@proves("ch2-two-arguments-ids")
def test_two_arguments_are_a_pair(row, tokenizer):
    """One list of ids, with one [CLS], whatever the vocabulary."""
    ids = tokenizer(ARE_YOU, FINE)["input_ids"]
    assert len(ids) == len(row["truth"]) == sum(map(len, row["value"])) - 1
    assert (ids.count(101), ids.count(102)) == (1, 2)


@proves("ch2-two-arguments-tensor-shape")
def test_two_arguments_are_a_pair_as_a_tensor(row, tokenizer):
    ids = tokenizer(ARE_YOU, FINE, return_tensors="pt")["input_ids"]
    assert list(ids.shape) == row["truth"]
    rows = [torch.zeros(shape).tolist() for shape in row["value"]]
    with pytest.raises(ValueError, match="expected sequence of length 6"):
        torch.tensor(rows)


@proves("ch2-padded-pair-masks")
def test_masks_of_the_padded_pair(row, tokenizer):
    encoded = tokenizer([ARE_YOU, FINE], padding=True)
    assert {name: encoded[name] for name in row["value"]} == row["value"]


@proves("ch2-cut-at-five-masks")
def test_masks_of_the_cut_pair(row, tokenizer):
    encoded = tokenizer([ARE_YOU, FINE], padding=True, truncation=True, max_length=5)
    assert {name: encoded[name] for name in row["value"]} == row["value"]


@proves("ch2-two-arguments-ids", "ch2-padded-pair-ids", "ch2-cut-at-five-ids")
def test_two_rows_of_two_vocabularies(row, tokenizer):
    """The second row begins with uncased ids, the first does not.

    What bert-base-cased gives is checked in test_values_of_real_vocabularies, here as
    in the tests that follow.
    """
    cased, uncased = row["value"]
    assert tokenizer(FINE)["input_ids"][:4] == uncased[:4]
    assert tokenizer(ARE_YOU)["input_ids"][:4] != cased[:4]


@proves("ch2-single-sentence-ids")
def test_ids_of_another_sentence(row, tokenizer):
    assert "huggingface" in tokenizer.decode(row["value"])
    assert "huggingface" not in SINGLE.lower()


@proves("ch2-encoded-sequences")
def test_encoded_sequences_are_uncased_and_not_rectangular(row, tokenizer):
    assert tokenizer([WAITING, HATE])["input_ids"] == row["value"]
    with pytest.raises(ValueError, match="expected sequence of length 16"):
        torch.tensor(row["value"])


# --- 2.4 --------------------------------------------------------------------------


@proves("ch2-split-on-spaces")
def test_split_on_spaces(row):
    sentence = "Jim Henson was a puppeteer"
    assert sentence.split() == row["value"]


@proves("ch2-pieces-of-tokenization")
def test_pieces_of_tokenization(row, tokenizer):
    pieces = tokenizer.tokenize("tokenization")
    assert [piece.removeprefix("##") for piece in pieces] == row["value"]


@proves("ch2-network-tokens")
def test_printed_tokens_are_not_in_the_sentence(row):
    """A cased tokenizer changes no letter, so "transform" needs no vocabulary."""
    pieces = [token.removeprefix("##") for token in row["value"]]
    assert [piece for piece in pieces if piece not in NETWORK] == ["transform"]
    lower = NETWORK.replace("Transformer", "transformer")
    assert "".join(pieces) == lower.replace(" ", "")


@proves("ch2-network-decoded")
def test_decoding_changes_no_letter(row, tokenizer):
    """The printed tokens, joined; the ids are checked with the cased vocabulary."""
    tokens = value("ch2-network-tokens")
    assert tokenizer.convert_tokens_to_string(tokens) == row["truth"]


# --- 2.5 and 2.6 ------------------------------------------------------------------


@proves("ch2-one-dimensional-ids")
def test_one_dimension(row, tokenizer):
    ids = tokenizer.convert_tokens_to_ids(tokenizer.tokenize(WAITING))
    model = DistilBertForSequenceClassification(DistilBertConfig(n_layers=1))
    with pytest.raises(RuntimeError) as error:
        model(torch.tensor(ids))
    assert f"RuntimeError: {error.value}" == row["today"]


@proves("ch2-ids-of-a-batch-of-one")
def test_batch_of_one(row, tokenizer):
    ids = tokenizer(WAITING, return_tensors="pt")["input_ids"]
    assert ids.tolist() == row["value"]


@proves("ch2-ids-made-by-hand")
def test_ids_made_by_hand(row, tokenizer):
    ids = tokenizer.convert_tokens_to_ids(tokenizer.tokenize(WAITING))
    assert torch.tensor([ids]).tolist() == row["value"]


@proves("ch2-longest-input")
def test_longest_input(row):
    for config in (BertConfig(), DistilBertConfig()):
        assert config.max_position_embeddings == row["value"]


@proves("ch2-ids-with-special-tokens")
def test_ids_with_special_tokens(row, tokenizer):
    assert tokenizer(WAITING)["input_ids"] == row["value"]


@proves("ch2-ids-without-special-tokens")
def test_ids_without_special_tokens(row, tokenizer):
    tokens = tokenizer.tokenize(WAITING)
    assert tokenizer.convert_tokens_to_ids(tokens) == row["value"]


@proves("ch2-decoded-with-special-tokens", "ch2-decoded-without-special-tokens")
def test_decoded_text(row, tokenizer):
    """The printed text needs the clean-up that is now off by default."""
    special = row["value"].startswith("[CLS]")
    ids = tokenizer(WAITING, add_special_tokens=special)["input_ids"]
    assert tokenizer.decode(ids) == row["today"]
    cleaned = tokenizer.decode(ids, clean_up_tokenization_spaces=True)
    assert cleaned == row["value"]


@proves("ch2-hello-how-are-you")
def test_hello_how_are_you(row, tokenizer):
    assert dict(tokenizer("Hello, how are you?")) == row["value"]


# --- 3.2 --------------------------------------------------------------------------


@pytest.fixture
def mrpc():
    """Two rows with the columns and types of the Hub's MRPC."""
    label = ClassLabel(names=["not_equivalent", "equivalent"])
    features = {"sentence1": Value("string"), "sentence2": Value("string")}
    features |= {"label": label, "idx": Value("int32")}
    columns = {"sentence1": PAIR, "sentence2": PAIR[::-1]}
    columns |= {"label": [1, 0], "idx": [0, 1]}
    return Dataset.from_dict(columns, features=Features(features))


def tokenized(mrpc, tokenizer):
    return mrpc.map(
        lambda rows: tokenizer(rows["sentence1"], rows["sentence2"], truncation=True),
        batched=True,
    )


@proves("ch3-mrpc-pairs")
def test_pairs_of_mrpc(row):
    assert sum(value("ch3-mrpc-splits").values()) == row["value"]


@proves("ch3-mrpc-features")
def test_features(row, mrpc):
    assert {name: repr(kind) for name, kind in mrpc.features.items()} == row["today"]


@proves("ch3-pair-encoded")
def test_encoded_pair(row, tokenizer):
    assert dict(tokenizer(*PAIR)) == row["value"]


@proves("ch3-pair-tokens")
def test_tokens_of_a_pair(row, tokenizer):
    ids = tokenizer(*PAIR)["input_ids"]
    assert tokenizer.convert_ids_to_tokens(ids) == row["value"]


@proves("ch3-pair-tokens-and-types")
def test_tokens_over_types(row, tokenizer):
    encoded = tokenizer(*PAIR)
    assert [encoded.tokens(), encoded["token_type_ids"]] == row["value"]


@proves("ch3-tokenized-columns")
def test_columns_after_map(row, mrpc, tokenizer):
    columns = tokenized(mrpc, tokenizer).column_names
    assert columns == row["today"]
    assert sorted(columns) == row["value"]


@proves("ch3-batch-of-eight-shapes")
def test_shapes_of_the_batch(row, tokenizer):
    """Eight rows of the printed lengths; their texts are in the tests marked real."""
    samples = [
        {"input_ids": [7] * n, "token_type_ids": [0] * n, "attention_mask": [1] * n}
        | {"label": 1}
        for n in value("ch3-lengths-of-eight-pairs")
    ]
    batch = DataCollatorWithPadding(tokenizer)(samples)
    assert {name: list(rows.shape) for name, rows in batch.items()} == row["value"]


# --- 3.3 and 3.4 ------------------------------------------------------------------


@proves("ch3-weights-not-used")
def test_what_loading_reports(row, tmp_path, caplog, monkeypatch):
    config = BertConfig(**SMALL, intermediate_size=8)
    BertForPreTraining(config).save_pretrained(tmp_path)
    monkeypatch.setattr(logging.getLogger("transformers"), "propagate", True)
    with caplog.at_level(logging.WARNING, logger="transformers"):
        BertForSequenceClassification.from_pretrained(tmp_path)
    assert row["value"] not in caplog.text
    assert f"BertForSequenceClassification {row['today']}" in caplog.text
    assert "UNEXPECTED" in caplog.text and "MISSING" in caplog.text


@proves("ch3-logging-steps")
def test_logging_steps(row):
    assert TrainingArguments().logging_steps == row["value"]


@proves("ch3-predictions-shape")
def test_shape_of_predictions(row, classifier, tmp_path):
    rows = {"input_ids": [[101, 7592, 102]] * 408, "label": [1] * 408}
    options = {"report_to": "none", "use_cpu": True, "per_device_eval_batch_size": 64}
    trainer = Trainer(classifier, TrainingArguments(str(tmp_path), **options))
    found = trainer.predict(Dataset.from_dict(rows))
    shapes = [list(found.predictions.shape), list(found.label_ids.shape)]
    assert shapes == row["value"]


@proves("ch3-trainer-f1-last-digit", "ch3-loop-f1-last-digit")
def test_last_digit_of_f1(row):
    """scikit-learn now divides counts; 2pr / (p + r) still gives the printed digit."""
    loop = row["id"] == "ch3-loop-f1-last-digit"
    hits, false, missed = (261, 46, 18) if loop else (260, 39, 19)
    metrics = value("ch3-loop-metrics" if loop else "ch3-trainer-metrics")
    labels = np.repeat([1, 0, 1, 0], [hits, false, missed, 408 - hits - false - missed])
    predictions = np.repeat([1, 0], [hits + false, 408 - hits - false])
    assert accuracy_score(labels, predictions) == metrics["accuracy"]
    today = AccuracyF1().compute(predictions=predictions, references=labels)["f1"]
    assert today == f1_score(labels, predictions) == row["today"]
    precision, recall = hits / (hits + false), hits / (hits + missed)
    before = 2 * precision * recall / (precision + recall)
    assert before == row["value"] == metrics["f1"]


@proves("ch3-trainer-metrics-rounded")
def test_metrics_in_per_cent(row):
    metrics = value("ch3-trainer-metrics").values()
    assert [f"{100 * metric:.2f}" for metric in metrics] == row["value"]


@proves("ch3-model-columns")
def test_columns_for_the_model(row, mrpc, tokenizer):
    kept = tokenized(mrpc, tokenizer).remove_columns(["sentence1", "sentence2", "idx"])
    columns = kept.rename_column("label", "labels").column_names
    assert columns == row["today"]
    assert sorted(columns) == row["value"]


@proves("ch3-first-loss-grad-fn")
def test_grad_fn_of_the_loss(row, classifier):
    loss = classifier(torch.tensor([[101, 102]]), labels=torch.tensor([1])).loss
    assert f"grad_fn={row['today']}" in repr(loss)


@proves("ch3-batch-logits-shape")
def test_logits_of_the_batch(row, classifier):
    shape = value("ch3-shuffled-batch-shapes")["input_ids"]
    ids = torch.zeros(shape, dtype=torch.long)
    assert list(classifier(ids).logits.shape) == row["value"]


@proves("ch3-trainer-defaults")
def test_defaults_of_the_trainer(row):
    defaults = TrainingArguments()
    for name, printed in row["value"].items():
        assert getattr(defaults, name) == printed


@proves("ch3-training-steps")
def test_training_steps(row):
    batches = DataLoader(range(value("ch3-mrpc-splits")["train"]), batch_size=8)
    assert 3 * len(batches) == row["value"]


@proves("ch3-device")
def test_device(row):
    assert repr(torch.device("cuda")) == row["value"]
