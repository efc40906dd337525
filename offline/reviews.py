"""English and Spanish product reviews in the schema of ``amazon_reviews_multi``.

Written here by a small seeded grammar (phrases: ``_reviews_en``, ``_reviews_es``).  A
review opens with how the product came into the house, wanders through details that do
not matter, and says its point somewhere after the first sentence; the title says the
same point in fewer words.  Configurations ``en`` and ``es``, three splits each.  No
title of three words or more of the validation and test splits occurs in training.
"""

import json
import random
import re
from pathlib import Path

from offline import _reviews_en, _reviews_es

RECIPES = ("_reviews_en", "_reviews_es")
PHRASES = {"en": _reviews_en, "es": _reviews_es}
BOOKS = ("book", "digital_ebook_purchase")
TRAIN_ROWS = {
    "home": 420,
    "apparel": 340,
    "wireless": 330,
    "kitchen": 280,
    "toy": 230,
    "pc": 220,
    "sports": 210,
    "beauty": 200,
    "pet_products": 170,
    "digital_ebook_purchase": 710,
    "book": 630,
}
HELD_OUT_ROWS = {category: 20 for category in TRAIN_ROWS} | {
    "digital_ebook_purchase": 92,
    "book": 88,
}
SPLITS = {"train": TRAIN_ROWS, "validation": HELD_OUT_ROWS, "test": HELD_OUT_ROWS}
SHORT_TITLES = 0.06  # share of titles of one or two words, as in "Five stars"
FRAMES = {
    "contrast": 30,
    "recommend": 16,
    "addition": 16,
    "kind": 14,
    "audience": 12,
    "topic": 12,
}

CARD = """\
---
language: [en, es]
license: apache-2.0
task_categories: [summarization]
configs:
- config_name: en
  data_files:
  - {split: train, path: en/train.jsonl}
  - {split: validation, path: en/validation.jsonl}
  - {split: test, path: en/test.jsonl}
- config_name: es
  data_files:
  - {split: train, path: es/train.jsonl}
  - {split: validation, path: es/validation.jsonl}
  - {split: test, path: es/test.jsonl}
---

# Product reviews, English and Spanish

Reviews composed by the grammar of `offline/reviews.py` for the tiny profile of
`ch7_summarization.ipynb`, in the columns of `amazon_reviews_multi`.  Nobody wrote them:
no opinion, product or reviewer in them is real.  Licence: Apache-2.0, like the project.
"""


def write_review(rng: random.Random, language: str, category: str) -> dict:
    """A review: ``title``, ``sentences``, ``point`` (which sentence it is), ``stars``.

    Three to twelve sentences, of which the first is never the point.
    """
    words = PHRASES[language]
    is_book = category in BOOKS
    slots = _slots(rng, words, category)
    frame = _choose(rng, FRAMES)
    if frame == "topic" and not is_book:
        frame = "kind"
    tone = rng.choice(("good", "bad"))
    points, recommendation = _points(rng, words, category, frame, tone, slots)

    fillers = list(words.BOOK_FILLERS if is_book else words.FILLERS)
    if frame == "topic":
        fillers = [filler for filler in fillers if "{topic}" not in filler]
    fixed = 1 + len(points) + len(recommendation)
    count = max(0, round(rng.triangular(3, 12, 5)) - fixed)
    fillers = rng.sample(fillers, count)
    opener = rng.choice(words.BOOK_OPENERS if is_book else words.PRODUCT_OPENERS)
    place = max(rng.randint(0, count), rng.randint(0, count))
    body = [opener, *fillers[:place], *points, *fillers[place:], *recommendation]
    sentences = [_finish(rng, words, sentence, slots) for sentence in body]

    title_frame = f"audience {tone}" if frame == "audience" else frame
    title = _fill(words.FRAMES[title_frame], slots)
    if rng.random() < SHORT_TITLES:
        title = rng.choice(words.SHORT_TITLES)
    stars = {"good": (4, 5), "bad": (1, 2)}[tone]
    return {
        "title": title[0].upper() + title[1:],
        "sentences": sentences,
        "point": 1 + place,
        "stars": 3 if frame == "contrast" else rng.choice(stars),
    }


def join_sentences(rng: random.Random, sentences: list[str]) -> str:
    """The body: sentences with a space between them, now and then HTML or an emoji."""
    chance = rng.random()
    if chance < 0.015:
        return "<br /><br />".join(sentences)
    return " ".join(sentences) + (" 👍" if chance > 0.99 else "")


def write_rows(rng: random.Random, language: str) -> dict[str, list[dict]]:
    """The rows of the three splits of a language, shuffled, no body twice."""
    bodies: set[str] = set()
    train_titles: set[str] = set()
    numbers = iter(rng.sample(range(10**7), 10**5))
    rows: dict[str, list[dict]] = {}
    for split, counts in SPLITS.items():
        rows[split] = []
        for category in [name for name, count in counts.items() for _ in range(count)]:
            while True:
                review = write_review(rng, language, category)
                body = join_sentences(rng, review["sentences"])
                title = review["title"]
                copied = len(title.split()) > 2 and title in train_titles
                if body not in bodies and not (split != "train" and copied):
                    break
            bodies.add(body)
            if split == "train":
                train_titles.add(title)
            rows[split].append(
                {
                    "review_id": f"{language}_{next(numbers):07d}",
                    "product_id": f"product_{language}_{rng.randrange(10**6):07d}",
                    "reviewer_id": f"reviewer_{language}_{rng.randrange(10**6):07d}",
                    "stars": review["stars"],
                    "review_body": body,
                    "review_title": title,
                    "language": language,
                    "product_category": category,
                }
            )
        rng.shuffle(rows[split])
    return rows


def build(folder: Path) -> None:
    """Writes the data set card and ``<language>/<split>.jsonl``."""
    Path(folder, "README.md").write_text(CARD, encoding="utf-8")
    for language in PHRASES:
        rng = random.Random(f"reviews {language}")
        Path(folder, language).mkdir()
        for split, rows in write_rows(rng, language).items():
            lines = [json.dumps(row, ensure_ascii=False) + "\n" for row in rows]
            path = Path(folder, language, f"{split}.jsonl")
            path.write_text("".join(lines), encoding="utf-8")


def _choose(rng: random.Random, weights: dict[str, int]) -> str:
    return rng.choices(list(weights), list(weights.values()))[0]


def _slots(rng: random.Random, words, category: str) -> dict[str, str]:
    """What the phrases' braces stand for in this review."""
    if category in BOOKS:
        kinds, audiences = words.BOOK_KINDS, words.BOOK_AUDIENCES
    else:
        kinds, audiences = words.CATEGORIES[category][0], words.AUDIENCES
    kind = rng.choice(kinds)
    slots = {"topic": rng.choice(words.TOPICS), "audience": rng.choice(audiences)}
    slots["pages"] = str(rng.randrange(120, 640))
    if words is _reviews_es:
        kind, gender = kind.rsplit(" ", 1)
        feminine = gender == "f"
        slots |= {"o": "a" if feminine else "o", "a": "a" if feminine else ""}
        slots |= {"un": "una" if feminine else "un"}
        slots |= {"este": "esta" if feminine else "este"}
        slots |= {"Este": "Esta" if feminine else "Este"}
    return slots | {"kind": kind}


def _points(rng, words, category: str, frame: str, tone: str, slots: dict):
    """The sentences that carry the point, and a recommendation; fills ``slots``."""
    lead = rng.choice(words.LEADS)
    if frame == "audience":
        return [lead + rng.choice(words.AUDIENCE_POINTS[tone])], []
    if frame == "topic":
        mood, *sentences = rng.choice(words.MOODS[tone])
        slots["mood"] = mood
        return [words.TOPIC_POINT, lead + rng.choice(sentences)], []

    if category in BOOKS:
        extra = words.PAPER_ASPECTS if category == "book" else words.EBOOK_ASPECTS
        aspects = words.BOOK_ASPECTS | extra
    else:
        aspects = {name: words.ASPECTS[name] for name in words.CATEGORIES[category][1]}
    other = {"good": "bad", "bad": "good"}[tone] if frame == "contrast" else tone
    first, second = rng.sample(list(aspects), 2)
    core, *sentences = rng.choice(aspects[first][tone])
    slots["core"], slots["bare"] = core, _without_article(words, core)
    points = [lead + rng.choice(sentences)]
    if frame in ("contrast", "addition"):
        core, *sentences = rng.choice(aspects[second][other])
        slots["bare2"] = _without_article(words, core)
        links = words.CONTRASTS if frame == "contrast" else words.ADDITIONS
        points.append(rng.choice(links) + rng.choice(sentences))
    if frame == "recommend":
        slots["recommendation"], sentence = rng.choice(words.RECOMMENDATIONS[tone])
        return points, [sentence]
    return points, []


def _without_article(words, phrase: str) -> str:
    for article in words.ARTICLES:
        if phrase.startswith(article):
            return phrase.removeprefix(article)
    return phrase


def _fill(text: str, slots: dict[str, str]) -> str:
    """Fills the braces; a filling may hold braces itself (``conmovedor{a}``)."""
    while "{" in text:
        text = text.format_map(slots)
    # Spanish: "y" before the sound i is "e".
    return re.sub(r"\by (?=i[^o]|hi[^eo])", "e ", text) if "un" in slots else text


def _finish(rng: random.Random, words, text: str, slots: dict[str, str]) -> str:
    """A whole sentence: braces filled, capital at the start, stop at the end."""
    chance = {
        "month": rng.choice(words.MONTHS),
        "day": rng.choice(words.DAYS),
        "relative": rng.choice(words.RELATIVES),
        "place": rng.choice(words.PLACES),
        "number": rng.choice(words.NUMBERS),
        "picture": rng.choice(words.PICTURES),
        "page": str(rng.randrange(20, 120)),
    }
    text = _fill(text, slots | chance)
    text = text[0].upper() + text[1:]
    return text if text[-1] in ".!?" else text + "."
