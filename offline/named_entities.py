"""A named-entity head: MiniLM with a label a token for persons, places, organizations.

Trained on made sentences.  ``places.txt`` has the English names of countries, as the
Unicode CLDR lists them, and the cities of the time-zone database; persons and
organizations are put together from parts.
The MiniLM vocabulary is uncased, so the head never sees a capital letter.
"""

import random
import re
from pathlib import Path

from offline import _heads

RECIPES = ("minilm", "_heads")
FILES = ("heads/named_entities.safetensors",)
LABELS = ["O", "B-PER", "I-PER", "B-ORG", "I-ORG", "B-LOC", "I-LOC"]

FIRST = """Anna Ben Carla David Elena Frank Grace Henry Irene Jack Karen Leo Maria
Nick Olga Paul Quentin Rita Samuel Teresa Umberto Vera William Xavier Yvonne Zoe Ali
Aisha Bruno Chloe Dmitri Elif Farid Giulia Hans Ingrid Jorge Keiko Lars Mei Noah
Omar Priya Rafael Sven Tariq Ursula Victor Wen Yusuf Lucy Martin Sarah James Emily
George Sofia Pierre Camille Louis Nadia Ravi Anita Kofi Amara Hiroshi Yuki Pablo
Lucia Ivan Natasha Eva Adam Laura Simon Judith Gabriel Michael Robert Mary Linda
Susan Jessica Daniel Matthew Mark Steven Andrew Kevin Brian Edward Ronald Timothy
Jason Ryan Gary Eric Stephen Jonathan Albert Isaac Ludwig Amelia Florence Winston
Margaret Vincent Pedro Mehmet Chen Mohammed Fatou Ines Julien Antoine Katarina Bjorn
Magnus Siobhan Patrick Aoife Alice Charlotte"""
LAST = """Smith Jones Brown Taylor Wilson Davies Evans Thomas Johnson Roberts Walker
Wright Robinson Thompson White Hughes Edwards Green Hall Wood Harris Clarke Patel
Khan Jackson Silva Santos Ferreira Garcia Martinez Lopez Gonzalez Perez Rossi Russo
Ferrari Bianchi Muller Schmidt Schneider Fischer Weber Wagner Hoffmann Dubois Moreau
Laurent Lefebvre Ivanov Petrov Sokolov Novak Kowalski Nowak Horvath Nagy Andersson
Johansson Hansen Olsen Nielsen Virtanen Yamamoto Sato Suzuki Watanabe Kim Park Lee
Wang Li Zhang Liu Chen Nguyen Tran Singh Kumar Sharma Gupta Ahmed Hussein Ibrahim
Okafor Mensah Diallo Traore Cohen Levy Murphy Kelly Byrne O'Connor MacDonald
Campbell Stewart Morrison Shakespeare Newton Einstein Darwin Mozart Beethoven
Picasso Lincoln Churchill Tesla Turing Lovelace Austen Hemingway"""
COMPANIES = """Apple|Amazon|IBM|Oracle|Adobe|Intel|Cisco|Dell|Sony|Honda|Hyundai
|Nissan|Ford|General Motors|Tesla|BMW|Renault|Peugeot|Fiat|Boeing|Airbus|Lufthansa
|Ryanair|Delta Air Lines|British Airways|Emirates|Walmart|Carrefour|Tesco|Ikea|Zara
|Adidas|Nike|Puma|Nestle|Danone|Unilever|Coca-Cola|Pepsi|Starbucks|McDonald's|Bayer
|Novartis|Roche|Sanofi|Merck|Philips|Ericsson|Vodafone|Orange|Netflix|Spotify
|Twitter|Facebook|Uber|Airbnb|PayPal|Visa|Mastercard|HSBC|Barclays|Deutsche Bank
|Goldman Sachs|Shell|BP|Total|Gazprom|Mozilla|GitHub|Red Hat|OpenAI|Burning Man
|Running Wolf|Talking Heads|Magic Leap|Open Door|Nvidia|Greenpeace|Red Cross
|United Nations|Unesco|NATO|NASA|BBC|CNN|Reuters|The Guardian|FIFA|Manchester United
|Real Madrid|Bayern Munich|World Bank"""
NOUNS = """Summit River Silver Blue Global North Star Atlas Delta Pacific Green
Solar Quantum Falcon Oak Iron Harbor Crystal Nova Pioneer Union Royal Metro Apex
Orbit Bright Cedar"""
TRADES = """Systems Foods Motors Energy Airlines Partners Software Labs Bank
Insurance Media Pharma Industries Group Technologies Books Robotics Logistics
Studios Electronics"""
PLACES = """Brooklyn|Manhattan|California|Texas|Florida|Scotland|Wales|Bavaria
|Tuscany|Catalonia|Siberia|Europe|Asia|Africa|the Alps|Lake Geneva|Paris|Munich
|Hamburg|Milan|Barcelona|Kyoto|Osaka|Mumbai|Delhi|San Francisco|Boston|Seattle
|Geneva|Lyon|Marseille|Manchester|Liverpool|Oxford|Cambridge|Krakow|Porto|Venice
|Florence|Naples|Rotterdam|Beijing|Cape Town|Rio de Janeiro|Washington|Philadelphia
|Dallas|Miami|Bordeaux|Salzburg|Antwerp|Edinburgh"""
PATTERNS = """{PER} lives in {LOC}.|{PER} works for {ORG} in {LOC}.
|My name is {PER} and I live in {LOC}.|I work at {ORG} in {LOC}.
|This is {PER}, and I sell shoes for {ORG}.|I am {PER} from {LOC}.
|{PER} joined {ORG} last spring.|{ORG} has opened an office in {LOC}.
|{ORG} bought {ORG} for two billion dollars.|{PER} and {PER} got married in {LOC}.
|We met {PER} at the airport in {LOC}.|The president of {LOC} met {PER} on Monday.
|{PER} is the head of {ORG}.|{LOC} borders on {LOC}.
|The flight from {LOC} to {LOC} was late.
|{PER}, who was born in {LOC}, writes novels.|In {LOC}, it rained for a week.
|She studied at {ORG} before she joined {ORG}.
|{ORG} said that its profit fell by five percent.
|A lawyer for {ORG} refused to answer.|According to {PER}, the shop will close.
|The book by {PER} is about {LOC}.|{PER} invented a new kind of pump in {LOC}.
|Have you ever been to {LOC}?|{PER} called {PER} yesterday.
|Is {PER} still working at {ORG}?|{ORG} sued {ORG} over a patent.
|They moved from {LOC} to {LOC} in 1998.|The engineers of {ORG} travelled to {LOC}.
|The factory near {LOC} belongs to {ORG}.|{PER} painted the bridge of {LOC}.
|{LOC} is the capital of {LOC}.|{LOC} lies on the river.
|Tell {PER} that I will be late.|Shares of {ORG} rose sharply.
|{PER} won the race in {LOC} and thanked {PER}.
|The mayor of {LOC} opened the new station.
|A letter from {PER} arrived this morning.|{ORG} was founded by {PER} in {LOC}.
|The museum in {LOC} shows works by {PER}.|My sister {PER} teaches at {ORG}.
|My friend {PER} bought a car from {ORG}.|{PER} left {LOC} for good.
|The deal between {ORG} and {ORG} was signed in {LOC}.
|Yesterday {PER} gave a talk at {ORG}.
|The team of {ORG} lost against {ORG} in {LOC}.|Thank you, {PER}, for your help.
|{PER} studied law in {LOC} and {LOC}.|The people of {LOC} voted on Sunday.
|Snow fell in {LOC} and {LOC}.|{PER} smiled.|The actress {PER} lives near {LOC}.
|Send the parcel to {PER} in {LOC}.|{ORG} hired {PER}.
|The doctor said that the wound would heal.|Nobody knew where the keys were.
|The train leaves at seven and arrives at nine.|It was cold, so we stayed at home.
|The tickets for the concert are sold out.|My brother is looking for a new job.
|Please close the window before you go.|The course starts on Tuesday in room five.
|Last year the company sold its old factory.
|The teacher gave us a book about whales.|The government raised taxes in March.
|A bridge over the river was closed on Friday."""


def split_bars(text: str) -> list[str]:
    """The entries of a list written with bars."""
    return text.replace("\n|", "|").split("|")


def list_places() -> list[str]:
    """Names of countries, cities and regions in English."""
    names = Path(__file__).with_name("places.txt").read_text("utf-8")
    return names.splitlines() + 4 * split_bars(PLACES)


def make_sentence(rng: random.Random, places: list[str]) -> tuple[str, list[dict]]:
    """A sentence and its entities: ``start``, ``end`` (characters) and ``label``."""

    def person() -> str:
        first, last = rng.choice(FIRST.split()), rng.choice(LAST.split())
        return rng.choice([first, f"{first} {last}", f"{first} {last}", last])

    def organization() -> str:
        made = f"{rng.choice(NOUNS.split())} {rng.choice(TRADES.split())}"
        campus = f"University of {rng.choice(places)}"
        own = f"{rng.choice(LAST.split())} {rng.choice(['and Sons', 'Group', 'Bank'])}"
        return rng.choice([rng.choice(split_bars(COMPANIES))] * 5 + [made, campus, own])

    make = {"PER": person, "ORG": organization, "LOC": lambda: rng.choice(places)}
    text, entities = "", []
    for part in re.split(r"(\{\w+\})", rng.choice(split_bars(PATTERNS))):
        if part.startswith("{"):
            label = part[1:-1]
            name = make[label]()
            end = len(text) + len(name)
            entities.append({"start": len(text), "end": end, "label": label})
            part = name
        text += part
    return text, entities


def tag_tokens(offsets: list[tuple[int, int]], entities: list[dict]) -> list[int]:
    """A label id a token; −100 for special tokens, which cover no character."""
    tags = []
    for start, end in offsets:
        tag = "O"
        for entity in entities:
            if entity["start"] <= start and end <= entity["end"]:
                first = start == entity["start"]
                tag = f"{'B' if first else 'I'}-{entity['label']}"
        tags.append(LABELS.index(tag) if end > start else -100)
    return tags


def load_model(body: str):
    """MiniLM with a new, untrained head for the seven labels."""
    import torch
    from transformers import BertForTokenClassification

    torch.manual_seed(0)
    return BertForTokenClassification.from_pretrained(
        body,
        id2label=dict(enumerate(LABELS)),
        label2id={label: index for index, label in enumerate(LABELS)},
    )


def training_rows() -> list[tuple[str, list[dict]]]:
    """8,000 sentences with their entities; some lack the full stop."""
    rng, places, rows = random.Random(1), list_places(), []
    for _ in range(8000):
        text, entities = make_sentence(rng, places)
        if rng.random() < 0.15:
            text = text.rstrip(".")
        rows.append((text, entities))
    return rows


def train(body: str) -> dict:
    """Trains the head, one pass."""
    from transformers import DataCollatorForTokenClassification

    tokenizer = _heads.load_tokenizer(body)
    rows = []
    for text, entities in training_rows():
        encoded = tokenizer(text, return_offsets_mapping=True)
        labels = tag_tokens(encoded["offset_mapping"], entities)
        rows.append({"input_ids": encoded["input_ids"], "labels": labels})
    collate = DataCollatorForTokenClassification(tokenizer)
    return _heads.train(load_model(body), lambda epoch: rows, collate, epochs=1)


def build(folder: Path) -> None:
    """Writes the checkpoint."""
    _heads.build_checkpoint("named_entities", load_model, folder)
