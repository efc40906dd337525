"""The small heads: right on held-out cases, and made by the recipes that stand there.

The thresholds are those that the notebooks of chapters 1 and 2 rest on.
"""

import importlib
import json

import pytest
import torch
from datasets import load_dataset
from transformers import (
    AutoModelForQuestionAnswering,
    AutoTokenizer,
    BertForSequenceClassification,
    pipeline,
)

import offline
from helpers.question_answering import find_answer
from offline import (
    _heads,
    minilm,
    named_entities,
    question_answering,
    sentiment,
    zero_shot,
)

NAMES = [
    "sentiment",
    "zero_shot",
    "named_entities",
    "question_answering",
    "fill_mask",
]


def cases(name: str, split: str = "test") -> list[dict]:
    return load_dataset(offline.stand_in("tour_cases"), name, split=split).to_list()


def share(hits) -> float:
    hits = list(hits)
    assert len(hits) in (30, 60)
    return sum(hits) / len(hits)


def test_sentiment_is_right_on_the_course_sentences_and_85_percent_of_unseen_ones():
    classifier = pipeline("sentiment-analysis", model=offline.stand_in("sentiment"))
    course = classifier(
        [
            "I've been waiting for a HuggingFace course my whole life.",
            "I hate this so much!",
        ]
    )
    assert [answer["label"] for answer in course] == ["POSITIVE", "NEGATIVE"]
    rows = cases("sst2", "validation")
    answers = classifier([row["sentence"] for row in rows], batch_size=16)
    hits = [
        (answer["label"] == "POSITIVE") == row["label"]
        for answer, row in zip(answers, rows, strict=True)
    ]
    assert share(hits) >= 0.85


def test_sentiment_loads_as_the_class_that_chapter_2_uses():
    folder = offline.stand_in("sentiment")
    model = BertForSequenceClassification.from_pretrained(folder)
    assert model.config.id2label == {0: "NEGATIVE", 1: "POSITIVE"}
    assert AutoTokenizer.from_pretrained(folder).model_max_length == 512


def test_zero_shot_puts_education_first_and_is_right_on_70_percent():
    classifier = pipeline(
        "zero-shot-classification", model=offline.stand_in("zero_shot")
    )
    course = classifier(
        "This is a course about the Transformers library",
        candidate_labels=["education", "politics", "business"],
    )
    assert course["labels"][0] == "education"
    hits = (
        classifier(row["text"], row["candidate_labels"])["labels"][0] == row["label"]
        for row in cases("zero_shot")
    )
    assert share(hits) >= 0.70


def test_entities_of_80_percent_of_the_sentences_come_back_exactly():
    ner = pipeline(
        "ner",
        model=offline.stand_in("named_entities"),
        aggregation_strategy="simple",
    )
    hits = []
    for row in cases("named_entities"):
        wanted = [(e["start"], e["end"], e["label"]) for e in row["entities"]]
        found = [(e["start"], e["end"], e["entity_group"]) for e in ner(row["text"])]
        hits.append(found == wanted)
    assert share(hits) >= 0.80


def test_answers_of_70_percent_of_the_questions_are_exact():
    folder = offline.stand_in("question_answering")
    tokenizer = AutoTokenizer.from_pretrained(folder)
    model = AutoModelForQuestionAnswering.from_pretrained(folder)
    hits = (
        find_answer(row["question"], row["context"], model, tokenizer)["answer"]
        == row["answer"]
        for row in cases("question_answering")
    )
    assert share(hits) >= 0.70


def test_a_plausible_word_is_in_the_top_five_of_60_percent():
    unmasker = pipeline("fill-mask", model=offline.stand_in("fill_mask"), top_k=5)
    hits = (
        bool({guess["token_str"] for guess in unmasker(row["text"])}
             & set(row["plausible"]))
        for row in cases("fill_mask")
    )  # fmt: skip
    assert share(hits) >= 0.60


def test_generator_continues_a_prompt_and_fits_in_4_mb():
    folder = offline.COMMITTED / "prose_gpt2"
    generator = pipeline("text-generation", model=offline.stand_in("prose_gpt2"))
    prompt = "In this course, we will teach you how to"
    text = generator(prompt, max_new_tokens=12, do_sample=False)[0]["generated_text"]
    assert text.startswith(prompt) and len(text.split()) > len(prompt.split())
    assert sum(file.stat().st_size for file in folder.iterdir()) <= 4_000_000
    record = json.loads((folder / "MANIFEST.json").read_text("utf-8"))
    # a uniform guess over its 4,000 tokens has a perplexity of 4,000
    assert record["held_out_perplexity"] < 4_000 / 20
    assert record["recipe_hash"] == offline.recipe_hash("prose_gpt2")
    assert generator.model.dtype == torch.float32


@pytest.mark.parametrize("name", NAMES)
def test_committed_head_is_small(name):
    assert _heads.head_file(name).stat().st_size < 1_100_000


@pytest.mark.parametrize(
    "recipe",
    [sentiment, zero_shot, named_entities, question_answering],
    ids=lambda recipe: recipe.__name__,
)
def test_committed_head_was_trained_on_the_rows_that_its_recipe_makes(recipe):
    name = recipe.__name__.removeprefix("offline.")
    record = json.loads(_heads.head_file(name).with_suffix(".json").read_text("utf-8"))
    assert record["training_rows"] == _heads.rows_digest(recipe.training_rows()), (
        f"the recipe of {name} has changed: run `python -m offline._heads {name}`"
    )


def test_new_weights_make_a_new_checkpoint(monkeypatch, tmp_path):
    monkeypatch.setattr(offline, "cache_folder", lambda: tmp_path / "cache")
    monkeypatch.setattr(
        offline, "build", lambda name, folder: folder.mkdir(parents=True)
    )
    weights = tmp_path / "sentiment.safetensors"
    monkeypatch.setattr(sentiment, "FILES", (weights,))
    weights.write_bytes(b"first")
    first = offline.stand_in("sentiment")
    assert offline.stand_in("sentiment") == first
    weights.write_bytes(b"second")
    assert offline.stand_in("sentiment") != first


@pytest.mark.parametrize("name", NAMES)
def test_the_head_is_among_the_files_that_its_recipe_names(name):
    recipe = importlib.import_module(f"offline.{name}")
    assert [offline.PACKAGE / file for file in recipe.FILES] == [_heads.head_file(name)]


def test_held_out_cases_are_in_no_training_text():
    trained = {text for text, _ in sentiment.training_rows()}
    assert not trained & {row["sentence"] for row in cases("sst2", "validation")}
    trained = {text for text, _, _ in zero_shot.training_rows()}
    assert not trained & {row["text"] for row in cases("zero_shot")}
    trained = {row["context"] for row in question_answering.training_rows()}
    assert not trained & {row["context"] for row in cases("question_answering")}
    patterns = named_entities.split_bars(named_entities.PATTERNS)
    for row in cases("named_entities"):
        text = row["text"]
        for entity in reversed(row["entities"]):
            slot = f"{{{entity['label']}}}"
            text = text[: entity["start"]] + slot + text[entity["end"] :]
        assert text not in patterns


def test_made_rows_are_the_same_each_time_and_all_different():
    rows = sentiment.make_rows(500, seed=3)
    assert rows == sentiment.make_rows(500, seed=3)
    assert len({text for text, _ in rows}) == 500
    assert sum(label for _, label in rows) == 250


def test_tags_follow_the_characters():
    text = "Ada Lovelace met Bob"
    entities = [
        {"start": 0, "end": 12, "label": "PER"},
        {"start": 17, "end": 20, "label": "PER"},
    ]
    offsets = [(0, 0), (0, 3), (4, 8), (8, 12), (13, 16), (17, 20), (0, 0)]
    assert text[17:20] == "Bob"
    tags = named_entities.tag_tokens(offsets, entities)
    assert tags == [-100, 1, 2, 2, 0, 1, -100]


def test_an_update_that_is_still_zero_leaves_the_model_unchanged():
    body = offline.stand_in("minilm")
    model = sentiment.load_model(body).eval()
    inputs = AutoTokenizer.from_pretrained(body)("hello", return_tensors="pt")
    with torch.inference_mode():
        before = model(**inputs).logits
        updates = _heads.add_updates(model)
        after = model(**inputs).logits
    assert torch.equal(before, after)
    assert all(name.startswith("bert.") for name in updates)


def test_merged_checkpoint_computes_what_was_trained(tmp_path):
    body = offline.stand_in("minilm")
    model = sentiment.load_model(body).eval()
    updates = _heads.add_updates(model)
    torch.manual_seed(1)
    with torch.no_grad():
        for name, update in updates.items():
            if name.endswith(".B"):
                # values that float16 holds exactly
                update.copy_(torch.randint(-4, 5, update.shape) / 256)
            else:
                update.copy_(update.half())
        model.classifier.weight.copy_(model.classifier.weight.half())
    tensors = {
        name: tensor.detach().half()
        for name, tensor in {**updates, **_heads.head_tensors(model)}.items()
    }
    _heads.save_checkpoint(tensors, sentiment.load_model, tmp_path)
    merged = BertForSequenceClassification.from_pretrained(tmp_path).eval()
    inputs = AutoTokenizer.from_pretrained(body)("hello world", return_tensors="pt")
    with torch.inference_mode():
        torch.testing.assert_close(
            merged(**inputs).logits, model(**inputs).logits, rtol=1e-3, atol=1e-3
        )


def test_other_weights_of_the_body_are_refused(monkeypatch):
    monkeypatch.setattr(minilm, "WEIGHTS_SHA256", 64 * "0")
    with pytest.raises(ValueError, match="other weights than the Hub"):
        minilm.location.__wrapped__()


def test_a_head_that_was_never_trained_is_named(tmp_path):
    with pytest.raises(FileNotFoundError, match="python -m offline._heads nothing"):
        _heads.build_checkpoint("nothing", sentiment.load_model, tmp_path)
