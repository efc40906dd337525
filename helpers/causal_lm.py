"""Training a causal language model on code: filter, chunk, pack, weigh, measure."""

import copy
import json
import math
import os
from collections.abc import Callable, Sequence
from pathlib import Path
from types import ModuleType


def mentions_any(text: str, keywords: Sequence[str]) -> bool:
    """Whether at least one of the keywords occurs anywhere in the text.

    Raises:
        TypeError: ``keywords`` is one string, of which any letter would do.
    """
    if isinstance(keywords, str):
        raise TypeError("keywords is one string: give a list, [keyword]")
    return any(keyword in text for keyword in keywords)


def drop_reason(
    content: str | None,
    keywords: Sequence[str],
    *,
    longest_line: int = 1_000,
    longest_mean_line: int = 100,
) -> str:
    """Why a source file is no good for training; ``""`` where it is to be kept.

    The two limits, in characters, are those that the CodeParrot authors cleaned their
    data with: longer lines are data, minified or generated code.  Text with U+FFFD was
    not UTF-8 when it was read, and text with a null byte is not source code.

    Returns:
        ``"not text"``, ``"no keyword"``, ``"empty"``, ``"long line"``, ``"minified"``
        or ``""``.

    Raises:
        TypeError: ``keywords`` is one string, of which any letter would do.
    """
    if not isinstance(content, str) or "\ufffd" in content or "\0" in content:
        return "not text"
    if not content.strip():
        return "empty"
    if not mentions_any(content, keywords):
        return "no keyword"
    lines = content.splitlines()
    if max(map(len, lines)) > longest_line:
        return "long line"
    if sum(map(len, lines)) > longest_mean_line * len(lines):
        return "minified"
    return ""


def read_progress(folder: str, name: str) -> dict:
    """What :func:`filter_stream` has done in ``folder``; a fresh start where nothing.

    Raises:
        ValueError: the folder holds the shards of another filter, or its
            ``progress.json`` is damaged.
    """
    file = Path(folder, "progress.json")
    file.parent.mkdir(parents=True, exist_ok=True)
    fresh = {"name": name, "seen": 0, "kept": 0, "shards": 0, "finished": False}
    if not file.is_file():
        return fresh
    try:
        progress = json.loads(file.read_text(encoding="utf-8"))
        damaged = not fresh.keys() <= progress.keys()
    except (ValueError, AttributeError):
        damaged = True
    if damaged:
        raise ValueError(f"{file} is damaged: delete {folder} and filter again")
    if progress["name"] != name:
        raise ValueError(
            f"{folder} holds the shards of {progress['name']!r}, not of {name!r}: "
            "give another folder, or delete this one"
        )
    return progress


def check_stream(stream) -> None:
    """Makes sure that a stream can go on where it stopped, and lose no row.

    Raises:
        TypeError: the data set is not streamed.
        ValueError: the stream is shuffled: what its buffer held would be lost.
    """
    if not hasattr(stream, "state_dict"):
        raise TypeError(
            "this data set is not streamed: load it with streaming=True, or call its "
            "to_iterable_dataset()"
        )
    part = getattr(stream, "_ex_iterable", None)
    while part is not None:
        if "BufferShuffled" in type(part).__name__:
            raise ValueError(
                "a shuffled stream cannot go on where it stopped: filter it as it is, "
                "and shuffle what was kept"
            )
        part = getattr(part, "ex_iterable", None)


def save_shard(rows: list[dict], stream, progress: dict, folder: str) -> None:
    """Writes rows as a shard, then the place in the stream; each file appears whole.

    A file appears under its name when it is complete.  A process that dies between
    the two writes the same shard again.  A column that has no value in these rows is
    written as text, so that the shards can be read together; a stream that comes from
    ``map`` without ``features=`` may have columns of which that is not enough.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    if rows:
        schema = stream.features.arrow_schema if stream.features else None
        shard = Path(folder, f"data-{progress['shards']:05d}.parquet")
        partial = shard.with_suffix(".part")
        table = pa.Table.from_pylist(rows, schema)
        for place, field in enumerate(table.schema):
            if pa.types.is_null(field.type):  # no value so far, so no type either
                text = table.schema.set(place, field.with_type(pa.string()))
                table = table.cast(text)
        pq.write_table(table, partial, row_group_size=100)
        os.replace(partial, shard)
        progress["shards"] += 1
        progress["kept"] += len(rows)
    progress["position"] = stream.state_dict()
    partial = Path(folder, "progress.part")
    partial.write_text(json.dumps(progress), encoding="utf-8")
    os.replace(partial, Path(folder, "progress.json"))


def filter_stream(
    stream,
    keep: Callable[[dict], bool],
    folder: str,
    *,
    name: str,
    shard_size: int = 16_000_000,
) -> dict:
    """Writes the rows that ``keep`` accepts to parquet shards, in constant memory.

    About ``shard_size`` characters are held at a time.  Called again after an
    interruption, it goes on after the last shard: no row is lost or written twice.
    Called after the end, it returns at once.

    Args:
        stream: a ``datasets.IterableDataset``, as ``load_dataset(…, streaming=True)``
            makes it, not shuffled; when called again, the same one.
        keep: says whether a row is wanted.
        folder: where the shards go; ``load_dataset("parquet", data_files=…)`` reads
            them.
        name: what is filtered and how; a folder made under another name is refused.
        shard_size: characters of ``content`` a shard, about.

    Returns:
        ``seen`` and ``kept`` rows and ``shards``, among others.

    Raises:
        TypeError: ``stream`` is a data set that is not streamed.
        ValueError: the folder holds the shards of another filter, the stream is
            shuffled, or it ended and no row was kept.
    """
    progress = read_progress(folder, name)
    if progress["finished"]:
        return progress
    check_stream(stream)
    if "position" in progress:
        stream = copy.deepcopy(stream)  # the caller's still begins at the beginning
        stream.load_state_dict(progress["position"])
    rows, size = [], 0
    for row in stream:
        progress["seen"] += 1
        if keep(row):
            rows.append(row)
            size += len(row["content"])
        if size >= shard_size:
            save_shard(rows, stream, progress, folder)
            rows, size = [], 0
    if not progress["kept"] and not rows:
        raise ValueError(f"none of {progress['seen']:,} rows kept: check the keywords")
    progress["finished"] = True
    save_shard(rows, stream, progress, folder)
    return progress


def train_tokenizer(texts, *, vocab_size: int):
    """A byte-level BPE tokenizer as GPT-2's, trained on the texts.

    ``<|endoftext|>``, id 0, ends a document; ``<|pad|>``, id 1, is for padding alone,
    so that a collator that hides padding does not hide the ends of documents.

    Raises:
        TypeError: ``texts`` is one string.
    """
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers
    from transformers import PreTrainedTokenizerFast

    if isinstance(texts, str):
        raise TypeError("texts is one string: give a list, [text]")
    bpe = Tokenizer(models.BPE())
    bpe.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    bpe.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=vocab_size,
        special_tokens=["<|endoftext|>", "<|pad|>"],
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    bpe.train_from_iterator(texts, trainer)
    return PreTrainedTokenizerFast(
        tokenizer_object=bpe,
        bos_token="<|endoftext|>",
        eos_token="<|endoftext|>",
        pad_token="<|pad|>",
    )


def chunk_texts(examples: dict, tokenizer, *, context_length: int) -> dict:
    """Every full chunk of ``context_length`` tokens of each text; tails are dropped.

    For ``Dataset.map(…, batched=True, remove_columns=…)``: a text gives as many rows
    as it has full chunks, none where it is shorter than one.  The text of a special
    token inside a document is read as ordinary text.

    Returns:
        ``{"input_ids": rows}``, each row of ``context_length`` ids.

    Raises:
        TypeError: ``examples`` is one row, as ``map`` gives it without ``batched``.
        ValueError: ``context_length`` is below 1.
    """
    if isinstance(examples["content"], str):
        raise TypeError("this is one row: say batched=True to Dataset.map")
    if context_length < 1:
        raise ValueError(f"context_length is {context_length}: give 1 or more")
    outputs = tokenizer(
        list(examples["content"]),
        truncation=True,
        max_length=context_length,
        return_overflowing_tokens=True,
        return_length=True,
        split_special_tokens=True,
    )
    chunks = zip(outputs["length"], outputs["input_ids"], strict=True)
    return {"input_ids": [ids for length, ids in chunks if length == context_length]}


def pack_texts(examples: dict, tokenizer, *, context_length: int) -> dict:
    """All texts as one row of tokens, cut into blocks of ``context_length``.

    For ``Dataset.map(…, batched=True, remove_columns=…)``.  One end-of-text token
    follows every text, so the model sees where one ends.  What is left over at the end
    of a batch of texts, less than one block, is dropped: use a large ``batch_size``.
    The text of a special token inside a document is read as ordinary text.

    Returns:
        ``{"input_ids": rows}``, each row of ``context_length`` ids.

    Raises:
        TypeError: ``examples`` is one row, as ``map`` gives it without ``batched``.
        ValueError: the tokenizer has no end-of-text token, or ``context_length`` is
            below 1.
    """
    if isinstance(examples["content"], str):
        raise TypeError("this is one row: say batched=True to Dataset.map")
    if context_length < 1:
        raise ValueError(f"context_length is {context_length}: give 1 or more")
    if tokenizer.eos_token_id is None:
        raise ValueError(
            "the tokenizer has no end-of-text token to put between documents: set "
            "tokenizer.eos_token"
        )
    texts = list(examples["content"])
    documents = tokenizer(texts, split_special_tokens=True, verbose=False)["input_ids"]
    tokens = []
    for document in documents:
        ended = document[-1:] == [tokenizer.eos_token_id]  # some tokenizers see to it
        tokens += document if ended else document + [tokenizer.eos_token_id]
    starts = range(0, len(tokens) - context_length + 1, context_length)
    return {"input_ids": [tokens[start : start + context_length] for start in starts]}


def find_key_tokens(keywords: Sequence[str], tokenizer) -> tuple[list[int], list[str]]:
    """The ids of the keywords that are one token, and the keywords that are not.

    A keyword that the tokenizer reads as its unknown token is none of its tokens.

    Raises:
        TypeError: ``keywords`` is one string.
        ValueError: no keyword is one token, so that there is nothing to look for.
    """
    if isinstance(keywords, str):
        raise TypeError("keywords is one string: give a list, [keyword]")
    token_ids, split = [], []
    for keyword in keywords:
        ids = tokenizer(keyword, add_special_tokens=False)["input_ids"]
        if len(ids) == 1 and ids[0] != tokenizer.unk_token_id:
            token_ids.append(ids[0])
        else:
            split.append(keyword)
    if not token_ids:
        raise ValueError(
            f"none of {list(keywords)} is a single token of this tokenizer: choose "
            "keywords from its vocabulary"
        )
    return token_ids, split


def keytoken_loss(labels, logits, key_token_ids: Sequence[int], *, alpha: float = 1.0):
    """Cross-entropy that counts a row the more, the more key tokens it holds.

    A row's loss is the mean over its tokens, its weight ``1 + alpha · n`` with ``n``
    key tokens; the result is the sum of weight times loss over the sum of weights, so
    it stays on the scale of the unweighted loss.

    Args:
        labels: ``(batch, seq_len)`` token ids, not shifted; −100 is left out.
        logits: ``(batch, seq_len, vocabulary)``, as the model returns them.
        key_token_ids: ids to look for.
        alpha: how much a key token adds to the weight of its row; 0 weighs all alike.

    Returns:
        A scalar tensor, in nats a token; 0 where every label is −100.
    """
    import torch
    from torch.nn.functional import cross_entropy, pad

    # Shifted by one: position i predicts token i + 1, and the last predicts nothing.
    targets = pad(labels[:, 1:], (0, 1), value=-100)
    losses = cross_entropy(
        logits.flatten(0, 1).float(), targets.flatten(), reduction="none"
    ).view(targets.shape)
    counts = (targets != -100).sum(dim=1)
    row_losses = losses.sum(dim=1) / counts.clamp(min=1)
    keys = torch.as_tensor(key_token_ids, device=labels.device)
    weights = 1.0 + alpha * torch.isin(labels, keys).sum(dim=1)
    weights = weights * (counts > 0)
    return (weights * row_losses).sum() / weights.sum().clamp(min=1)


def weight_decay_groups(model, weight_decay: float) -> list[dict]:
    """Two parameter groups for an optimizer: with weight decay, and without.

    Matrices and embeddings are decayed; biases and the scales of normalization layers,
    which are vectors, are not.  Frozen parameters are left out.
    """
    parameters = [each for each in model.parameters() if each.requires_grad]
    return [
        {
            "params": [each for each in parameters if each.ndim >= 2],
            "weight_decay": weight_decay,
        },
        {"params": [each for each in parameters if each.ndim < 2], "weight_decay": 0.0},
    ]


def perplexity(loss: float) -> float:
    """The exponential of a mean loss in nats a token; infinite where it overflows."""
    try:
        return math.exp(loss)
    except OverflowError:
        return math.inf


def evaluate_loss(model, dataloader, accelerator=None) -> float:
    """The mean loss over all predicted tokens of a data set, in nats a token.

    Every token counts the same, in whichever batch or process it is.

    Args:
        model: a causal language model; put into evaluation mode and back.
        dataloader: batches with ``input_ids`` and ``labels``, where −100 is left out,
            on the model's device.  Padding must be on the right, where a causal model
            does not see it; with an ``attention_mask`` in the batch that is checked.
        accelerator: the ``Accelerator`` that prepared both; ``None``: neither is.

    Raises:
        ValueError: there is no token to predict, or rows are padded on the left.
    """
    import torch
    from torch.nn.functional import cross_entropy, pad

    was_training = model.training
    model.eval()
    total, count = 0.0, 0
    for batch in dataloader:
        mask = batch.get("attention_mask")
        if mask is not None and (mask[:, 0] < mask[:, -1]).any():
            model.train(was_training)
            raise ValueError("rows are padded on the left: pad them on the right")
        targets = pad(batch["labels"][:, 1:], (0, 1), value=-100)
        with torch.no_grad():
            logits = model(input_ids=batch["input_ids"]).logits
        losses = cross_entropy(
            logits.flatten(0, 1).float(), targets.flatten(), reduction="none"
        )
        sums = losses.view(targets.shape).sum(dim=1)
        counts = (targets != -100).sum(dim=1)
        if accelerator is not None:
            sums, counts = accelerator.gather_for_metrics((sums, counts))
        total += sums.cpu().double().sum().item()
        count += counts.sum().item()
    model.train(was_training)
    if count == 0:
        raise ValueError("the evaluation set has no token to predict: give it rows")
    return total / count


def prepare_training(
    model,
    train_dataloader,
    eval_dataloader,
    *,
    learning_rate: float,
    weight_decay: float,
    warmup_steps: int,
    num_train_epochs: int,
    output_dir: str,
    **options,
) -> tuple:
    """Accelerator and schedule, then model, optimizer and loaders, prepared.

    The learning rate falls in a straight line to 0 at the last optimizer step.  Losses
    are logged to TensorBoard in ``output_dir/logs``.

    Args:
        model: the model to train.
        train_dataloader: batches to train on.
        eval_dataloader: held-out batches.
        learning_rate: the highest rate, reached after ``warmup_steps``.
        weight_decay: for matrices and embeddings.
        warmup_steps: optimizer steps.
        num_train_epochs: passes over the training batches.
        output_dir: folder of the run.
        options: further arguments of ``Accelerator``.
    """
    from accelerate import Accelerator
    from torch.optim import AdamW
    from transformers import get_scheduler

    accelerator = Accelerator(log_with="tensorboard", project_dir=output_dir, **options)
    accelerator.init_trackers("logs")
    groups = weight_decay_groups(model, weight_decay)
    optimizer = AdamW(groups, lr=learning_rate, fused=True)
    prepared = accelerator.prepare(model, optimizer, train_dataloader, eval_dataloader)
    # Counted after `prepare`, when each process has its share of the batches.
    steps = math.ceil(len(prepared[2]) / accelerator.gradient_accumulation_steps)
    total = num_train_epochs * steps
    lr_scheduler = get_scheduler("linear", prepared[1], warmup_steps, total)
    return accelerator, lr_scheduler, *prepared


def evaluate_and_save(model, dataloader, accelerator, *, step: int) -> float:
    """The loss of ``evaluate_loss``, which it logs; it also saves the model.

    Args:
        model: a causal language model.
        dataloader: held-out batches.
        accelerator: the ``Accelerator`` that prepared both, with a tracker and a
            ``project_dir``; the model goes to ``model`` in that.
        step: optimizer steps so far.
    """
    loss = evaluate_loss(model, dataloader, accelerator)
    accelerator.log({"eval_loss": loss, "perplexity": perplexity(loss)}, step=step)
    folder, main = f"{accelerator.project_dir}/model", accelerator.is_main_process
    accelerator.unwrap_model(model).save_pretrained(folder, is_main_process=main)
    return loss


def existing_share(completions: Sequence[str], module: ModuleType) -> float:
    """The share of completions that begin with a name which ``module`` has (0–1).

    A completion is what follows ``plt.`` or ``pd.``; the module is the one that is
    imported under this name.

    Raises:
        TypeError: ``completions`` is one string.
        ValueError: there are no completions.
    """
    import re

    if isinstance(completions, str):
        raise TypeError("completions is one string: give a list, [completion]")
    if not completions:
        raise ValueError("existing_share needs at least one completion")
    names = [re.match(r"[A-Za-z]\w*", text) for text in completions]
    found = [name is not None and hasattr(module, name.group()) for name in names]
    return sum(found) / len(found)
