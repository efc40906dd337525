"""What every loop on Accelerate does with a batch, in any chapter."""

import pytest
import torch
import transformers
from accelerate import Accelerator

from tools.faults import EPOCHS, LOOPS, train_with_accelerate
from tools.notebooks import lifted, training_names

ACCELERATE = [loop for loop in LOOPS if not loop.trainer]


def test_no_notebook_is_left_out():
    trained = [
        (name, trainer) for name in training_names() for trainer in (True, False)
    ]
    assert [(loop.notebook, loop.trainer) for loop in LOOPS] == trained


@pytest.mark.parametrize("loop", ACCELERATE, ids=lambda loop: loop.kind)
def test_every_step_trains_clips_and_lowers_the_rate(loop, tmp_path, monkeypatch):
    limits, rates, modes, rows = [], [], [], []
    clip, backward = Accelerator.clip_grad_norm_, Accelerator.backward

    def clipped(self, parameters, limit):
        limits.append(limit)
        rates.append(self._optimizers[0].param_groups[0]["lr"])
        return clip(self, parameters, limit)

    def back(self, loss):
        modes.append(model.training)
        rows.append(seen[-1])
        return backward(self, loss)

    monkeypatch.setattr(Accelerator, "clip_grad_norm_", clipped)
    monkeypatch.setattr(Accelerator, "backward", back)
    transformers.set_seed(7)
    model, seen = loop.model().eval(), []  # as from_pretrained gives it
    model.register_forward_pre_hook(
        lambda _, given, named: seen.append(named["input_ids"].tolist()),
        with_kwargs=True,
    )
    before = [each.detach().clone() for each in model.parameters()]
    losses = train_with_accelerate(loop, model, str(tmp_path), False)
    assert modes == [True] * len(losses)
    batches = len(losses) // EPOCHS
    assert rows[:batches] != rows[batches : 2 * batches]  # shuffled
    warmup = loop.kind == "clm"  # one step of it, from a rate of 0
    steps = len(losses) // (2 if loop.kind == "clm" else 1) - warmup
    line = [0.0] * warmup + [1e-2 * (1 - step / steps) for step in range(steps)]
    assert limits == [1.0] * len(line) and rates == pytest.approx(line)
    after = list(model.parameters())
    assert not all(map(torch.equal, before, after))


@pytest.mark.parametrize("loop", ACCELERATE, ids=lambda loop: loop.kind)
def test_a_loop_begins_anew_unless_told_to_resume(loop):
    train = lifted(loop.notebook, "training_function")["training_function"]
    assert train.__kwdefaults__["resume"] is False
