"""Sentence pairs with the schema of GLUE MRPC, written by a seeded generator.

A *fact* is a news-like event with a few details (who, whom, how much, where, when, why,
who says so).  A sentence is one way to tell it: active or passive, one of several
verbs, details in one of several orders.  An equivalent pair tells one fact in two ways;
in the other pairs the second sentence tells a fact in which two or three details are
different, or the roles are reversed, or what happened did not happen.

Pairs are drawn so that word overlap is distributed alike in both classes: counting
common words says next to nothing about the label.
"""

import bisect
import random
import re
from pathlib import Path

from datasets import ClassLabel, Dataset, Features, Value

SIZES = {"train": 1400, "validation": 240, "test": 240}
POSITIVE_SHARE = 0.67  # MRPC: 0.674 of the training pairs
SEED = 20260401

# fmt: off
PLACES = [
    "Leeds", "Porto", "Ghent", "Bergen", "Tampere", "Basel", "Seville", "Lyon",
    "Gdansk", "Turin", "Cork", "Graz", "Osaka", "Quito", "Tucson", "Halifax",
    "Durban", "Nagoya", "Perth", "Denver",
]
DAYS = [
    "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday",
]
# fmt: on
COMPANIES = [
    "Northgate Bank",
    "Halden Foods",
    "Orion Freight",
    "Bluewater Energy",
    "Castel Motors",
    "Ferrow Steel",
    "Lumen Media",
    "Pinecrest Paper",
    "Solvay Rail",
    "Triton Airways",
    "Verdant Farms",
    "Westmark Insurance",
    "Kestrel Robotics",
    "Delmar Shipping",
    "Arcadia Telecom",
    "Summit Brewing",
]
AMOUNTS = [f"{n} million dollars" for n in (3, 8, 14, 25, 40, 65, 90, 120, 300, 750)]
COUNTS = [str(n) for n in (12, 19, 27, 34, 46, 58, 73, 85, 110, 240, 360, 900)]
SPORTS = ["the club website", "the league", "the stadium announcer", "local radio"]
BUSINESS = [
    "a spokesman",
    "a company statement",
    "a union leader",
    "the business press",
]
OFFICIAL = ["the police", "local officials", "the ministry", "the state news agency"]

# Each kind of event: what fills the roles, how the clause ends, ways to say why, who
# says so, and verbs as (past, participle, base).  "_" stands where the object goes, in
# the participle where "by" and the agent go.
EVENTS = [
    {
        "agent": COMPANIES,
        "patient": COMPANIES,
        "number": AMOUNTS,
        "tail": "for {number}",
        "verbs": [
            ("bought _", "bought _", "buy _"),
            ("acquired _", "acquired _", "acquire _"),
            ("purchased _", "purchased _", "purchase _"),
            ("took over _", "taken over _", "take over _"),
        ],
        "causes": [
            ("after months of talks", "following months of negotiations"),
            ("despite protests by shareholders", "though shareholders had protested"),
            ("because prices had fallen", "as a result of falling prices"),
        ],
        "sources": BUSINESS,
        "may_fail": True,
    },
    {
        "agent": [f"the {place} city council" for place in PLACES],
        "patient": [
            "the new tram line",
            "the harbour tunnel",
            "the football stadium",
            "the airport extension",
            "the school reform",
            "the housing plan",
            "the flood barrier",
        ],
        "number": AMOUNTS,
        "tail": "at a cost of {number}",
        "verbs": [
            ("approved _", "approved _", "approve _"),
            ("backed _", "backed _", "back _"),
            ("endorsed _", "endorsed _", "endorse _"),
        ],
        "causes": [
            ("after a long public debate", "following a lengthy public debate"),
            ("despite protests by residents", "though residents had protested"),
            ("in spite of legal objections", "although lawyers had objected"),
        ],
        "sources": ["a spokesman", *OFFICIAL[1:]],
        "may_fail": True,
    },
    {
        "agent": [f"the {p} {name}" for p in PLACES for name in ("Tigers", "Rovers")],
        "patient": [f"the {p} {name}" for p in PLACES for name in ("Eagles", "Wolves")],
        "number": ["2-0", "3-1", "4-2", "1-0", "5-3", "3-2", "6-1"],
        "tail": "{number} in the cup final",
        "verbs": [
            ("beat _", "beaten _", "beat _"),
            ("defeated _", "defeated _", "defeat _"),
            ("overcame _", "overcome _", "overcome _"),
        ],
        "causes": [
            ("after extra time", "following an additional half hour"),
            ("despite heavy rain", "though it rained hard"),
            ("in front of a full house", "before a sold-out crowd"),
        ],
        "sources": SPORTS,
        "plural": True,
    },
    {
        "agent": [
            "a violent storm",
            "a flash flood",
            "a forest fire",
            "an earthquake",
            "a landslide",
            "a gas explosion",
        ],
        "patient": ["homes", "shops", "barns", "warehouses", "school buildings"],
        "number": COUNTS,
        "counted": True,
        "verbs": [
            ("destroyed _", "destroyed _", "destroy _"),
            ("wrecked _", "wrecked _", "wreck _"),
            ("ruined _", "ruined _", "ruin _"),
        ],
        "causes": [
            ("after a week of warnings", "following seven days of warnings"),
            ("despite new safety rules", "though safety rules had been tightened"),
            ("before help could arrive", "as rescuers were still on their way"),
        ],
        "sources": OFFICIAL,
    },
    {
        "agent": ["police officers", "customs officers", "federal agents", "guards"],
        "patient": [
            "men suspected of fraud",
            "smugglers of cigarettes",
            "drivers without a licence",
            "people accused of theft",
            "protesters against the summit",
        ],
        "number": COUNTS,
        "counted": True,
        "verbs": [
            ("arrested _", "arrested _", "arrest _"),
            ("detained _", "detained _", "detain _"),
            ("took _ into custody", "taken into custody _", "take _ into custody"),
        ],
        "causes": [
            ("after a call from a neighbour", "following a tip by a resident"),
            ("after a long chase", "following a lengthy pursuit"),
            ("in spite of legal objections", "although lawyers had objected"),
        ],
        "sources": OFFICIAL,
    },
    {
        "agent": COMPANIES,
        "patient": [
            "engineers",
            "cleaners",
            "drivers",
            "programmers",
            "sales assistants",
            "accountants",
            "designers",
        ],
        "number": COUNTS,
        "counted": True,
        "verbs": [
            ("dismissed _", "dismissed _", "dismiss _"),
            ("laid off _", "laid off _", "lay off _"),
            ("fired _", "fired _", "fire _"),
        ],
        "causes": [
            ("because costs had risen sharply", "as a result of sharply higher costs"),
            ("because sales had fallen", "as a result of falling sales"),
            ("after months of talks", "following months of negotiations"),
        ],
        "sources": BUSINESS,
        "may_fail": True,
    },
    {
        "agent": [f"a court in {place}" for place in PLACES],
        "patient": COMPANIES,
        "number": AMOUNTS,
        "tail": "{number} for polluting a river",
        "verbs": [
            ("ordered _ to pay", "ordered _ to pay", "order _ to pay"),
            ("sentenced _ to pay", "sentenced _ to pay", "sentence _ to pay"),
            ("told _ to pay", "told _ to pay", "tell _ to pay"),
        ],
        "causes": [
            ("after an inquiry into safety", "following a safety investigation"),
            ("after two years of hearings", "at the end of a two-year trial"),
            ("despite an appeal by the owners", "though the owners had appealed"),
        ],
        "sources": ["a lawyer", *OFFICIAL[1:]],
        "may_fail": True,
    },
    {
        "agent": [f"researchers from {place}" for place in PLACES],
        "patient": [
            "the new vaccine",
            "the blood test",
            "the asthma drug",
            "the heart implant",
            "the hearing aid",
            "the sleeping pill",
        ],
        "number": [f"{count} patients" for count in COUNTS],
        "tail": "with {number}",
        "verbs": [
            ("tested _", "tested _", "test _"),
            ("tried out _", "tried out _", "try out _"),
            ("evaluated _", "evaluated _", "evaluate _"),
        ],
        "causes": [
            ("after a delay of a year", "twelve months later than planned"),
            ("despite a shortage of staff", "though there were too few assistants"),
            ("at the request of the ministry", "because the ministry had asked"),
        ],
        "sources": [
            "a spokesman",
            "a medical journal",
            "the university",
            "local radio",
        ],
    },
]


def draw_fact(rng: random.Random) -> dict:
    """A random event with all its details."""
    kind = rng.choice(EVENTS)
    agent = rng.choice(kind["agent"])
    places = set(PLACES) & set(agent.split())
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
        "place": rng.choice(PLACES) if kind.get("counted") else None,
        "day": rng.choice(DAYS),
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
    cause = fact["cause"][style["cause_form"]] if fact["cause"] else ""
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


def alter(fact: dict, rng: random.Random) -> dict:
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
            pool = {"day": DAYS, "place": PLACES}.get(change) or kind[change]
            taken = {fact[change], other["agent"], other["patient"]}
            other[change] = rng.choice([value for value in pool if value not in taken])
    return other


def overlap(first: str, second: str) -> float:
    """The share of distinct lower-case words that two sentences have in common."""
    a, b = (set(re.findall(r"\w+", text.lower())) for text in (first, second))
    return len(a & b) / len(a | b)


def draw_pair(label: int, rng: random.Random) -> tuple[str, str]:
    """Two sentences that tell one fact (label 1) or a fact and an altered one (0)."""
    fact, style = draw_fact(rng), draw_style(rng)
    second = fact if label else alter(fact, rng)
    # Equivalent sentences are told in two ways; the others may also be told alike.
    fresh = draw_style(rng)
    changed = rng.sample(list(style), rng.randint(2 if label else 0, len(style)))
    other = style | {name: fresh[name] for name in changed}
    return tell(fact, style), tell(second, other)


def draw_pairs(count: int, rng: random.Random, used: set[str]) -> list[dict]:
    """Rows of a split; both classes fill the same bins of overlap in equal shares.

    Args:
        count: how many pairs.
        used: sentences that other splits hold; those drawn here are added.
    """
    positives = round(count * POSITIVE_SHARE)
    edges = [0.35, 0.45, 0.55, 0.65, 0.75, 0.85]
    rows = []
    for label, wanted in ((1, positives), (0, count - positives)):
        share, left = divmod(wanted, len(edges) - 1)
        missing = [share + (index < left) for index in range(len(edges) - 1)]
        while any(missing):
            first, second = draw_pair(label, rng)
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
    for split, size in SIZES.items():
        rows = draw_pairs(size, rng, used)
        Dataset.from_list(rows, features=features).to_parquet(
            folder / f"{split}.parquet"
        )
    (folder / "README.md").write_text(CARD, encoding="utf-8")
