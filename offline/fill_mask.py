"""A masked-language-modelling head: MiniLM that guesses a hidden word.

MiniLM was published without the head that it was pretrained with.  This one is trained
anew, tied to MiniLM's word embeddings, on the docstring prose of the installed
libraries and on made sentences about everyday things.  It knows what such texts say.
"""

from pathlib import Path

from offline import _heads, _prose

RECIPES = ("minilm", "_heads", "_prose")


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


def train(body: str, prose: int = 30000, everyday: int = 8000, **options) -> dict:
    """Trains the head; one pass, 15 % of the tokens hidden."""
    import random

    import torch
    from transformers import DataCollatorForLanguageModeling

    tokenizer = _heads.load_tokenizer(body)
    sentences = _prose.read_sentences()
    random.Random(1).shuffle(sentences)
    texts = sentences[:prose] + _prose.everyday_sentences(everyday, seed=11)
    encoded = tokenizer(texts, truncation=True, max_length=48)["input_ids"]
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
        **options,
    )


def build(folder: Path) -> None:
    """Writes the checkpoint."""
    _heads.build_checkpoint("fill_mask", load_model, folder)
