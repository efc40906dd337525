"""An entailment head for zero-shot classification: does the text fit "… is about X"?

The head learns from made sentences that use the words of a subject, each paired with
hypotheses about its own subject and about others.  What carries over to subjects that
it was not trained on is MiniLM's sense of which words belong together.
"""

import random
from pathlib import Path

from offline import _heads

RECIPES = ("minilm", "_heads")
FILES = ("heads/zero_shot.safetensors",)
LABELS = ["not_entailment", "entailment"]

# A subject's names, then its words.
SUBJECTS = """
education, school, learning, teaching: course, pupil, teacher, classroom, homework, lesson, textbook, degree, university, exam, lecture, student, tutorial, curriculum, library, professor
politics, government, elections: minister, vote, senate, campaign, president, law maker, opposition, treaty, ballot, coalition, party leader, embassy, reform, cabinet, mayor
business, companies, management: customer, profit, manager, contract, start-up, merger, office, brand, supplier, investor, salary, board meeting, invoice, warehouse, market share
sport, sports, athletics: goalkeeper, race, referee, tennis, match, coach, stadium, medal, league, sprinter, penalty, tournament, marathon, basketball, trainer
cooking, food, recipes: oven, flour, garlic, soup, frying pan, dough, spice, butter, chef, sauce, dessert, salad, rice, roast, kitchen
music, songs, concerts: guitar, melody, orchestra, singer, drummer, album, violin, chord, choir, piano, rehearsal, conductor, opera, rhythm, festival stage
health, medicine, illness: patient, surgeon, pill, hospital, fever, nurse, diagnosis, symptom, clinic, infection, therapy, blood test, allergy, diet, heart attack
science, physics, research: electron, laboratory, experiment, telescope, molecule, theory, gravity, microscope, hypothesis, physicist, radiation, energy, cell, gene, equation
technology, computers, electronics: laptop, chip, processor, robot, screen, battery, tablet, sensor, internet, headset, gadget, hard disk, router, touchscreen, device
programming, software, code: bug, function, compiler, variable, developer, repository, loop, database, script, test suite, class, library function, pull request, stack trace, Python
travel, tourism, holidays: passport, suitcase, beach, flight, tourist, hotel, itinerary, airport, cruise, border, backpack, sightseeing, hostel, train ride, souvenir
art, painting, museums: canvas, sculpture, gallery, brush, portrait, exhibition, sketch, museum, fresco, landscape, sculptor, collection, easel, watercolour, masterpiece
history, the past: empire, king, castle, medieval knight, archive, century, ancient Rome, revolution, dynasty, ruins, queen, crusade, colony, manuscript, pharaoh
law, justice, courts: judge, lawyer, verdict, lawsuit, trial, jury, appeal, attorney, witness, statute, plaintiff, legal fee, clause, settlement, hearing
crime, police: burglar, robbery, detective, murder, prison, suspect, gang, fraud, victim, handcuffs, stolen car, fingerprint, kidnapper, smuggler, officer
weather, climate: storm, forecast, rain, sunshine, thunder, frost, wind, fog, heatwave, cloud, temperature, hurricane, drizzle, blizzard, hail
finance, money, banking: bank, loan, share price, mortgage, inflation, dividend, tax, currency, bond, savings account, budget, stock exchange, credit card, debt, fund
animals, pets, wildlife: dog, horse, elephant, kitten, whale, parrot, zoo, wolf, rabbit, tiger, hamster, lion cub, eagle, veterinarian, dolphin
environment, ecology, nature: forest, pollution, recycling, glacier, carbon emission, rainforest, species, plastic waste, coral reef, river, drought, solar panel, wetland, biodiversity, greenhouse gas
film, cinema, movies: actor, director, screenplay, trailer, scene, premiere, camera crew, thriller, box office, stunt, Hollywood, sequel, documentary, film set, cast
literature, books, poetry: novel, poet, chapter, verse, author, rhyme, publisher, short story, narrator, sonnet, plot, bookshop, paperback, critic, essay
religion, faith: church, prayer, priest, mosque, temple, bible, pilgrim, monk, sermon, bishop, synagogue, rabbi, saint, hymn, blessing
farming, agriculture: tractor, crop, harvest, cow, barn, wheat, plough, fertilizer, orchard, pasture, farmer, sheep, hay, irrigation, dairy
gardening, plants, flowers: rose, seed, compost, lawn, hedge, greenhouse, tulip, pruning shears, watering can, weed, flower bed, shrub, soil, pot, herb
fashion, clothes: dress, designer, skirt, catwalk, silk, shoe, handbag, tailor, jacket, collection, scarf, fabric, model, jeans, boutique
cars, driving, traffic: engine, wheel, brake, traffic jam, petrol, motorway, garage, driver, tyre, electric vehicle, gearbox, speed limit, parking space, mechanic, bumper
war, the army, conflict: soldier, bomb, battle, missile, ceasefire, general, trench, invasion, tank, front line, refugee, weapon, siege, airstrike, troop
space, astronomy: planet, rocket, astronaut, galaxy, satellite, moon landing, orbit, comet, star, Mars, black hole, space station, lunar rover, meteor, launch pad
housing, homes, property: flat, rent, landlord, tenant, house price, estate agent, roof, bedroom, mortgage rate, building site, apartment, neighbour, lease, kitchen renovation, deposit
family, marriage, children: baby, wedding, mother, husband, birthday, grandparents, divorce, twins, daughter, honeymoon, son, bride, toddler, adoption, nephew
work, jobs, employment: interview, colleague, overtime, strike, trade union, apprentice, pension, shift, boss, vacancy, pay rise, curriculum vitae, career, redundancy, holiday pay
games, toys: chess, puzzle, dice, video game, card game, doll, console, board game, level, joystick, riddle, opponent, toy train, high score, player
"""  # noqa: E501
TEXTS = """The {0} and the {1} were on everybody's mind.
|We spent the day on the {0}.|She told me about the {0}, the {1} and the {2}.
|There is a problem with the {0}.|Without the {0}, the {1} is of little use.
|The {0} was better than last year.|They argued about the {0} until the {1} arrived.
|A new {0} was announced on Monday.|He forgot the {0}.
|The {0} next to the {1} caught my eye.|Have you seen the {0}?
|Nobody had expected such a {0}.|The {0} had to wait because of the {1}.
|After ten years, the {0} is back, and so is the {1}.|I am looking for a good {0}.
|This is the story of a {0} and a {1}.|The {0} cost more than the {1}.
|My uncle knows all there is to know about the {0}.|The {0} failed twice this week.
|This is an introduction to the {0}.|The {0} is called {N}.|{N} needs a new {0}.
|There is a {0} about {N} tonight.|Here is a {0} on {N}.|We asked {N} about the {0}.
|The report describes the {0} and the {1}."""
# Names of things that say nothing about the subject.
NAMES = """Marigold|the Robinson family|the Phoenix group|Project Lighthouse|Bluebird
|the second floor|the Falcons|Mister Green|the Atlas initiative|Orion|the Wanderers
|Room Seven|the Jasper brothers|Number Nine|Sunrise|the Pioneers|Miss Carter|Titan"""
HYPOTHESES = """This example is {}.|This text is about {}.|This is about {}.
|The topic is {}.|It is about {}.|{}"""


def split_list(text: str) -> list[str]:
    """The entries of a list written with bars."""
    return text.replace("\n|", "|").split("|")


def read_subjects() -> list[tuple[list[str], list[str]]]:
    """A subject's names and its words, for each subject."""
    pairs = [line.split(": ") for line in SUBJECTS.strip().splitlines()]
    return [(names.split(", "), words.split(", ")) for names, words in pairs]


def make_rows(count: int, seed: int) -> list[tuple[str, str, int]]:
    """``count`` triples of text, hypothesis and label, half of each label."""
    rng = random.Random(seed)
    subjects = read_subjects()
    texts, hypotheses = split_list(TEXTS), split_list(HYPOTHESES)
    rows: dict[tuple[str, str], int] = {}
    while len(rows) < count:
        (names, words), (others, _) = rng.sample(subjects, 2)
        name = rng.choice(split_list(NAMES))
        text = rng.choice(texts).format(*rng.sample(words, 3), N=name)
        text = text[0].upper() + text[1:]
        hypothesis = hypotheses[0] if rng.random() < 0.5 else rng.choice(hypotheses)
        rows[text, hypothesis.format(rng.choice(names))] = 1
        rows[text, hypothesis.format(rng.choice(others))] = 0
    return [(*pair, label) for pair, label in rows.items()]


def load_model(body: str):
    """MiniLM with a new, untrained head for the two labels."""
    import torch
    from transformers import BertForSequenceClassification

    torch.manual_seed(0)
    return BertForSequenceClassification.from_pretrained(
        body,
        id2label=dict(enumerate(LABELS)),
        label2id={label: index for index, label in enumerate(LABELS)},
    )


def training_rows() -> list[tuple[str, str, int]]:
    """16,000 pairs."""
    return make_rows(16000, seed=1)


def train(body: str) -> dict:
    """Trains the head, one pass."""
    from transformers import DataCollatorWithPadding

    tokenizer = _heads.load_tokenizer(body)
    texts, hypotheses, labels = zip(*training_rows(), strict=True)
    encoded = tokenizer(texts, hypotheses)
    rows = [
        {"input_ids": ids, "token_type_ids": types, "labels": label}
        for ids, types, label in zip(
            encoded["input_ids"], encoded["token_type_ids"], labels, strict=True
        )
    ]
    collate = DataCollatorWithPadding(tokenizer)
    return _heads.train(load_model(body), lambda epoch: rows, collate, epochs=1)


def build(folder: Path) -> None:
    """Writes the checkpoint."""
    _heads.build_checkpoint("zero_shot", load_model, folder)
