"""What the benchmarks share: the machine, its matrix rate, speeds, silence."""

import itertools
import logging
import math
import os
import platform
import statistics
import time

import datasets
import torch
import transformers
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

from helpers.runtime import can_compile

# What `mixed_precision` answers, as PyTorch calls it.
DTYPES = {"bf16": torch.bfloat16, "fp16": torch.float16, "no": torch.float32}


def be_quiet() -> None:
    """Turns off progress bars, load reports and Accelerate's note on shared weights."""
    datasets.disable_progress_bars()
    transformers.utils.logging.set_verbosity_error()
    transformers.utils.logging.disable_progress_bar()
    logging.getLogger("accelerate").setLevel("ERROR")


def hardware() -> str:
    """The machine in words."""
    if torch.cuda.is_available():
        return torch.cuda.get_device_name()
    return f"CPU ({platform.machine()}) with {os.cpu_count()} cores"


def matrix_rate(device: torch.device, dtype: torch.dtype) -> float:
    """Floating-point operations a second of a large matrix product, the best of 6."""
    size = 8192 if device.type == "cuda" else 2048
    left = torch.randn(size, size, device=device, dtype=dtype)
    best = math.inf
    for _ in range(6):
        synchronize(device)
        start = time.perf_counter()
        for _ in range(4):
            left @ left
        synchronize(device)
        best = min(best, (time.perf_counter() - start) / 4)
    return 2 * size**3 / best


def compiler(device: torch.device) -> str:
    """``"inductor"`` where the notebook compiles its model, else ``"no"``."""
    return "inductor" if can_compile(device) else "no"


def synchronize(device: torch.device) -> None:
    """Waits for what the GPU was told to do."""
    if device.type == "cuda":
        torch.cuda.synchronize()


def logged_rate(folder: str, tokens_a_step: int) -> float:
    """Tokens a second of a run: the median over the intervals between logged losses."""
    events = EventAccumulator(f"{folder}/logs").Reload().Scalars("loss")
    rates = [
        (after.step - before.step)
        * tokens_a_step
        / (after.wall_time - before.wall_time)
        for before, after in itertools.pairwise(events)
    ]
    return statistics.median(rates)


def training_flops(model, context_length: int) -> float:
    """The model's floating-point operations for training on one token.

    Six for every weight that a token is multiplied with, forwards and backwards, plus
    those of the attention: 6·N + 12·layers·width·context, as in appendix B of the PaLM
    paper (arXiv:2204.02311).  Position embeddings are looked up, not multiplied.  For
    models of GPT-2's family, whose configuration names these numbers so.
    """
    config = model.config
    weights = model.num_parameters() - config.n_positions * config.n_embd
    return 6.0 * weights + 12.0 * config.n_layer * config.n_embd * context_length
