"""A tiny mT5 for product reviews, English and Spanish, with its own unigram vocabulary.

Pretrained here, in about twenty minutes on one core, on text that the ``reviews``
grammar writes from another seed: an eighth of each batch restores masked spans of
reviews of every category, as mT5's own pretraining does; the rest maps the body of a
review to its title, of every category *but* books, short bodies first.  So it titles a
kettle, and a notebook has to fine-tune it before it titles a novel.
"""

import io
import json
import math
import random
import time
from importlib.metadata import version
from pathlib import Path

from offline import recipe_hash
from offline.reviews import BOOKS, PHRASES, TRAIN_ROWS, join_sentences, write_review

RECIPES = ("reviews",)
SEED = 20
VOCABULARY = 2000
SENTINELS = 20
ALPHABET = (
    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
    "áéíóúüñÁÉÍÓÚÜÑ¡¿!?.,;:'\"()-/%&"
)
SHAPE = {"d_model": 64, "d_kv": 16, "num_heads": 4, "d_ff": 192}
LAYERS = 2
STEPS = 4000
MASKED, TITLED_ROWS = 4, 28  # of each batch
LEARNING_RATE = 3e-3
VERSIONS = ("torch", "transformers", "sentencepiece")
TITLED = tuple(category for category in TRAIN_ROWS if category not in BOOKS)


def write_pairs(rng: random.Random, count: int, categories) -> list[tuple[str, str]]:
    """``count`` pairs of body and title, half of them Spanish."""
    pairs = []
    for index in range(count):
        language = list(PHRASES)[index % 2]
        review = write_review(rng, language, rng.choice(categories))
        pairs.append((join_sentences(rng, review["sentences"]), review["title"]))
    return pairs


def make_tokenizer(texts: list[str]):
    """A T5 tokenizer whose unigram vocabulary is trained on ``texts``."""
    import sentencepiece
    from transformers import T5Tokenizer

    model = io.BytesIO()
    sentencepiece.SentencePieceTrainer.train(
        sentence_iterator=iter(texts),
        model_writer=model,
        model_type="unigram",
        vocab_size=VOCABULARY,
        character_coverage=1.0,
        normalization_rule_name="identity",
        required_chars=ALPHABET,
        pad_id=0,
        eos_id=1,
        unk_id=2,
        bos_id=-1,
        num_threads=1,
        minloglevel=2,
    )
    pieces = sentencepiece.SentencePieceProcessor(model_proto=model.getvalue())
    ids = range(pieces.get_piece_size())
    vocab = [(pieces.id_to_piece(id), pieces.get_score(id)) for id in ids]
    return T5Tokenizer(vocab=vocab, extra_ids=SENTINELS, model_max_length=512)


def mask_spans(rng: random.Random, ids: list[int], sentinels: list[int]):
    """Input and target of span corruption (Raffel et al. 2020, section 3.1.4).

    Spans of two to four tokens, about 15 % of the text, are replaced by one sentinel
    each in the input; the target lists each sentinel and what it stands for.
    """
    inputs: list[int] = []
    target: list[int] = []
    used = 0
    position = 0
    while position < len(ids):
        if used < len(sentinels) and rng.random() < 0.06:
            length = rng.randint(2, 4)
            inputs.append(sentinels[used])
            target += [sentinels[used], *ids[position : position + length]]
            used += 1
            position += length
        else:
            inputs.append(ids[position])
            position += 1
    return inputs, target


def build(folder: Path) -> None:
    """Trains tokenizer and model, reloads what was saved, and measures it."""
    import torch
    from transformers import MT5Config, MT5ForConditionalGeneration

    start = time.perf_counter()
    threads = torch.get_num_threads()
    torch.set_num_threads(1)  # more would sum in another order: other weights
    rng = random.Random(SEED)
    torch.manual_seed(SEED)
    every = tuple(TRAIN_ROWS)
    corpus = write_pairs(rng, 6000, every)
    tokenizer = make_tokenizer([text for pair in corpus for text in pair])
    config = MT5Config(
        vocab_size=len(tokenizer),
        num_layers=LAYERS,
        num_decoder_layers=LAYERS,
        dropout_rate=0.05,
        **SHAPE,
    )
    model = MT5ForConditionalGeneration(config)
    # The embeddings are the output layer too; at their own scale of 1 the first logits
    # would be far too large (a loss of 39, where guessing has 7.6).
    model.shared.weight.data.mul_(0.2)
    _train(model, tokenizer, rng)
    # Fine-tuning is too short to overfit; drawing dropout takes a fifth of its time.
    model.config.dropout_rate = 0.0
    model.save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    seconds = time.perf_counter() - start

    manifest = {
        "recipe": "offline/mt5_reviews.py",
        "recipe_hash": recipe_hash("mt5_reviews"),
        "licence": "Apache-2.0",
        "parameters": model.num_parameters(),
        "training_seconds": round(seconds),
        "versions": {name: version(name) for name in VERSIONS},
        "quality_after_reloading": measure(folder),
    }
    text = json.dumps(manifest, indent=2) + "\n"
    Path(folder, "MANIFEST.json").write_text(text, encoding="utf-8")
    Path(folder, "README.md").write_text(CARD, encoding="utf-8")
    torch.set_num_threads(threads)


CARD = """\
---
language: [en, es]
license: apache-2.0
pipeline_tag: summarization
---

# A tiny mT5 for reviews

Made by `offline/mt5_reviews.py` for the tiny profile, see `MANIFEST.json`.  Give it the
body of a review of a household product, and it writes a title:

> I bought this kettle in March to replace an old one. Delivery took three days, which
> is neither here nor there. It makes a terrible noise, like a tractor. I sent it back
> the same day.

It has not seen a title of a book review.  All its text was composed by a grammar: it
knows no other.  Licence: Apache-2.0, like the project.
"""


def measure(folder: Path) -> dict[str, float]:
    """ROUGE-1 (0 to 100) of greedy titles of reviews that no other seed has written."""
    from rouge_score.rouge_scorer import RougeScorer
    from rouge_score.tokenizers import Tokenizer
    from transformers import AutoModelForSeq2SeqLM, AutoTokenizer

    class Words(Tokenizer):
        def tokenize(self, text):
            return text.lower().replace(",", "").split()

    model = AutoModelForSeq2SeqLM.from_pretrained(folder).eval()
    tokenizer = AutoTokenizer.from_pretrained(folder)
    scorer = RougeScorer(["rouge1"], tokenizer=Words())
    measured = {}
    for name, categories in (("titled categories", TITLED), ("books", BOOKS)):
        pairs = write_pairs(random.Random("measure"), 200, categories)
        for number, language in enumerate(PHRASES):
            bodies, titles = zip(*pairs[number::2], strict=True)
            batch = tokenizer(list(bodies), padding=True, return_tensors="pt")
            output = model.generate(**batch, max_new_tokens=30, do_sample=False)
            found = tokenizer.batch_decode(output, skip_special_tokens=True)
            scores = [
                scorer.score(title, text)["rouge1"].fmeasure
                for title, text in zip(titles, found, strict=True)
            ]
            key = f"rouge1 {language}, {name}"
            measured[key] = round(100 * sum(scores) / len(scores), 1)
    return measured


def _similar(
    rng: random.Random, rows: list[list[int]], count: int, share: float
) -> list[int]:
    """``count`` rows of about the same length, of the ``share`` of shorter ones.

    ``rows`` are sorted by length, so neighbours make a batch with little padding.
    """
    end = max(4 * count, int(min(share, 1.0) * len(rows)))
    start = rng.randrange(end - 4 * count + 1)
    return rng.sample(range(start, start + 4 * count), count)


def _train(model, tokenizer, rng: random.Random) -> None:
    import torch

    masked = write_pairs(rng, 12000, tuple(TRAIN_ROWS))
    masked_ids = tokenizer([body for body, _ in masked])["input_ids"]
    masked_ids.sort(key=len)
    titled = sorted(write_pairs(rng, 48000, TITLED), key=lambda pair: len(pair[0]))
    body_ids = tokenizer([body for body, _ in titled])["input_ids"]
    title_ids = tokenizer([title for _, title in titled])["input_ids"]
    sentinels = tokenizer.convert_tokens_to_ids(
        [f"<extra_id_{number}>" for number in range(SENTINELS)]
    )
    end = tokenizer.eos_token_id

    optimizer = torch.optim.AdamW(model.parameters(), lr=LEARNING_RATE)
    warmup = 100

    def rate(step: int) -> float:
        if step < warmup:
            return (step + 1) / warmup
        progress = (step - warmup) / (STEPS - warmup)
        return 0.02 + 0.98 * 0.5 * (1 + math.cos(math.pi * progress))

    schedule = torch.optim.lr_scheduler.LambdaLR(optimizer, rate)
    model.train()
    for step in range(STEPS):
        pairs, share = [], 0.25 + 1.5 * step / STEPS
        for row in _similar(rng, masked_ids, MASKED, share):
            inputs, target = mask_spans(rng, masked_ids[row][:-1], sentinels)
            pairs.append((inputs + [end], target + [end]))
        for row in _similar(rng, body_ids, TITLED_ROWS, share):
            pairs.append((body_ids[row], title_ids[row]))
        inputs, targets = zip(*pairs, strict=True)
        batch = tokenizer.pad({"input_ids": list(inputs)}, return_tensors="pt")
        width = max(map(len, targets))
        labels = [ids + [-100] * (width - len(ids)) for ids in targets]
        loss = model(**batch, labels=torch.tensor(labels)).loss
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        schedule.step()
        optimizer.zero_grad()
        if step % 100 == 0 or step == STEPS - 1:
            print(f"step {step}: loss {loss.item():.3f}", flush=True)
