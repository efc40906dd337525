"""The generated interface strings: schema, distinct rows, two correct registers."""

import random
import re

import pytest
from datasets import Translation, load_dataset

from offline import _ui_grammar as grammar
from offline import stand_in, ui_strings


@pytest.fixture(scope="module")
def dataset():
    return load_dataset(stand_in("ui_strings"))


@pytest.fixture(scope="module")
def drawn():
    return grammar.draw_distinct(20_000, seed=1)


def test_schema_is_kde4_s(dataset):
    assert list(dataset) == ["train"]
    rows = dataset["train"]
    assert rows.column_names == ["id", "translation"]
    assert rows.features["id"].dtype == "string"
    assert rows.features["translation"] == Translation(languages=["en", "fr"])
    assert len(rows) == ui_strings.PAIRS
    assert rows["id"][:3] == ["0", "1", "2"]


def test_same_recipe_same_bytes(tmp_path):
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        ui_strings.build(tmp_path / name)
    for file in ("README.md", "train.jsonl"):
        one, two = ((tmp_path / name / file).read_bytes() for name in ("one", "two"))
        assert one == two


def test_validation_sentences_are_unseen(dataset):
    split = dataset["train"].train_test_split(train_size=0.9, seed=20)
    train, test = (
        {pair["en"] for pair in split[name]["translation"]}
        for name in ("train", "test")
    )
    assert len(train) + len(test) == ui_strings.PAIRS
    assert not train & test
    assert not (train | test) & grammar.RESERVED


def test_the_registers_differ_in_terms_and_in_mood(drawn):
    general = " ".join(row[1].lower() for row in drawn)
    official = " ".join(row[2].lower() for row in drawn)
    for loan, french in (
        ("plugin", "module d'extension"),
        ("thread", "fil de discussion"),
        ("e-mail", "courriel"),
        ("s'il vous plaît", "veuillez"),
    ):
        assert loan in general
        assert french not in general
        assert french in official
        assert loan not in official
    starts = {
        row[0].split()[0]: (row[1].split()[0], row[2].split()[0]) for row in drawn
    }
    assert starts["Save"] == ("Sauvez", "Enregistrer")


WRONG_FRENCH = [
    r"\b(le|la|de|ne|ce|la) [aeiouyhàâéèêîô]",  # elision, cet
    r"\b(l|d|n)'[^aeiouyhàâéèêîô]",
    r"\bde les?\b",
    r"\b(les|des|ces|vos|tous les|toutes les) (nouveau|ancien|autre)\b",
    r"\b(tous|toutes) (le|la|l')\b",
    r"\b(un|le|ce) nouvelle\b",
    r"\bnouveau [aeiouyhéèê]",
    r"  | ,| \.",
]
WRONG_ENGLISH = [r"\ba [aeiou]", r"\ban [^aeiou]", r"  | [.?,]", r"\bthis \w+s\b$"]


@pytest.mark.parametrize("pattern", WRONG_FRENCH)
def test_french_grammar(drawn, pattern):
    for _, *french in drawn:
        for text in french:
            assert not re.search(pattern, text, re.IGNORECASE), text


@pytest.mark.parametrize("pattern", WRONG_ENGLISH)
def test_english_grammar(drawn, pattern):
    for english, *_ in drawn:
        assert not re.search(pattern, english), english


def test_every_noun_and_verb_agrees():
    noun = grammar.Noun("étiquette", "étiquettes", feminine=True)
    phrases = {
        ("the", False, "autre"): "l'autre étiquette",
        ("the", True, "masqué"): "les étiquettes masquées",
        ("this", False, "nouveau"): "cette nouvelle étiquette",
        ("all", True, "ancien"): "toutes les anciennes étiquettes",
        ("a", False, "actuel"): "une étiquette actuelle",
        ("your", True, "non lu"): "vos étiquettes non lues",
    }
    for (determiner, plural, adjective), expected in phrases.items():
        given = grammar._french_phrase(noun, determiner, plural, adjective)
        assert given == expected
    tab = grammar.Noun("onglet", "onglets")
    assert grammar._french_phrase(tab, "this", False) == "cet onglet"
    assert grammar._french_phrase(tab, "a", False, "nouveau") == "un nouvel onglet"
    with pytest.raises(ValueError, match="unknown determiner 'some'"):
        grammar._french_phrase(tab, "some", False)


def test_every_pattern_is_drawn(drawn):
    rng = random.Random(3)
    for pattern, _ in grammar.PATTERNS:
        english, general, official = pattern(rng)
        assert english
        assert general
        assert official
    assert len({row[0] for row in drawn}) == len(drawn)
