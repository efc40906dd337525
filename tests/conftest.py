"""Settings for every test: what computes on a Mac is the CPU, as in the notebooks."""

import os
import sys

if sys.platform == "darwin":
    import torch

    os.environ.setdefault("ACCELERATE_USE_CPU", "true")  # for scripts that tests start
    torch.backends.mps.is_available = lambda: False
