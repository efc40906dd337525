"""Trains GPT-2 small, 124M parameters, on the Python corpus, for some minutes on a GPU.

    python -m tools.train_124m                    ten minutes, the course's model
    python -m tools.train_124m --trial            half a minute, a small model, anywhere

The loop is the notebook's own ``training_function``, taken from chapter 7.6.  It makes
one epoch over the blocks, repeated as often as the minutes allow, four times at most:
more passes teach little (https://arxiv.org/abs/2305.16264).  The record
(perplexity, completions, tokens a second, share of the machine's matrix rate, memory,
date, hardware) and the loss curve go to the output folder.  Everything around the
training took two minutes more on an NVIDIA H200 with 16 CPU cores.
"""

import argparse
import datetime
import functools
import hashlib
import json
import statistics
import sys
from pathlib import Path

import numpy as np
import torch
from accelerate.utils import DataLoaderConfiguration
from datasets import load_dataset
from torch.utils.data import DataLoader
from transformers import AutoModelForCausalLM, GPT2Config, set_seed

from helpers import causal_lm
from helpers.generation import generate_texts
from helpers.runtime import find_device, mixed_precision
from offline import stand_in
from tools.measuring import (
    DTYPES,
    be_quiet,
    compiler,
    hardware,
    logged_rate,
    matrix_rate,
    training_flops,
)
from tools.notebooks import lifted, write_utf8

KEYWORDS = ("pandas", "sklearn", "matplotlib", "seaborn")
KEY_WORDS = ("plt", "pd", "sk", "fit", "predict")
CONTEXT = 128
HELD_OUT = 0.02
MAX_PASSES = 4


def is_held_out(row: dict) -> bool:
    """Whether the file is among the two percent that the model never sees."""
    digest = hashlib.sha256(row["path"].encode()).digest()
    return int.from_bytes(digest[:4], "big") < HELD_OUT * 2**32


def load_blocks(out: Path, vocabulary: int, files: int | None):
    """The tokenizer, and the packed blocks of the training and the held-out files."""
    source = stand_in("python_corpus")
    corpus = load_dataset(source, split="train", streaming=True)
    if files:
        corpus = corpus.take(files)

    def keep(row):
        return not causal_lm.drop_reason(row["content"], KEYWORDS)

    filtered = str(out / "filtered")
    name = f"{Path(source).name}, {files or 'all'} files"
    progress = causal_lm.filter_stream(corpus, keep, filtered, name=name)
    shards = sorted(str(path) for path in Path(filtered).glob("data-*.parquet"))
    rows = load_dataset("parquet", data_files=shards, split="train")
    train = rows.filter(lambda row: not is_held_out(row))
    valid = rows.filter(is_held_out)
    tokenizer = causal_lm.train_tokenizer(train["content"], vocab_size=vocabulary)
    pack = functools.partial(
        causal_lm.pack_texts, tokenizer=tokenizer, context_length=CONTEXT
    )
    blocks = [
        each.map(pack, batched=True, remove_columns=rows.column_names)
        for each in (train, valid)
    ]
    blocks = [each.with_format("numpy", columns=["input_ids"]) for each in blocks]
    return tokenizer, *blocks, progress


def collate(rows: list[dict]) -> dict[str, torch.Tensor]:
    """A batch of blocks, which are full, so that their labels are their ids.

    The notebook's collator, for lists, needs more than half of a fast GPU's step.
    """
    ids = torch.from_numpy(np.stack([row["input_ids"] for row in rows]))
    return {"input_ids": ids, "labels": ids.clone()}


def parse_arguments(argv=None) -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(
        prog="python -m tools.train_124m",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--minutes", type=float, help="for the training")
    parser.add_argument("--out", type=Path, default=Path("runs/train_124m"))
    parser.add_argument(
        "--batch-size",
        type=int,
        default=256,
        help="blocks a step; fewer for less memory (an estimate: 32 for 16 GB)",
    )
    parser.add_argument("--learning-rate", type=float, default=5e-4)
    parser.add_argument("--seed", type=int, default=42)
    parser.add_argument("--trial", action="store_true", help="small model, few files")
    return parser.parse_args(argv)


def main(argv=None) -> int:
    """The command; returns the exit status."""
    arguments = parse_arguments(argv)
    if not arguments.trial and not torch.cuda.is_available():
        print(
            "GPT-2 small needs a CUDA GPU, and torch sees none; --trial runs anywhere",
            file=sys.stderr,
        )
        return 2
    write_utf8()
    be_quiet()
    out, precision = arguments.out, mixed_precision()
    out.mkdir(parents=True, exist_ok=True)
    device = find_device()
    shape = {"n_layer": 2, "n_embd": 128, "n_head": 4} if arguments.trial else {}
    vocabulary, files = (2_000, 300) if arguments.trial else (50_000, None)
    batch_size = 8 if arguments.trial else arguments.batch_size
    tokenizer, train, valid, progress = load_blocks(out, vocabulary, files)
    config = GPT2Config(
        vocab_size=len(tokenizer),
        n_positions=CONTEXT,
        activation_function="gelu_pytorch_tanh",
        bos_token_id=tokenizer.bos_token_id,
        eos_token_id=tokenizer.eos_token_id,
        pad_token_id=tokenizer.pad_token_id,
        **shape,
    )
    on_gpu = device.type == "cuda"
    load = functools.partial(DataLoader, collate_fn=collate, pin_memory=on_gpu)
    key_words = [*KEY_WORDS, *(f" {word}" for word in KEY_WORDS)]
    key_token_ids, _ = causal_lm.find_key_tokens(key_words, tokenizer)
    notebook = lifted("ch7_clm", "training_function", "prompts")

    def run(blocks, name):
        """Trains a new model; returns it, its losses, its evaluation and its speed."""
        torch._dynamo.reset()  # else it is compiled for batches of any size
        set_seed(arguments.seed)
        model = AutoModelForCausalLM.from_config(config)
        steps = len(blocks) // batch_size
        losses, loss = notebook["training_function"](
            model,
            load(blocks, batch_size, shuffle=True, drop_last=True),
            load(valid, 32),
            torch.tensor(key_token_ids, device=device),
            learning_rate=arguments.learning_rate,
            weight_decay=0.1,
            num_train_epochs=1,
            warmup_steps=min(1_000, steps // 10),
            eval_steps=10**9,
            logging_steps=max(1, min(20, steps // 5)),
            output_dir=str(out / name),
            mixed_precision=precision,
            dynamo_backend=compiler(device),
            dataloader_config=DataLoaderConfiguration(non_blocking=True),
        )
        speed = logged_rate(str(out / name), batch_size * CONTEXT)
        return model, losses, loss, speed

    start = f"{datetime.datetime.now():%Y%m%d-%H%M%S}"
    probe = train.select(range(min(len(train), 60 * batch_size)))
    probed, *_, speed = run(probe, f"probe-{start}")
    prompts = list(notebook["prompts"].values())
    generate_texts(prompts, probed, tokenizer, max_new_tokens=2)  # fails here or never
    rate = matrix_rate(device, DTYPES[precision])
    minutes = arguments.minutes or (0.5 if arguments.trial else 10.0)
    rows = min(int(minutes * 60 * speed / CONTEXT), MAX_PASSES * len(train))
    rows = max(rows, 10 * batch_size)
    passes = round(rows / len(train), 1)
    print(
        f"{speed:,.0f} tokens/s: {passes} passes of {len(train):,} blocks", flush=True
    )
    untrained = AutoModelForCausalLM.from_config(config).to(device)

    def on_device(rows):
        return {name: each.to(device) for name, each in collate(rows).items()}

    batches = DataLoader(valid, 32, collate_fn=on_device)
    before = causal_lm.evaluate_loss(untrained, batches)
    del probed, untrained
    if on_gpu:
        torch.cuda.reset_peak_memory_stats()
    repeated = train.select([row % len(train) for row in range(rows)])
    model, losses, after, speed = run(repeated, f"run-{start}")

    flops = training_flops(model, CONTEXT)
    record = {
        "date": f"{datetime.date.today()}",
        "hardware": hardware(),
        "torch": torch.__version__,
        "parameters": model.num_parameters(),
        "files": progress["kept"],
        "tokens": len(train) * CONTEXT,
        "passes": passes,
        "mean loss of the last 100 steps": round(statistics.fmean(losses[-100:]), 3),
        "perplexity before": round(causal_lm.perplexity(before), 1),
        "perplexity after": round(causal_lm.perplexity(after), 2),
        "tokens a second": round(speed),
        "model TFLOP/s": round(speed * flops / 1e12, 2),
        "matrix TFLOP/s": round(rate / 1e12, 2),
        "share of the matrix rate": round(speed * flops / rate, 3),
        "peak memory, GB": round(torch.cuda.max_memory_allocated() / 1e9, 1)
        if on_gpu
        else None,
    }
    write_record(record, out)  # before what may still fail
    plot_losses(losses, out / "losses.svg")
    written = generate_texts(prompts, model, tokenizer, max_new_tokens=48)
    print(write_record(record | {"completions": written}, out))
    return 0


def write_record(record: dict, out: Path) -> str:
    """Writes what was measured to ``record.json``; returns its text."""
    text = json.dumps(record, indent=2, ensure_ascii=False) + "\n"
    (out / "record.json").write_text(text, encoding="utf-8")
    return text


def plot_losses(losses: list[float], path: Path) -> None:
    """Draws the training loss, means of fifty steps."""
    import matplotlib

    matplotlib.use("Agg")
    import matplotlib.pyplot as plt

    width = max(1, min(50, len(losses) // 20))
    starts = range(0, len(losses) - width + 1, width)
    means = [sum(losses[start : start + width]) / width for start in starts]
    fig, ax = plt.subplots(figsize=(6, 2.6))
    ax.plot([start + width for start in starts], means, color="#0072B2")
    ax.set(xlabel="optimizer step", ylabel="training loss, nats a token")
    fig.tight_layout()
    fig.savefig(path)


if __name__ == "__main__":
    sys.exit(main())
