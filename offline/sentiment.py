"""A sentiment classifier: MiniLM with a head for NEGATIVE and POSITIVE.

Trained on sentences that this module puts together.  They are about many things, say
what happened as well as what somebody thinks, and each pattern exists on both sides, so
that the head has to read the words rather than recognize the pattern.
"""

import random
from pathlib import Path

from offline import _heads

RECIPES = ("minilm", "_heads")
LABELS = ["NEGATIVE", "POSITIVE"]

THINGS = """hotel|restaurant|café|book|film|series|album|concert|course|tutorial|lesson
|teacher|phone|laptop|keyboard|camera|printer|headset|charger|app|website|game|update
|library|package|museum|park|beach|train|bus|flight|airline|taxi|bakery|pizza|burger
|coffee|cake|wine|breakfast|dinner|service|support team|waiter|doctor|dentist|barber
|gym|trainer|shop|delivery|sofa|chair|lamp|pillow|coat|pair of shoes|dress|backpack
|tent|knife|blender|vacuum cleaner|washing machine|toy|puzzle|podcast|play|actor|singer
|story|ending|plot|soundtrack|dialogue|design|interface|manual|screen|speaker|bed
|view|neighbourhood|festival|workshop|conference|talk|gift|plumber|landlord|bank"""
GOOD = """wonderful|great|excellent|fantastic|lovely|brilliant|superb|delightful|amazing
|impressive|charming|outstanding|pleasant|perfect|reliable|comfortable|beautiful|helpful
|friendly|generous|inspiring|clever|witty|moving|fresh|delicious|spotless|elegant|sturdy
|fast|smooth|clear|thoughtful|patient|honest|refreshing|remarkable|gripping|cosy|fun
|hilarious|warm|flawless|magical|memorable|satisfying|splendid|touching|good|nice"""
BAD = """terrible|awful|horrible|dreadful|disappointing|boring|useless|mediocre|annoying
|ugly|dirty|rude|lazy|slow|broken|unreliable|overpriced|bland|tasteless|stale|clumsy
|confusing|dull|flimsy|noisy|uncomfortable|pathetic|shameful|careless|dishonest|painful
|frustrating|predictable|lifeless|messy|faulty|greedy|unhelpful|unpleasant|shoddy|poor
|tedious|disgusting|sloppy|arrogant|miserable|worthless|embarrassing|bad|depressing"""
GOOD_NOUNS = """a joy|a treat|a pleasure|a masterpiece|a gem|a bargain|a triumph|a delight
|a success|a relief|an inspiration|a blessing|a highlight|a real find|a winner"""
BAD_NOUNS = """a disaster|a nightmare|a waste of time|a scam|a rip-off|a mess|a failure|
a disgrace|a joke|a letdown|a headache|an insult|a pain|a shame|garbage"""
GOOD_ACTS = """I will be back soon|we came home happy|I would buy it again tomorrow
|everyone at the table was smiling|it works exactly as promised|my children loved it
|I laughed until I cried|they solved my problem at once|we felt welcome from the start
|I tell all my friends about it|it arrived a day early|nothing was too much trouble
|it has run for years without a fault|the staff went out of their way for us
|it made my day|I could watch it all over again|it made everything easier
|the answer came within minutes|they fixed it free of charge|it exceeded my hopes
|I learned more in a week than in a whole year|it fits like a glove
|I slept like a baby|it paid for itself in a month|we stayed longer than planned
|the audience stood up and clapped|it still looks new after five years
|they gave us a free dessert|I felt at home|I am in love with it
|my mother cried with happiness|it cheered me up|we want to come again next summer
|it runs twice as fast as before|I passed the exam thanks to it
|it kept us warm all night|even my father, who hates everything, liked it"""
BAD_ACTS = """I will never come back|we went home angry|I returned it the next day
|everyone at the table was complaining|it does nothing that it promises
|my children hated it|I fell asleep halfway through|they ignored my problem for weeks
|we felt unwelcome from the start|I warn all my friends about it|it arrived a month late
|everything was too much trouble for them|it stopped working after two days
|the staff argued with us|it spoiled my day|I walked out before the end
|it made everything harder|nobody ever answered|they wanted even more money to fix it
|it fell short of what was promised|I learned nothing at all|it does not fit
|I could not sleep because of the noise|it was money down the drain|we left early
|the audience booed and went home|the colour faded after one wash
|they forgot half of our order|I felt cheated|I am fed up with it
|my mother cried with anger|it made me sick|we asked for our money back
|it freezes and loses my work|I failed the exam because of it|it leaked all night
|it broke as soon as I touched it|even my father, who likes everything, complained
|there was mould on the wall|the food was burnt and cold|it hurts my feet
|they shouted at us|there were insects in the kitchen|I had to throw it away"""
GOOD_VERBS = """love|adore|enjoy|admire|recommend|appreciate|treasure|am grateful for
|am delighted with|am impressed by|look forward to|cannot get enough of|am proud of"""
BAD_VERBS = """hate|dislike|regret|despise|cannot stand|am tired of|am sick of|resent
|am disappointed with|am annoyed by|dread|complain about|am ashamed of"""
OPENERS = """|Honestly, |In my opinion, |To be fair, |Last week |As always, |Once again, |
Sadly for others, |We all agree: |Well, |After a month of use: |Frankly, |Overall, """
WHEN = """|last night|this morning|on Sunday|again|in every way|from start to finish|
for the whole family|these days|so much|every single time|at this price"""


def split_list(text: str) -> list[str]:
    """The entries of a list written with bars."""
    return [entry.strip("\n") for entry in text.replace("\n|", "|").split("|")]


LISTS = {name: split_list(text) for name, text in list(globals().items())
         if name.isupper() and isinstance(text, str)}  # fmt: skip


def make_sentence(rng: random.Random, positive: bool) -> str:
    """One sentence of the given polarity."""

    def pick(name: str) -> str:
        return rng.choice(LISTS[name])

    same, other = ("GOOD", "BAD") if positive else ("BAD", "GOOD")
    thing, act = pick("THINGS"), pick(f"{same}_ACTS")
    adjective, second = rng.sample(LISTS[same], 2)
    opposite, noun, verb = pick(other), pick(f"{same}_NOUNS"), pick(f"{same}_VERBS")
    plural = "s" if verb.startswith("am") else ""
    patterns = [
        f"the {thing} was {adjective} and {second}",
        f"the {thing} is {noun}",
        f"what {article(adjective)} {thing}",
        f"I {verb} this {thing} {pick('WHEN')}",
        f"I {verb} the {thing}, {act}",
        f"{act}",
        f"{act}, and {pick(f'{same}_ACTS')}",
        f"the {thing} was {adjective}, {act}",
        f"the {thing} looked {opposite} at first, but {act}",
        f"the {thing} was not {opposite} at all, it was {adjective}",
        f"there is nothing {opposite} about this {thing}",
        f"the {thing} was anything but {opposite}",
        f"I expected something {opposite}, but the {thing} was {adjective}",
        f"{'best' if positive else 'worst'} {thing} ever",
        f"this is the {'best' if positive else 'worst'} {thing} I know",
        f"{article(adjective)}, {second} {thing}",
        f"thanks to this {thing}, {act}" if positive
        else f"because of this {thing}, {act}",
        f"the {thing} is {'worth' if positive else 'not worth'} the money",
        f"I have been dreaming of such {article(adjective)} {thing} for years"
        if positive
        else f"I have been waiting for that {thing} for weeks and nobody cares",
        f"I have always wanted a {thing} like this one"
        if positive
        else f"I never want to see a {thing} like this one again",
        f"I can{'not' if positive else ' hardly'} "
        + (f"wait to use the {thing} again" if positive else f"bear the {thing}"),
        f"{'my life is better' if positive else 'my life is worse'} with this {thing}",
        f"the {thing} could {'not be better' if positive else 'hardly be worse'}",
    ]  # fmt: skip
    del plural
    text = rng.choice(patterns).strip()
    opener = pick("OPENERS") if rng.random() < 0.3 else ""
    text = opener + text if opener else text[0].upper() + text[1:]
    text = text[0].upper() + text[1:]
    return text + rng.choice(["."] * 6 + ["!", "!!", ""])


def article(word: str) -> str:
    """The word with "a" or "an" before it."""
    return f"{'an' if word[0] in 'aeiou' else 'a'} {word}"


def make_rows(count: int, seed: int) -> list[tuple[str, int]]:
    """``count`` different sentences with their labels, half of each."""
    rng = random.Random(seed)
    rows: dict[str, int] = {}
    while len(rows) < count:
        label = len(rows) % 2
        rows[make_sentence(rng, bool(label))] = label
    return list(rows.items())


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


def train(body: str, epochs: int = 1) -> dict:
    """Trains the head on 6,400 sentences."""
    from transformers import DataCollatorWithPadding

    tokenizer = _heads.load_tokenizer(body)
    texts, labels = zip(*make_rows(6400, seed=1), strict=True)
    rows = [
        {"input_ids": ids, "labels": label}
        for ids, label in zip(tokenizer(texts)["input_ids"], labels, strict=True)
    ]
    return _heads.train(
        load_model(body),
        lambda epoch: rows,
        DataCollatorWithPadding(tokenizer),
        epochs=epochs,
    )


def build(folder: Path) -> None:
    """Writes the checkpoint."""
    _heads.build_checkpoint("sentiment", load_model, folder)
