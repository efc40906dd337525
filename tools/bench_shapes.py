"""Trains the shapes of the `full` profile on random ids, and prints their speed.

    python -m tools.bench_shapes                     four models, two batch sizes each
    python -m tools.bench_shapes bert --seconds 30   one of them, longer

The models have the sizes of the course's checkpoints and random weights: nothing is
downloaded, and speed does not depend on what the weights are.  Each is trained with the
batch of its notebook's `full` profile, and with a larger one.  Precision
is the machine's, AdamW is fused, `--compile` compiles the model.  Printed are samples
and tokens a second, the peak of the GPU's memory, and the share of the machine's
measured matrix rate, counting six operations for each weight that a token is multiplied
with; attention is left out, so the share is a little too low.
"""

import argparse
import sys
import time
from dataclasses import dataclass

import torch
from accelerate import Accelerator
from accelerate.state import AcceleratorState
from transformers import (
    AutoModelForCausalLM,
    AutoModelForSeq2SeqLM,
    AutoModelForSequenceClassification,
    BertConfig,
    GPT2Config,
    MarianConfig,
    MT5Config,
    set_seed,
)

from helpers.runtime import find_device, mixed_precision
from tools.measuring import DTYPES, be_quiet, hardware, matrix_rate, synchronize

WARM_UP = 3  # steps that are not counted
# google/mt5-small and Helsinki-NLP/opus-mt-en-fr, as their config.json has them.
MT5_SMALL = {"vocab_size": 250_112, "d_model": 512, "d_kv": 64, "d_ff": 1024}
MT5_SMALL |= {"num_layers": 8, "num_heads": 6, "feed_forward_proj": "gated-gelu"}
OPUS_MT = {"vocab_size": 59_514, "d_model": 512, "max_position_embeddings": 512}
OPUS_MT |= {"encoder_layers": 6, "decoder_layers": 6}
OPUS_MT |= {"encoder_attention_heads": 8, "decoder_attention_heads": 8}
OPUS_MT |= {"encoder_ffn_dim": 2048, "decoder_ffn_dim": 2048}
OPUS_MT |= {"activation_function": "swish", "scale_embedding": True}
OPUS_MT |= {"pad_token_id": 59_513, "decoder_start_token_id": 59_513}


@dataclass(frozen=True)
class Shape:
    """A model, and the batches to train it with: of `full`, and a larger one."""

    auto_class: type
    config: object
    batch_sizes: tuple[int, int]
    input_length: int
    target_length: int = 0  # 0: a class for each row; for a decoder the inputs again


SHAPES = {
    "bert": Shape(AutoModelForSequenceClassification, BertConfig(), (8, 256), 64),
    "marian": Shape(AutoModelForSeq2SeqLM, MarianConfig(**OPUS_MT), (32, 256), 32, 32),
    "mt5": Shape(AutoModelForSeq2SeqLM, MT5Config(**MT5_SMALL), (8, 64), 256, 16),
    "gpt2": Shape(
        AutoModelForCausalLM, GPT2Config(n_positions=128), (32, 256), 128, 128
    ),
}


def random_batch(
    shape: Shape, batch_size: int, device: torch.device
) -> dict[str, torch.Tensor]:
    """Ids ``(batch, input_length)`` and labels as the model's loss takes them."""
    size = (batch_size, shape.input_length)
    ids = torch.randint(5, shape.config.vocab_size - 5, size, device=device)
    if shape.auto_class is AutoModelForCausalLM:
        labels = ids
    elif shape.target_length:
        size = (batch_size, shape.target_length)
        labels = torch.randint(5, shape.config.vocab_size - 5, size, device=device)
    else:
        labels = torch.randint(2, (batch_size,), device=device)
    mask = torch.ones_like(ids)
    return {"input_ids": ids, "attention_mask": mask, "labels": labels}


def give_own_head(model) -> None:
    """Unties head and embeddings, as in mT5's checkpoints; a new mT5 has them tied."""
    weight = model.lm_head.weight.detach().clone()
    model.lm_head.weight = torch.nn.Parameter(weight)


def operations(model, shape: Shape) -> float:
    """Operations for training on one sample: six a weight and token."""
    embeddings = model.get_input_embeddings().weight.numel()
    head = model.get_output_embeddings()
    head = 0 if head is None else head.weight.numel()
    if shape.auto_class is not AutoModelForSeq2SeqLM:
        return 6.0 * (model.num_parameters() - embeddings + head) * shape.input_length
    encoder, decoder = (
        sum(each.numel() for each in half.parameters()) - embeddings
        for half in (model.get_encoder(), model.get_decoder())
    )
    return 6.0 * (encoder * shape.input_length + (decoder + head) * shape.target_length)


def measure(
    shape: Shape, batch_size: int, *, seconds: float, compile_model: bool
) -> dict[str, float]:
    """Samples and tokens a second, operations a second, and the peak memory in GB."""
    precision = mixed_precision()
    # mT5 was trained in bf16, and fp16 overflows.
    if isinstance(shape.config, MT5Config):
        precision = precision.replace("fp16", "no")
    AcceleratorState._reset_state()  # else the first shape's precision is kept
    accelerator = Accelerator(mixed_precision=precision)
    device = accelerator.device
    set_seed(0)
    with device:  # drawing the weights on a CPU takes seconds
        model = shape.auto_class.from_config(shape.config).train()
    if isinstance(shape.config, MT5Config):
        give_own_head(model)
    work = operations(model, shape)
    optimizer = torch.optim.AdamW(model.parameters(), lr=1e-5, fused=True)
    model, optimizer = accelerator.prepare(model, optimizer)
    forward = torch.compile(model) if compile_model else model
    batch = random_batch(shape, batch_size, device)
    if device.type == "cuda":
        torch.cuda.reset_peak_memory_stats()
    steps, start = -WARM_UP, time.perf_counter()
    while steps < 1 or time.perf_counter() - start < seconds:
        accelerator.backward(forward(**batch).loss)
        accelerator.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        optimizer.zero_grad()
        steps += 1
        synchronize(device)
        if steps == 0:
            start = time.perf_counter()
    passed = time.perf_counter() - start
    samples = steps * batch_size / passed
    lengths = [shape.input_length]
    if shape.auto_class is AutoModelForSeq2SeqLM:
        lengths.append(shape.target_length)
    memory = torch.cuda.max_memory_allocated() / 1e9 if device.type == "cuda" else 0.0
    rates = {"samples": samples, "tokens": samples * sum(lengths)}
    return rates | {"operations": samples * work, "memory": memory}


def main(argv=None) -> int:
    """The command; returns the exit status."""
    parser = argparse.ArgumentParser(
        prog="python -m tools.bench_shapes",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("names", nargs="*", metavar="NAME", choices=[[], *SHAPES])
    parser.add_argument(
        "--seconds", type=float, default=10.0, help="for each batch size"
    )
    parser.add_argument("--compile", action="store_true")
    arguments = parser.parse_args(argv)
    be_quiet()
    precision = mixed_precision()
    peak = matrix_rate(find_device(), DTYPES[precision])
    print(
        f"{hardware()}, precision {precision}; matrix product {peak / 1e12:.2f} TFLOP/s"
    )
    print("model     batch   samples/s    tokens/s   peak GB   of the matrix rate")
    options = {"seconds": arguments.seconds, "compile_model": arguments.compile}
    for name in arguments.names or SHAPES:
        for batch_size in SHAPES[name].batch_sizes:
            found = measure(SHAPES[name], batch_size, **options)
            memory = f"{found['memory']:.1f}" if found["memory"] else "–"
            share = found["operations"] / peak
            print(
                f"{name:<8} {batch_size:>6} {found['samples']:>11,.1f}"
                f" {found['tokens']:>11,.0f} {memory:>9} {share:>20.1%}",
                flush=True,
            )
    return 0


if __name__ == "__main__":
    sys.exit(main())
