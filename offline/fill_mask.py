"""A masked-language-modelling head: MiniLM that guesses a hidden word.

MiniLM was published without the head that it was pretrained with.  This one is trained
anew, tied to MiniLM's word embeddings, on the docstring prose of the installed
libraries and on made sentences about everyday things.  It knows what such texts say.
"""

import random
from pathlib import Path

from offline import _heads, _prose

RECIPES = ("minilm", "_heads", "_prose")
FILES = ("heads/fill_mask.safetensors",)


def load_model(body: str):
    """MiniLM with a new masked-language-modelling head, tied to its embeddings."""
    import torch
    from transformers import BertForMaskedLM

    torch.manual_seed(0)
    model = BertForMaskedLM.from_pretrained(body)
    # one bias under two names, as in a checkpoint that has the head
    predictions = model.cls.predictions
    predictions.decoder.bias = predictions.bias
    return model


def training_rows() -> list[str]:
    """30,000 sentences of docstrings and 8,000 made ones."""
    sentences = _prose.read_sentences()
    random.Random(1).shuffle(sentences)
    return sentences[:30000] + _prose.everyday_sentences(8000, seed=11)


def train(body: str) -> dict:
    """Trains the head; one pass, 15 % of the tokens hidden."""
    import torch
    from transformers import DataCollatorForLanguageModeling

    tokenizer = _heads.load_tokenizer(body)
    encoded = tokenizer(training_rows(), truncation=True, max_length=48)["input_ids"]
    rows = [{"input_ids": ids} for ids in encoded]
    torch.manual_seed(0)

    def loss_at_masks(model, batch):
        # the scores of 30,522 words, at the hidden places only
        labels = batch.pop("labels")
        hidden = model.bert(**batch).last_hidden_state[labels != -100]
        logits = model.cls(hidden)
        return torch.nn.functional.cross_entropy(logits, labels[labels != -100])

    return _heads.train(
        load_model(body),
        lambda epoch: rows,
        DataCollatorForLanguageModeling(tokenizer, mlm_probability=0.15),
        epochs=1,
        batch_size=64,
        loss_of=loss_at_masks,
    )


def build(folder: Path) -> None:
    """Writes the checkpoint."""
    _heads.build_checkpoint("fill_mask", load_model, folder)
