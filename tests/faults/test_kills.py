"""Runs that are killed, and go on as if nothing had been: a subset of `make faults`."""

import os
import sys

import pytest

if not hasattr(os, "fork"):
    pytest.skip(f"{sys.platform} cannot fork", allow_module_level=True)

from tools.faults import KINDS, LOOPS, Fault, faults, survive

# Of each loop: two kills in training, one while saving, and one of the other kinds.
SUBSET = [
    (loop, fault)
    for number, loop in enumerate(LOOPS)
    for fault in [
        *faults(100 + number, 2, 1, 0),
        Fault(list(KINDS)[2 + number % (len(KINDS) - 2)], 0.5),
    ]
]


@pytest.mark.parametrize(
    ("loop", "fault"),
    SUBSET,
    ids=[f"{loop.name.replace(', ', '-')}-{fault.kind}" for loop, fault in SUBSET],
)
def test_resumed_run_equals_the_whole(loop, fault):
    assert survive(loop, fault) is None


def test_an_unharmed_run_would_not_pass_for_a_killed_one(monkeypatch):
    """The harness itself: a fault that does not come is reported."""
    import tools.faults

    monkeypatch.setattr(tools.faults, "start", lambda *a, **k: (0, {"losses": []}, 0))
    loop = LOOPS[1]
    monkeypatch.setattr(tools.faults, "reference", lambda _: {"counts": {"saves": 3}})
    assert "not injected" in survive(loop, Fault("training", 0.5))
