"""Sentence pairs with the schema of GLUE MRPC, written by a seeded generator.

A *fact* is a news-like event with a few details (who, whom, how much, where, when, why,
who says so).  A sentence is one way to tell it: active or passive, one of several
verbs, details in one of several orders.  An equivalent pair tells one fact in two ways;
in the other pairs the second sentence tells a fact in which two or three details are
different, or the roles are reversed, or what happened did not happen.

Pairs are drawn so that word overlap is distributed alike in both classes: counting
common words says next to nothing.  And validation and test pairs tell of other events
than training pairs (``_events``), with other names, numbers, days, verbs and reasons: a
list of words that change the meaning, learned from the training pairs, helps little.
But verbs that differ are synonyms, and at least two details are altered: who knows that
can write a rule by hand that is nearly always right.
"""

import bisect
import random
import re
from pathlib import Path

from datasets import ClassLabel, Dataset, Features, Value

from offline._events import HELD_OUT, TRAINING

RECIPES = ("_events",)
POSITIVE_SHARE = 0.67  # MRPC: 0.674 of the training pairs
SEED = 20260401
SPLITS = {
    "train": (1400, TRAINING),
    "validation": (240, HELD_OUT),
    "test": (240, HELD_OUT),
}


def draw_fact(world: dict, rng: random.Random) -> dict:
    """A random event with all its details."""
    kind = rng.choice(world["events"])
    agent = rng.choice(kind["agent"])
    places = set(world["places"]) & set(agent.split())
    patients = [
        patient
        for patient in kind["patient"]
        if patient != agent and not places & set(patient.split())
    ]
    return {
        "kind": kind,
        "agent": agent,
        "patient": rng.choice(patients),
        "number": rng.choice(kind["number"]),
        "place": rng.choice(world["places"]) if kind.get("counted") else None,
        "day": rng.choice(world["days"]),
        # About half of the facts have a reason; fewer say who reports them.
        "cause": rng.choice(kind["causes"]) if rng.random() < 0.5 else None,
        "source": rng.choice(kind["sources"]) if rng.random() < 0.3 else None,
        "happened": not kind.get("may_fail") or rng.random() < 0.7,
    }


def draw_style(rng: random.Random) -> dict:
    """A random way to tell a fact."""
    return {
        "verb": rng.randrange(12),
        "passive": rng.random() < 0.5,
        "front": rng.choice(("nothing", "nothing", "day", "cause")),
        "cause_form": rng.randrange(2),
        "source": rng.choice(("first", "last", "said")),
    }


def tell(fact: dict, style: dict) -> str:
    """One sentence that tells the fact in the style."""
    kind = fact["kind"]
    past, participle, base = kind["verbs"][style["verb"] % len(kind["verbs"])]
    counted = kind.get("counted")
    patient = f"{fact['number']} {fact['patient']}" if counted else fact["patient"]
    if style["passive"]:
        be = "were" if counted or kind.get("plural") else "was"
        be = be if fact["happened"] else f"{be} not"
        by_agent = participle.replace("_", f"by {fact['agent']}")
        clause = f"{patient} {be} {by_agent}"
    else:
        verb = past if fact["happened"] else f"did not {base}"
        clause = f"{fact['agent']} {verb.replace('_', patient)}"
    ending = f"in {fact['place']}" if counted else kind["tail"].format(**fact)
    when = f"on {fact['day']}"
    # A reason beside a "not" could be read in two ways.
    told = fact["cause"] and fact["happened"]
    cause = fact["cause"][style["cause_form"]] if told else ""
    if cause and style["front"] == "cause":
        sentence = f"{cause} , {clause} {ending} {when}"
    elif style["front"] == "nothing":
        sentence = f"{clause} {ending} {when} {cause}"
    else:
        sentence = f"{when} , {clause} {ending} {cause}"
    sentence = sentence.strip()
    source = fact["source"]
    if source and style["source"] == "said":
        sentence = f"{sentence} , {source} said"
    elif source and style["source"] == "first" and style["front"] == "nothing":
        sentence = f"according to {source} , {sentence}"
    elif source:
        sentence = f"{sentence} , according to {source}"
    return sentence[0].upper() + sentence[1:] + " ."


def alter(fact: dict, world: dict, rng: random.Random) -> dict:
    """A fact that differs from the given one in two or three details."""
    kind = fact["kind"]
    other = dict(fact)
    changes = ["agent", "patient", "number", "day"]
    changes += ["place"] if fact["place"] else []
    changes += ["happened"] if kind.get("may_fail") else []
    changes += ["roles"] if fact["patient"] in kind["agent"] else []
    for change in rng.sample(changes, rng.choice((2, 3))):
        if change == "roles":
            other["agent"], other["patient"] = other["patient"], other["agent"]
        elif change == "happened":
            other["happened"] = not fact["happened"]
        else:
            pool = world[f"{change}s"] if change in ("day", "place") else kind[change]
            taken = {fact[change], other["agent"], other["patient"]}
            other[change] = rng.choice([value for value in pool if value not in taken])
    return other


def overlap(first: str, second: str) -> float:
    """The share of distinct lower-case words that two sentences have in common."""
    a, b = (set(re.findall(r"\w+", text.lower())) for text in (first, second))
    return len(a & b) / len(a | b)


def draw_pair(label: int, world: dict, rng: random.Random) -> tuple[str, str]:
    """Two sentences that tell one fact (label 1) or a fact and an altered one (0)."""
    fact, style = draw_fact(world, rng), draw_style(rng)
    second = fact if label else alter(fact, world, rng)
    # Equivalent sentences are told in two ways; the others may also be told alike.
    fresh = draw_style(rng)
    changed = rng.sample(list(style), rng.randint(2 if label else 0, len(style)))
    other = style | {name: fresh[name] for name in changed}
    return tell(fact, style), tell(second, other)


def draw_pairs(
    count: int, world: dict, rng: random.Random, used: set[str]
) -> list[dict]:
    """Rows of a split; both classes fill the same bins of overlap in equal shares.

    Args:
        count: how many pairs.
        world: what they tell of, such as ``TRAINING``.
        used: sentences that other splits hold; those drawn here are added.
    """
    positives = round(count * POSITIVE_SHARE)
    edges = [0.35, 0.45, 0.55, 0.65, 0.75, 0.85]
    rows = []
    for label, wanted in ((1, positives), (0, count - positives)):
        share, left = divmod(wanted, len(edges) - 1)
        missing = [share + (index < left) for index in range(len(edges) - 1)]
        while any(missing):
            first, second = draw_pair(label, world, rng)
            index = bisect.bisect_right(edges, overlap(first, second)) - 1
            fits = 0 <= index < len(missing) and missing[index]
            if fits and not {first, second} & used:
                used |= {first, second}
                rows.append({"sentence1": first, "sentence2": second, "label": label})
                missing[index] -= 1
    rng.shuffle(rows)
    return [row | {"idx": index} for index, row in enumerate(rows)]


CARD = """---
license: cc0-1.0
language: en
task_categories: [text-classification]
configs:
- config_name: mrpc
  data_files:
  - {split: train, path: train.parquet}
  - {split: validation, path: validation.parquet}
  - {split: test, path: test.parquet}
---
# Generated paraphrase pairs

Pairs of generated news-like sentences with the columns of GLUE MRPC. Written by the
recipe `offline/paraphrases.py`; no text of MRPC or of any newspaper is in it. Companies
are invented. Licence: CC0-1.0.
"""


def build(folder: Path) -> None:
    """Writes the data set, loadable as ``load_dataset(folder, "mrpc")``."""
    names = ["not_equivalent", "equivalent"]
    features = Features(
        {
            "sentence1": Value("string"),
            "sentence2": Value("string"),
            "label": ClassLabel(names=names),
            "idx": Value("int32"),
        }
    )
    rng = random.Random(SEED)
    used: set[str] = set()
    for split, (size, world) in SPLITS.items():
        rows = draw_pairs(size, world, rng, used)
        Dataset.from_list(rows, features=features).to_parquet(
            folder / f"{split}.parquet"
        )
    (folder / "README.md").write_text(CARD, encoding="utf-8")
