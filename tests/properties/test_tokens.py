"""Tokenizing, chunking, packing and masking lose, double and invent nothing."""

import functools
import math

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from strategies import filled, text, texts
from transformers import (
    AutoTokenizer,
    DataCollatorForLanguageModeling,
    DataCollatorForSeq2Seq,
    DataCollatorWithPadding,
)

from helpers import causal_lm, classification, summarization, translation
from offline import stand_in

two_sides = st.lists(st.tuples(filled, filled), min_size=1, max_size=5)
EN_FR = {"source_lang": "en", "target_lang": "fr"}


@functools.cache
def load(name: str):
    return AutoTokenizer.from_pretrained(stand_in(name))


@functools.cache
def code_tokenizer():
    lines = ["import pandas as pd\npd.DataFrame(x)\nmodel.fit(x, y)\n"] * 9
    return causal_lm.train_tokenizer(lines, vocab_size=340)


def encode(document: str) -> list[int]:
    return code_tokenizer()(document, split_special_tokens=True)["input_ids"]


# The byte-level tokenizer of chapter 7.6


@given(text)
def test_byte_level_tokens_give_the_text_back(document):
    tokenizer = code_tokenizer()
    ids = encode(document)
    assert tokenizer.decode(ids, clean_up_tokenization_spaces=False) == document
    assert not {tokenizer.eos_token_id, tokenizer.pad_token_id} & set(ids)


@given(texts, st.integers(1, 20))
def test_chunks_are_the_beginnings_of_the_documents(documents, context_length):
    rows = causal_lm.chunk_texts(
        {"content": documents}, code_tokenizer(), context_length=context_length
    )["input_ids"]
    wanted = []
    for ids in map(encode, documents):
        for start in range(0, len(ids) - context_length + 1, context_length):
            wanted.append(ids[start : start + context_length])
    assert rows == wanted


@given(texts, st.integers(1, 20))
def test_packing_keeps_every_token_but_the_last_tail(documents, context_length):
    rows = causal_lm.pack_texts(
        {"content": documents}, code_tokenizer(), context_length=context_length
    )["input_ids"]
    stream = []
    for ids in map(encode, documents):
        stream += [*ids, code_tokenizer().eos_token_id]
    kept = [token for row in rows for token in row]
    assert {len(row) for row in rows} <= {context_length}
    assert kept == stream[: len(kept)]
    assert 0 <= len(stream) - len(kept) < context_length


@given(texts, st.integers(1, 20))
def test_packing_never_keeps_less_than_chunking(documents, context_length):
    chunks, blocks = (
        cut({"content": documents}, code_tokenizer(), context_length=context_length)
        for cut in (causal_lm.chunk_texts, causal_lm.pack_texts)
    )
    assert len(blocks["input_ids"]) >= len(chunks["input_ids"])


@given(text)
def test_one_token_keywords_are_told_from_those_that_split(keyword):
    keywords = ["pd", keyword]
    ids, split = causal_lm.find_key_tokens(keywords, code_tokenizer())
    assert len(ids) + len(split) == len(keywords)
    for word in split:
        assert len(code_tokenizer()(word)["input_ids"]) != 1


# Pairs of sentences, chapter 3


@given(texts, st.integers(8, 64))
def test_pairs_keep_their_segments_and_their_length(sentences, max_length):
    tokenizer = load("minilm")
    batch = {"sentence1": sentences, "sentence2": sentences[::-1]}
    encoded = classification.tokenize_pairs(batch, tokenizer, max_length=max_length)
    for row, (first, second) in enumerate(zip(*batch.values(), strict=True)):
        ids, parts = encoded["input_ids"][row], encoded["token_type_ids"][row]
        [whole] = tokenizer([first], [second], verbose=False)["input_ids"]
        assert len(ids) == len(parts) == min(len(whole), max_length)
        assert parts == sorted(parts) and set(parts) <= {0, 1}
        assert ids[0] == tokenizer.cls_token_id and ids[-1] == tokenizer.sep_token_id
        if len(whole) <= max_length:
            assert ids == whole


@given(texts)
def test_padding_of_pairs_is_all_that_the_mask_hides(sentences):
    tokenizer = load("minilm")
    batch = {"sentence1": sentences, "sentence2": sentences}
    encoded = classification.tokenize_pairs(batch, tokenizer, max_length=64)
    rows = [
        {name: encoded[name][row] for name in encoded} for row in range(len(sentences))
    ]
    padded = DataCollatorWithPadding(tokenizer)(rows)
    for row, ids in enumerate(encoded["input_ids"]):
        shown = padded["attention_mask"][row].bool()
        assert padded["input_ids"][row][shown].tolist() == ids


# Sources and targets, chapters 7.4 and 7.5


@pytest.mark.parametrize("name", ["marian_ui", "mt5_reviews"])
@given(rows=two_sides, limit=st.integers(2, 24))
def test_labels_end_fit_and_are_masked_where_padded(name, rows, limit):
    tokenizer = load(name)
    sources, targets = zip(*rows, strict=True)
    if name == "marian_ui":
        batch = {"translation": [{"en": en, "fr": fr} for en, fr in rows]}
        tokens = translation.tokenize_pairs(batch, tokenizer, **EN_FR, max_length=limit)
    else:
        batch = {"review_body": list(sources), "review_title": list(targets)}
        limits = {"max_input_length": limit, "max_target_length": limit}
        tokens = summarization.tokenize_reviews(batch, tokenizer, **limits)
    for row, target in enumerate(targets):
        whole = tokenizer(text_target=target)["input_ids"]
        labels = tokens["labels"][row]
        assert labels == [*whole[:-1][: limit - 1], tokenizer.eos_token_id]
        assert len(tokens["input_ids"][row]) <= limit
    features = [{key: tokens[key][row] for key in tokens} for row in range(len(rows))]
    batch = DataCollatorForSeq2Seq(tokenizer, model=None)(features)
    for row, labels in enumerate(tokens["labels"]):
        padding = batch["labels"].shape[1] - len(labels)
        assert batch["labels"][row].tolist() == labels + [-100] * padding
        hidden = batch["attention_mask"][row].shape[0] - len(tokens["input_ids"][row])
        assert int((batch["attention_mask"][row] == 0).sum()) == hidden


@pytest.mark.parametrize("name", ["marian_ui", "mt5_reviews"])
@given(targets=texts)
def test_decoding_ignores_minus_100_and_padding_alike(name, targets):
    tokenizer = load(name)
    ids = tokenizer(text_target=targets)["input_ids"]
    width = 2 + max(map(len, ids))
    fills = (-100, tokenizer.pad_token_id)
    masked, padded = (
        translation.decode_ids(
            [row + [fill] * (width - len(row)) for row in ids], tokenizer
        )
        for fill in fills
    )
    plain = [tokenizer.decode(row, skip_special_tokens=True).strip() for row in ids]
    assert masked == padded == plain


@given(texts, st.integers(2, 30))
def test_what_is_cut_is_counted(documents, limit):
    marian, mt5 = load("marian_ui"), load("mt5_reviews")
    longer = [len(mt5(one)["input_ids"]) > limit for one in documents]
    assert summarization.count_truncated(documents, mt5, max_length=limit) == sum(
        longer
    )
    pairs = [{"en": one, "fr": one} for one in documents]
    counts = translation.count_truncated(pairs, marian, **EN_FR, max_length=limit)
    for language, option in (("en", "text"), ("fr", "text_target")):
        lengths = [len(marian(**{option: one})["input_ids"]) for one in documents]
        assert counts[language] == sum(length > limit for length in lengths)


@given(text, text)
def test_only_pairs_with_two_sides_are_kept(english, french):
    kept = translation.has_both_sides(
        {"translation": {"en": english, "fr": french}}, **EN_FR
    )
    assert kept == bool(english.strip() and french.strip())


# −100 of the causal model, chapter 7.6


@given(st.lists(st.lists(st.integers(2, 300), min_size=1, max_size=9), min_size=1))
def test_only_padding_is_hidden_from_the_causal_loss(rows):
    tokenizer = code_tokenizer()
    rows = [[*row, tokenizer.eos_token_id] for row in rows]
    collator = DataCollatorForLanguageModeling(tokenizer, mlm=False)
    labels = collator([{"input_ids": row} for row in rows])["labels"]
    for row, found in zip(rows, labels.tolist(), strict=True):
        assert found == row + [-100] * (labels.shape[1] - len(row))


@given(
    st.lists(
        st.lists(st.one_of(st.just(-100), st.integers(0, 9)), min_size=5, max_size=5),
        min_size=1,
        max_size=4,
    ),
    st.sets(st.integers(0, 9), max_size=3),
    st.integers(0, 2**31),
)
def test_the_weighted_loss_lies_between_its_rows_and_sees_no_mask(rows, keys, seed):
    labels = torch.tensor(rows)
    logits = torch.randn(
        *labels.shape, 10, generator=torch.Generator().manual_seed(seed)
    )
    loss = causal_lm.keytoken_loss(labels, logits, sorted(keys)).item()
    losses = []
    for row, scores in zip(labels, logits, strict=True):
        if (row[1:] != -100).any():
            mean = torch.nn.functional.cross_entropy(scores[:-1], row[1:])
            losses.append(mean.item())
    if not losses:
        assert loss == 0
        return
    assert min(losses) - 1e-5 <= loss <= max(losses) + 1e-5
    # What stands under −100 changes nothing.
    other = logits.clone()
    hidden = torch.nn.functional.pad(labels[:, 1:] == -100, (0, 1), value=True)
    other[hidden] = 7.0
    again = causal_lm.keytoken_loss(labels, other, sorted(keys)).item()
    assert math.isclose(again, loss, rel_tol=1e-5)
