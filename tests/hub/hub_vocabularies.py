"""Vocabularies of the tiny checkpoints: real where the project has one, else made."""

import json
import string
from pathlib import Path

from tokenizers import ByteLevelBPETokenizer

from offline import stand_in

# Places of bert-base-cased's vocabulary that the course prints, and its size.
CASED_SIZE = 28_996
CASED_IDS = {
    "[PAD]": 0,
    "[UNK]": 100,
    "[CLS]": 101,
    "[SEP]": 102,
    "[MASK]": 103,
    "a": 170,
    "is": 1110,
    "##er": 1200,
    "network": 2443,
    "simple": 3014,
    "Using": 7993,
    "transform": 11303,
}

CODE = """\
import numpy as np
import pandas as pd
import matplotlib.pyplot as plt

# create some data with {0} rows, and a scatter plot with x, y
x, y = np.random.randn(100), np.random.randn(100)
plt.scatter(x, y)
plt.plot(x, y)

# create dataframe from x and y with profession, income and name
df = pd.DataFrame({{'profession': x, 'income': y, 'name': {0}}})

# calculate the mean income per profession
df.groupby('profession')['income'].mean()

# import random forest regressor from scikit-learn
from sklearn.ensemble import RandomForestRegressor

# fit random forest model with 300 estimators on X, y:
model = RandomForestRegressor(n_estimators=300)
print(model.fit(x, y).predict(x), model.fit (x), plt , pd , predict )
"""
PROSE = """\
This course will teach you all about models. This man works as a nurse, a teacher, a
driver, a doctor, a lawyer, a mechanic or a secretary, and so does this woman. This
person works as a mechanic. Returns the number of items in the list.
"""


def uncased() -> list[str]:
    """BERT's real uncased vocabulary, 30,522 pieces."""
    return Path(stand_in("minilm"), "vocab.txt").read_text("utf-8").splitlines()


def cased() -> list[str]:
    """As many pieces as bert-base-cased has: the known ones in their places, letters.

    The rest are names that occur in no text, so other words fall into letters.
    """
    pieces = [f"[unused{place}]" for place in range(CASED_SIZE)]
    for piece, place in CASED_IDS.items():
        pieces[place] = piece
    letters = string.ascii_letters + string.digits + string.punctuation
    single = [prefix + letter for letter in letters for prefix in ("", "##")]
    free = iter(range(200, CASED_SIZE))
    for piece in single:
        if piece not in CASED_IDS:
            place = next(place for place in free if "unused" in pieces[place])
            pieces[place] = piece
    return pieces


def byte_level(texts: list[str], special_tokens: list[str]) -> dict[str, bytes]:
    """The two files of a byte-level BPE trained on the texts, as GPT-2 has them."""
    trained = ByteLevelBPETokenizer()
    trained.train_from_iterator(
        texts, vocab_size=800, special_tokens=special_tokens, show_progress=False
    )
    model = json.loads(trained.to_str())["model"]
    merges = "\n".join(["#version: 0.2", *map(" ".join, model["merges"])]) + "\n"
    vocabulary = json.dumps(model["vocab"])
    return {"vocab.json": vocabulary.encode(), "merges.txt": merges.encode()}
