"""Interface strings in the official French register: 3,000 pairs in KDE4's schema.

Columns ``id`` and ``translation`` (``{"en": …, "fr": …}``), one split ``train``, as
the Hub has KDE4: the notebook makes the validation split itself.  The sentences are
drawn from the grammar of ``_ui_grammar``; no English sentence stands twice.
"""

import json
from pathlib import Path

from offline import _ui_grammar as grammar

RECIPES = ("_ui_grammar",)
PAIRS = 3000
SEED = 7

CARD = """\
---
license: apache-2.0
language: [en, fr]
task_categories: [translation]
configs:
- config_name: en-fr
  default: true
  data_files:
  - split: train
    path: train.jsonl
dataset_info:
  config_name: en-fr
  features:
  - name: id
    dtype: string
  - name: translation
    dtype:
      translation:
        languages: [en, fr]
---
# Interface strings, English and French (official register)

{pairs:,} distinct pairs, drawn by a seeded generator (`offline/ui_strings.py`, seed
{seed}) and written for this project; nobody's software holds them. The French follows
French software projects: *module d'extension*, *fil de discussion*, *courriel*, and
infinitives for commands. Schema of `Helsinki-NLP/kde4`. Licence: Apache-2.0.
"""


def sentences() -> list[grammar.Sentence]:
    """The rows: English, French of the general and of the official register."""
    return grammar.draw_distinct(PAIRS, seed=SEED)


def build(folder: Path) -> None:
    """Writes ``train.jsonl`` and the data set card."""
    card = CARD.format(pairs=PAIRS, seed=SEED)
    Path(folder, "README.md").write_text(card, encoding="utf-8")
    with Path(folder, "train.jsonl").open("w", encoding="utf-8") as file:
        for index, (english, _, official) in enumerate(sentences()):
            row = {
                "id": str(index),
                "translation": {"en": english, "fr": official},
            }
            file.write(json.dumps(row, ensure_ascii=False) + "\n")
