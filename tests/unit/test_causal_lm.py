import math
import types
import warnings
from functools import partial
from pathlib import Path

import pytest
import torch
from datasets import Dataset, load_dataset
from torch.utils.data import DataLoader
from transformers import (
    DataCollatorForLanguageModeling,
    GPT2Config,
    GPT2LMHeadModel,
    Trainer,
    TrainingArguments,
)

from helpers import causal_lm
from helpers.causal_lm import (
    chunk_texts,
    drop_reason,
    evaluate_loss,
    existing_share,
    filter_stream,
    find_key_tokens,
    keytoken_loss,
    mentions_any,
    pack_texts,
    perplexity,
    train_tokenizer,
    weight_decay_groups,
)
from tools.measuring import training_flops

KEYWORDS = ("pandas", "sklearn", "matplotlib", "seaborn")


@pytest.fixture(scope="module")
def tokenizer():
    texts = ["import pandas as pd\npd.DataFrame(x)\nmodel.fit(x, y)\nplt.show()\n"] * 9
    return train_tokenizer(texts, vocab_size=340)


def tiny_model(vocab_size=50, **options):
    torch.manual_seed(0)
    config = GPT2Config(
        vocab_size=vocab_size, n_positions=16, n_embd=8, n_layer=2, n_head=2, **options
    )
    return GPT2LMHeadModel(config).eval()


# Filtering


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        ("import pandas as pd\n", ""),
        ("import numpy as np\n", "no keyword"),
    ],
)
def test_drop_reason(content, reason):
    assert drop_reason(content, KEYWORDS) == reason


def source_files(folder: Path, count: int):
    """A stream of ``count`` rows in three shards; every third mentions pandas."""
    for shard in range(3):
        rows = [
            {
                "path": f"{index}.py",
                "content": f"import {'pandas' if index % 3 == 0 else 'os'}\n" * 20,
            }
            for index in range(shard, count, 3)
        ]
        Dataset.from_list(rows).to_parquet(folder / f"{shard}.parquet", batch_size=7)
    return open_stream(folder)


def open_stream(folder: Path):
    files = sorted(str(path) for path in folder.glob("*.parquet"))
    return load_dataset("parquet", data_files=files, split="train", streaming=True)


def keep_pandas(row):
    return mentions_any(row["content"], ["pandas"])


def kept_paths(folder: Path) -> list[str]:
    files = sorted(str(path) for path in folder.glob("data-*.parquet"))
    rows = load_dataset("parquet", data_files=files, split="train", streaming=True)
    return [row["path"] for row in rows]


def test_filter_stream_keeps_what_is_wanted(tmp_path):
    (tmp_path / "in").mkdir()
    stream = source_files(tmp_path / "in", 100)
    wanted = [row["path"] for row in stream if keep_pandas(row)]
    out = tmp_path / "out"
    done = filter_stream(stream, keep_pandas, str(out), name="pandas", shard_size=900)
    assert (done["seen"], done["kept"], done["finished"]) == (100, 34, True)
    assert done["shards"] > 5
    assert kept_paths(out) == wanted


@pytest.mark.parametrize("stops", [[1], [40], [99], [13, 14, 70], range(0, 100, 9)])
def test_filter_stream_goes_on_without_losing_or_repeating(tmp_path, stops):
    (tmp_path / "in").mkdir()
    stream = source_files(tmp_path / "in", 100)
    wanted = [row["path"] for row in stream if keep_pandas(row)]
    out = tmp_path / "out"
    for stop in stops:
        calls = 0

        def interrupted(row, stop=stop):
            nonlocal calls
            calls += 1
            if calls > stop:
                raise KeyboardInterrupt
            return keep_pandas(row)

        with pytest.raises(KeyboardInterrupt):
            filter_stream(
                open_stream(tmp_path / "in"),
                interrupted,
                str(out),
                name="pandas",
                shard_size=900,
            )
            raise KeyboardInterrupt  # the stream ended before the stop
    done = filter_stream(
        open_stream(tmp_path / "in"), keep_pandas, str(out), name="pandas"
    )
    assert (done["seen"], done["kept"]) == (100, 34)
    assert kept_paths(out) == wanted


def test_filter_stream_leaves_the_stream_as_it_was(tmp_path):
    (tmp_path / "in").mkdir()
    stream = source_files(tmp_path / "in", 60)
    everything = [row["path"] for row in stream]

    def interrupted(row):
        if row["path"] == everything[50]:
            raise KeyboardInterrupt
        return keep_pandas(row)

    out = str(tmp_path / "out")
    with pytest.raises(KeyboardInterrupt):
        filter_stream(stream, interrupted, out, name="pandas", shard_size=900)
    filter_stream(stream, keep_pandas, out, name="pandas", shard_size=900)
    assert [row["path"] for row in stream] == everything


def test_filter_stream_survives_a_death_between_its_two_writes(tmp_path, monkeypatch):
    (tmp_path / "in").mkdir()
    stream = source_files(tmp_path / "in", 100)
    wanted = [row["path"] for row in stream if keep_pandas(row)]
    out = tmp_path / "out"

    def fail(progress):
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch, pytest.raises(OSError, match="No space left"):
        patch.setattr(causal_lm.json, "dumps", fail)
        filter_stream(stream, keep_pandas, str(out), name="pandas", shard_size=900)
    stream = open_stream(tmp_path / "in")
    filter_stream(stream, keep_pandas, str(out), name="pandas", shard_size=900)
    assert kept_paths(out) == wanted


def test_filter_stream_returns_at_once_when_it_is_done(tmp_path):
    (tmp_path / "in").mkdir()
    stream = source_files(tmp_path / "in", 30)
    out = str(tmp_path / "out")
    first = filter_stream(stream, keep_pandas, out, name="pandas")
    again = filter_stream(None, None, out, name="pandas")
    assert again == first


def test_filter_stream_takes_a_stream_without_known_features(tmp_path):
    def generate():
        yield from ({"content": "import pandas\n"} for _ in range(3))

    from datasets import IterableDataset

    stream = IterableDataset.from_generator(generate)
    done = filter_stream(stream, keep_pandas, str(tmp_path / "out"), name="pandas")
    assert done["kept"] == 3


# Chunks and blocks


def test_train_tokenizer_reads_every_byte_and_pads_with_a_token_of_its_own(tokenizer):
    text = "x = 'café 你好'\n\tpd.DataFrame()  # 🙂\r\n"
    assert tokenizer.decode(tokenizer(text)["input_ids"]) == text
    assert (tokenizer.eos_token_id, tokenizer.pad_token_id) == (0, 1)
    assert tokenizer.tokenize("import pandas") == ["import", "Ġpandas"]


def test_train_tokenizer_gives_the_same_tokenizer_again(tokenizer):
    texts = ["import pandas as pd\npd.DataFrame(x)\nmodel.fit(x, y)\nplt.show()\n"] * 9
    again = train_tokenizer(texts, vocab_size=340)
    assert again.get_vocab() == tokenizer.get_vocab()


def test_chunk_texts_drops_every_tail(tokenizer):
    texts = ["import pandas as pd\n" * 20, "pd", ""]
    length = len(tokenizer(texts[0])["input_ids"])
    rows = chunk_texts({"content": texts}, tokenizer, context_length=16)["input_ids"]
    assert len(rows) == length // 16
    assert {len(row) for row in rows} == {16}
    flat = [token for row in rows for token in row]
    assert flat == tokenizer(texts[0])["input_ids"][: len(flat)]


def test_pack_texts_keeps_all_but_the_last_tail(tokenizer):
    texts = ["import pandas as pd\n" * 3, "pd", "", "plt.show()\n" * 4]
    packed = pack_texts({"content": texts}, tokenizer, context_length=16)["input_ids"]
    flat = [token for row in packed for token in row]
    whole = []
    for text in texts:
        whole += tokenizer(text)["input_ids"] + [tokenizer.eos_token_id]
    assert flat == whole[: len(flat)]
    assert 0 <= len(whole) - len(flat) < 16
    assert {len(row) for row in packed} == {16}


def test_a_document_that_has_its_end_gets_no_second_one(tokenizer):
    ids = {"pd": [5, tokenizer.eos_token_id], "": [], "plt": [6, 7]}

    class Ending:
        eos_token_id = tokenizer.eos_token_id

        def __call__(self, texts, **_):
            return {"input_ids": [ids[text] for text in texts]}

    packed = pack_texts({"content": list(ids)}, Ending(), context_length=1)
    end = tokenizer.eos_token_id
    assert packed["input_ids"] == [[5], [end], [end], [6], [7], [end]]


def test_documents_shorter_than_the_context_survive_packing_only(tokenizer):
    short = Dataset.from_dict({"content": ["pd.DataFrame(x)\n"] * 40})
    options = {"tokenizer": tokenizer, "context_length": 32}
    chunked, packed = (
        short.map(
            function,
            batched=True,
            remove_columns=short.column_names,
            fn_kwargs=options,
        )
        for function in (chunk_texts, pack_texts)
    )
    assert len(chunked) == 0
    assert len(packed) > 0


def test_the_text_of_a_special_token_does_not_end_a_document(tokenizer):
    texts = ['end = "<|endoftext|>"  # a constant']
    for function in (chunk_texts, pack_texts):
        rows = function({"content": texts}, tokenizer, context_length=4)["input_ids"]
        assert tokenizer.eos_token_id not in [token for row in rows for token in row]
    assert tokenizer.eos_token_id in tokenizer(texts[0])["input_ids"]


# The collator and the shift


def test_collator_keeps_end_of_text_when_padding_has_its_own_token(tokenizer):
    collator = DataCollatorForLanguageModeling(tokenizer, mlm=False)
    rows = [{"input_ids": [5, 6, tokenizer.eos_token_id]}, {"input_ids": [5]}]
    labels = collator(rows)["labels"]
    assert labels.tolist() == [[5, 6, tokenizer.eos_token_id], [5, -100, -100]]


# Key tokens and the weighted loss


def test_find_key_tokens_reports_keywords_that_split(tokenizer):
    ids, split = find_key_tokens(["pd", "p", "testtest"], tokenizer)
    assert tokenizer.convert_ids_to_tokens(ids) == ["pd", "p"]
    assert split == ["testtest"]


def test_keytoken_loss_with_equal_weights_is_the_model_loss():
    model = tiny_model()
    ids = torch.randint(3, 50, (4, 16))
    output = model(input_ids=ids, labels=ids)
    for keys, alpha in (([1], 1.0), ([5, 6], 0.0)):
        loss = keytoken_loss(ids, output.logits, keys, alpha=alpha)
        assert torch.isclose(loss, output.loss, atol=1e-6)


def test_keytoken_loss_is_a_weighted_average():
    labels = torch.tensor([[1, 2, 3], [1, 9, 9]])
    logits = torch.zeros(2, 3, 10)
    logits[1, 0, 9] = logits[1, 1, 9] = 2.0
    rows = [math.log(10), math.log(9 + math.e**2) - 2]
    expected = (1 * rows[0] + 5 * rows[1]) / 6  # two key tokens, alpha 2
    loss = keytoken_loss(labels, logits, [9], alpha=2.0).item()
    assert loss == pytest.approx(expected, rel=1e-6)


def test_keytoken_loss_stays_on_the_scale_of_the_loss():
    # All predictions alike: whatever the weights, the average is ln 10.
    labels = torch.tensor([[9] * 9, [1] * 9])
    loss = keytoken_loss(labels, torch.zeros(2, 9, 10), [9], alpha=1.0)
    assert loss.item() == pytest.approx(math.log(10))


def test_keytoken_loss_leaves_out_padding():
    labels = torch.tensor([[1, 2, -100, -100], [-100] * 4])
    logits = torch.zeros(2, 4, 10, requires_grad=True)
    loss = keytoken_loss(labels, logits, [2])
    loss.backward()
    assert loss.item() == pytest.approx(math.log(10))
    assert logits.grad[0, 1:].abs().sum() == 0
    assert logits.grad[1].abs().sum() == 0


# Weight decay


def test_weight_decay_groups_agree_with_trainer(tmp_path):
    model = tiny_model()
    arguments = TrainingArguments(str(tmp_path), report_to="none", use_cpu=True)
    decayed = set(Trainer(model, arguments).get_decay_parameter_names(model))
    expected = {True: set(), False: set()}
    for name, parameter in model.named_parameters(remove_duplicate=False):
        expected[name in decayed].add(id(parameter))
    with_decay, without = weight_decay_groups(model, 0.1)
    assert {id(each) for each in with_decay["params"]} == expected[True]
    assert {id(each) for each in without["params"]} == expected[False]
    assert (with_decay["weight_decay"], without["weight_decay"]) == (0.1, 0.0)


def test_weight_decay_groups_leave_out_what_is_frozen():
    model = tiny_model()
    model.transformer.wte.weight.requires_grad_(False)
    groups = weight_decay_groups(model, 0.1)
    frozen = model.transformer.wte.weight
    assert all(each is not frozen for group in groups for each in group["params"])


# Evaluation


def test_perplexity():
    assert perplexity(10.934126853942871) == pytest.approx(56057.14453125, rel=1e-6)
    assert perplexity(0.0) == 1.0
    assert perplexity(1000.0) == math.inf


def batches(rows, batch_size):
    def collate(examples):
        width = max(len(row) for row in examples)
        padded = [row + [-100] * (width - len(row)) for row in examples]
        labels = torch.tensor(padded)
        mask = (labels != -100).long()
        return {
            "input_ids": labels.clamp(min=0),
            "attention_mask": mask,
            "labels": labels,
        }

    return DataLoader(rows, batch_size=batch_size, collate_fn=collate)


@pytest.mark.parametrize("batch_size", [1, 3, 7, 64])
def test_evaluate_loss_counts_every_token_once(batch_size):
    model = tiny_model()
    generator = torch.Generator().manual_seed(0)
    rows = [
        torch.randint(50, (length,), generator=generator).tolist()
        for length in (16, 3, 9, 2, 16, 5, 12)
    ]
    total, count = 0.0, 0
    for row in rows:
        ids = torch.tensor([row])
        loss = model(input_ids=ids, labels=ids).loss.item()
        total, count = total + loss * (len(row) - 1), count + len(row) - 1
    measured = evaluate_loss(model, batches(rows, batch_size))
    assert measured == pytest.approx(total / count, rel=1e-5)


def test_evaluate_loss_puts_the_model_back():
    model = tiny_model().train()
    evaluate_loss(model, batches([[1, 2, 3]], 8))
    assert model.training


# What a completion names


def test_existing_share():
    module = types.SimpleNamespace(plot=1, show=2)
    completions = ["plot(x, y)", "show()", "Tx = 3", " plot", "", "plots"]
    assert existing_share(completions, module) == pytest.approx(2 / 6)


# Cost


def test_training_flops_agree_with_a_counter():
    from torch.utils.flop_counter import FlopCounterMode

    torch.manual_seed(0)
    config = GPT2Config(
        vocab_size=300,
        n_positions=32,
        n_embd=64,
        n_layer=2,
        n_head=2,
        attn_implementation="eager",
    )
    model = GPT2LMHeadModel(config)
    ids = torch.randint(300, (4, 32))
    with FlopCounterMode(display=False) as counter:
        model(input_ids=ids, labels=ids).loss.backward()
    counted = counter.get_total_flops() / ids.numel()
    assert training_flops(model, 32) == pytest.approx(counted, rel=0.03)


def test_flops_of_the_course_model():
    with torch.device("meta"):
        model = GPT2LMHeadModel(GPT2Config(vocab_size=50_000))
    assert model.num_parameters() == 124_242_432  # 124.2M, as the course prints
    assert training_flops(model, 128) == pytest.approx(7.55e8, rel=0.01)


def test_nothing_warns_about_long_documents(tokenizer):
    tokenizer.model_max_length = 32
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        partial(pack_texts, tokenizer=tokenizer, context_length=16)(
            {"content": ["pd " * 500]}
        )


def test_shards_can_be_read_together_where_one_lacks_a_value(tmp_path):
    """A mapped stream has no types; each shard would take its own."""
    rows = [{"content": "import os\n" * 9, "licence": None}] * 4
    rows += [{"content": "import re\n" * 9, "licence": "mit"}] * 4
    stream = Dataset.from_list(rows).to_iterable_dataset().map(dict)
    folder = str(tmp_path / "shards")
    filter_stream(stream, bool, folder, name="all", shard_size=200)
    shards = sorted(map(str, Path(folder).glob("data-*.parquet")))
    assert len(shards) > 2
    read = load_dataset("parquet", data_files=shards, split="train")
    assert read["licence"][:] == [None] * 4 + ["mit"] * 4


def test_mean_line_at_the_limit():
    assert drop_reason("import pandas".ljust(100, "#"), ["pandas"]) == ""
    assert drop_reason("import pandas".ljust(101, "#"), ["pandas"]) == "minified"
