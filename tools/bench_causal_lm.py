"""Measures chapter 7.6: tokens a second of its loop, and the memory of its filter.

    python -m tools.bench_causal_lm

The first table trains a new GPT-2 on the same blocks three ways: a bare PyTorch loop,
the notebook's loop on Accelerate, and what the course's loop computes, in plain PyTorch
and with the course's configuration of the model.  On a GPU the model is GPT-2 small,
and the first two run in bf16, compiled, with fused AdamW; on a CPU it is the notebook's
small one.  The second table filters streams of growing length, each in a process of its
own; as that needs no GPU, a machine with one is spared it.
"""

import argparse
import functools
import itertools
import multiprocessing
import statistics
import sys
import tempfile
import time

import torch
from accelerate.utils import DataLoaderConfiguration
from datasets import Dataset, concatenate_datasets, load_dataset
from torch.nn.functional import cross_entropy
from torch.utils.data import DataLoader
from transformers import (
    AutoModelForCausalLM,
    GPT2Config,
    default_data_collator,
    get_scheduler,
    set_seed,
)

from helpers.causal_lm import (
    drop_reason,
    filter_stream,
    keytoken_loss,
    weight_decay_groups,
)
from helpers.runtime import find_device, mixed_precision
from offline import stand_in
from tools.measuring import (
    DTYPES,
    be_quiet,
    compiler,
    logged_rate,
    matrix_rate,
    training_flops,
)
from tools.notebooks import lifted
from tools.train_124m import KEYWORDS

CONTEXT = 128
KEY_TOKENS = list(range(100, 110))
LOG_EVERY = 10


def new_model(on_gpu: bool, **options):
    """GPT-2 small on a GPU, the notebook's small one on a CPU; the same every time."""
    small = {"n_layer": 2, "n_embd": 128, "n_head": 4, "vocab_size": 2_000}
    large = {"vocab_size": 50_000}
    set_seed(0)
    shape = large if on_gpu else small
    return AutoModelForCausalLM.from_config(
        GPT2Config(
            **{
                "n_positions": CONTEXT,
                "activation_function": "gelu_pytorch_tanh",
                "bos_token_id": 0,
                "eos_token_id": 0,
                **shape,
                **options,
            }
        )
    )


def bare_rate(blocks, batch_size: int, device: torch.device, precision: str) -> float:
    """Tokens a second of a loop in plain PyTorch; the median between logs."""
    model = new_model(device.type == "cuda").to(device).train()
    groups = weight_decay_groups(model, 0.1)
    optimizer = torch.optim.AdamW(groups, lr=5e-4, fused=True)
    forward = model if compiler(device) == "no" else torch.compile(model)
    loader = DataLoader(
        blocks,
        batch_size,
        shuffle=True,
        drop_last=True,
        collate_fn=default_data_collator,
        pin_memory=device.type == "cuda",
    )
    schedule = get_scheduler("linear", optimizer, 10, len(loader))
    keys = torch.tensor(KEY_TOKENS, device=device)
    losses, times = [], []
    for step, batch in enumerate(loader, 1):
        batch = {
            name: each.to(device, non_blocking=True) for name, each in batch.items()
        }
        with torch.autocast(device.type, DTYPES[precision], enabled=precision != "no"):
            logits = forward(input_ids=batch["input_ids"]).logits
        loss = keytoken_loss(batch["labels"], logits, keys)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        schedule.step()
        optimizer.zero_grad()
        losses.append(loss.detach())
        if step % LOG_EVERY == 0:
            torch.stack(losses[-LOG_EVERY:]).mean().item()
            times.append(time.perf_counter())
    return median_rate(times, LOG_EVERY * batch_size)


def accelerate_rate(blocks, batch_size: int, device, precision: str) -> float:
    """Tokens a second of the notebook's loop."""
    notebook = lifted("ch7_clm", "training_function")
    load = functools.partial(
        DataLoader,
        collate_fn=default_data_collator,
        pin_memory=device.type == "cuda",
    )
    with tempfile.TemporaryDirectory() as folder:
        notebook["training_function"](
            new_model(device.type == "cuda"),
            load(blocks, batch_size, shuffle=True, drop_last=True),
            load(blocks.select(range(batch_size)), batch_size),
            torch.tensor(KEY_TOKENS, device=device),
            learning_rate=5e-4,
            weight_decay=0.1,
            num_train_epochs=1,
            warmup_steps=10,
            eval_steps=10**9,
            logging_steps=LOG_EVERY,
            output_dir=folder,
            mixed_precision=precision,
            dynamo_backend=compiler(device),
            dataloader_config=DataLoaderConfiguration(non_blocking=True),
        )
        return logged_rate(folder, batch_size * CONTEXT)


def course_rate(blocks, batch_size: int, device: torch.device, precision: str) -> float:
    """Tokens a second of the course's loop, without Accelerate: fp16, batches of 32.

    ``n_ctx`` limits nothing, so the model has 1,024 positions; gradients of eight
    batches are added up; every batch counts the key tokens one by one.
    """
    on_gpu = device.type == "cuda"
    batch_size = 32 if on_gpu else batch_size
    model = new_model(on_gpu, n_positions=1024, activation_function="gelu_new")
    half = "fp16" if on_gpu else "no"
    scaler = torch.amp.GradScaler(device.type, enabled=half == "fp16")
    model = model.to(device).train()
    optimizer = torch.optim.AdamW(model.parameters(), lr=5e-4)
    loader = DataLoader(
        blocks, batch_size, shuffle=True, collate_fn=default_data_collator
    )
    times = []
    for step, batch in enumerate(loader, 1):
        ids = batch["input_ids"].to(device)
        with torch.autocast(device.type, torch.float16, enabled=half == "fp16"):
            logits = model(ids).logits
        logits = logits.float()
        losses = cross_entropy(
            logits[..., :-1, :].reshape(-1, logits.size(-1)),
            ids[..., 1:].reshape(-1),
            reduction="none",
        )
        per_sample = losses.view(ids.size(0), -1).mean(dim=1)
        found = torch.stack([(ids == token).float() for token in KEY_TOKENS])
        loss = (per_sample * (1.0 + found.sum(dim=[0, 2]))).mean()
        scaler.scale(loss / 8).backward()
        if step % 8 == 0:
            scaler.unscale_(optimizer)
            torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
            scaler.step(optimizer)
            scaler.update()
            optimizer.zero_grad()
            loss.item()
            times.append(time.perf_counter())
    return median_rate(times, 8 * batch_size)


def median_rate(times: list[float], blocks_between: int) -> float:
    """Tokens a second: the median over the intervals between ``times``."""
    tokens = blocks_between * CONTEXT
    return statistics.median(tokens / (b - a) for a, b in itertools.pairwise(times))


def median_ratio(rates: list[float], others: list[float]) -> float:
    """The median of the ratios of rates measured in the same rounds."""
    return statistics.median(a / b for a, b in zip(rates, others, strict=True))


def time_loops(repeats: int, steps: int) -> None:
    """Prints the table of the three loops, run in turn, the median of ``repeats``.

    Every other round runs them in reverse, and the ratios are taken within a round: a
    machine's rate may change by a tenth from minute to minute.
    """
    device = find_device()
    precision, on_gpu = mixed_precision(), device.type == "cuda"
    batch_size = 256 if on_gpu else 16
    vocabulary = 50_000 if on_gpu else 2_000
    ids = torch.randint(vocabulary, (steps * batch_size, CONTEXT))
    blocks = Dataset.from_dict({"input_ids": ids.numpy(), "labels": ids.numpy()})
    blocks = blocks.with_format("torch")
    loops = {"bare": bare_rate, "Accelerate": accelerate_rate, "course": course_rate}
    rates: dict[str, list[float]] = {name: [] for name in loops}
    for turn in range(repeats):
        names = list(loops) if turn % 2 == 0 else list(reversed(loops))
        for name in names:
            rates[name].append(loops[name](blocks, batch_size, device, precision))
    medians = {name: statistics.median(values) for name, values in rates.items()}
    of_bare = {name: median_ratio(each, rates["bare"]) for name, each in rates.items()}
    model = new_model(on_gpu)
    flops = training_flops(model, CONTEXT)
    peak = matrix_rate(device, DTYPES[precision])
    size = f"{model.num_parameters() / 1e6:.1f}M parameters"
    kind = "fp32" if precision == "no" else precision
    print(f"{size}, batch {batch_size} × {CONTEXT}, {device.type}, {kind}")
    print(f"{flops / 1e6:.1f} MFLOP a token; matrix product {peak / 1e12:.3f} TFLOP/s")
    print("loop         tokens/s   of bare   model TFLOP/s   of the matrix rate")
    for name, rate in medians.items():
        print(
            f"{name:<11} {rate:>9,.0f} {of_bare[name]:>9.2f}"
            f" {rate * flops / 1e12:>15.4f} {rate * flops / peak:>20.1%}"
        )
    over_course = median_ratio(rates["Accelerate"], rates["course"])
    print(f"Accelerate / bare {of_bare['Accelerate']:.2f}", end="; ")
    print(f"Accelerate / course {over_course:.2f}")


def peak_megabytes() -> float:
    """The most memory that this process has used; not on Windows."""
    import resource

    unit = 1 if sys.platform == "darwin" else 1024  # bytes there, elsewhere KiB
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit / 2**20


def measure_filter(times: int, collect: bool, connection) -> None:
    """Filters a corpus of ``times`` the length; sends what the process used at most."""
    files = f"{stand_in('python_corpus')}/data-0000[0-1]-*.parquet"
    corpus = load_dataset("parquet", data_files=files, split="train", streaming=True)
    corpus = concatenate_datasets([corpus] * times)
    before = peak_megabytes()

    def keep(row):
        return not drop_reason(row["content"], KEYWORDS)

    start = time.perf_counter()
    if collect:
        kept: dict[str, list] = {}
        seen = 0
        for seen, row in enumerate(corpus, 1):  # noqa: B007
            if keep(row):
                for name, value in row.items():
                    kept.setdefault(name, []).append(value)
        Dataset.from_dict(kept)
    else:
        with tempfile.TemporaryDirectory() as folder:
            seen = filter_stream(corpus, keep, folder, name="bench")["seen"]
    seconds = time.perf_counter() - start
    connection.send((seen, before, peak_megabytes(), seconds))


def time_filter(lengths: tuple[int, ...]) -> None:
    """Prints the peak memory of the filter and of collecting in a dictionary."""
    if sys.platform == "win32":
        print("the filter's memory cannot be measured on Windows")
        return
    context = multiprocessing.get_context("spawn")
    print("filter                 input     files   peak MB   of it, growth   seconds")
    for collect, way in ((False, "shards on disk"), (True, "in a dictionary")):
        for times in lengths:
            receiver, sender = context.Pipe(duplex=False)
            process = context.Process(
                target=measure_filter, args=(times, collect, sender)
            )
            process.start()
            sender.close()
            seen, before, peak, seconds = receiver.recv()
            process.join()
            growth = peak - before
            print(
                f"{way:<20} {times:>5} ×  {seen:>8,} {peak:>9,.0f} {growth:>15,.0f}"
                f" {seconds:>9.1f}"
            )


def main(argv=None) -> int:
    """The command; returns the exit status."""
    parser = argparse.ArgumentParser(
        prog="python -m tools.bench_causal_lm",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    on_gpu = torch.cuda.is_available()
    parser.add_argument("--repeats", type=int, default=1 if on_gpu else 6)
    parser.add_argument("--steps", type=int, default=50, help="of each loop")
    parser.add_argument("--only", choices=("loops", "filter"))
    arguments = parser.parse_args(argv)
    be_quiet()
    if arguments.only != "filter":
        time_loops(arguments.repeats, arguments.steps)
    if arguments.only == "filter" or not (arguments.only or on_gpu):
        time_filter((1, 4, 16))
    return 0


if __name__ == "__main__":
    sys.exit(main())
