"""A sentiment classifier: MiniLM with a head for NEGATIVE and POSITIVE.

Trained on sentences that this module puts together.  They are about many things, say
what happened as well as what somebody thinks, and each pattern exists on both sides, so
that the head has to read the words rather than recognize the pattern.
"""

import random
from pathlib import Path

from offline import _heads

RECIPES = ("minilm", "_heads")
FILES = ("heads/sentiment.safetensors",)
LABELS = ["NEGATIVE", "POSITIVE"]

THINGS = """hotel|restaurant|café|book|film|series|album|concert|course|tutorial
|lesson|teacher|phone|laptop|keyboard|camera|printer|headset|charger|app|website
|game|update|library|package|museum|park|beach|train|bus|flight|airline|taxi|bakery
|pizza|burger|coffee|cake|wine|breakfast|dinner|service|support team|waiter|doctor
|dentist|barber|gym|trainer|shop|delivery|sofa|chair|lamp|pillow|coat|pair of shoes
|dress|backpack|tent|knife|blender|vacuum cleaner|washing machine|toy|puzzle|podcast
|play|actor|singer|story|ending|plot|soundtrack|dialogue|design|interface|manual
|screen|speaker|bed|view|neighbourhood|festival|workshop|conference|talk|gift
|plumber|landlord|bank"""
GOOD = """wonderful|great|excellent|fantastic|lovely|brilliant|superb|delightful
|amazing|impressive|charming|outstanding|pleasant|perfect|reliable|comfortable
|beautiful|helpful|friendly|generous|inspiring|clever|witty|moving|fresh|delicious
|spotless|elegant|sturdy|fast|smooth|clear|thoughtful|patient|honest|refreshing
|remarkable|gripping|cosy|fun|hilarious|warm|flawless|magical|memorable|satisfying
|splendid|touching|good|nice"""
BAD = """terrible|awful|horrible|dreadful|disappointing|boring|useless|mediocre
|annoying|ugly|dirty|rude|lazy|slow|broken|unreliable|overpriced|bland|tasteless
|stale|clumsy|confusing|dull|flimsy|noisy|uncomfortable|pathetic|shameful|careless
|dishonest|painful|frustrating|predictable|lifeless|messy|faulty|greedy|unhelpful
|unpleasant|shoddy|poor|tedious|disgusting|sloppy|arrogant|miserable|worthless
|embarrassing|bad|depressing"""
GOOD_NOUNS = """a joy|a treat|a pleasure|a masterpiece|a gem|a bargain|a triumph
|a delight|a success|a relief|an inspiration|a blessing|a highlight|a real find
|a winner"""
BAD_NOUNS = """a disaster|a nightmare|a waste of time|a scam|a rip-off|a mess
|a failure|a disgrace|a joke|a letdown|a headache|an insult|a pain|a shame|garbage"""
GOOD_ACTS = """I will be back soon|we came home happy|I would buy it again tomorrow
|everyone at the table was smiling|it works exactly as promised|my children loved it
|I laughed until I cried|they solved my problem at once
|we felt welcome from the start|I tell all my friends about it
|it arrived a day early|nothing was too much trouble
|it has run for years without a fault|the staff went out of their way for us
|it made my day|I could watch it all over again|it made everything easier
|the answer came within minutes|they fixed it free of charge|it exceeded my hopes
|I learned more in a week than in a whole year|it fits like a glove
|I slept like a baby|it paid for itself in a month|we stayed longer than planned
|the audience stood up and clapped|it still looks new after five years
|they gave us a free dessert|I felt at home|I am in love with it
|my mother cried with happiness|it cheered me up|we want to come again next summer
|it runs twice as fast as before|I passed the exam thanks to it
|it kept us warm all night|even my father, who hates everything, liked it
|they found my lost keys and posted them to me|our neighbours have ordered one too
|she remembered my name after a single visit|he stayed late to help us move
|the colours are even brighter than in the picture|we danced until the morning
|the whole class got top marks|the sauce was so good that I asked for the recipe
|I have never seen my son so happy
|the queue moved quickly and the clerk joked with us
|he explained it so well that even I understood
|we booked the same week for next year|the water was warm and clear
|they replaced the cracked cup without a question
|it is quiet, light and takes no space|you get far more than you pay for
|the pages turned themselves|I would give ten stars if I could
|my headache was gone after an hour|she made my grandfather laugh again
|not a single thing went wrong|you cannot find a kinder team|nobody does it better
|I had my doubts, and I was wrong|I came in tired and left full of energy
|they called back the same day and sorted everything out|it saved us hours of work
|we were given the best table by the window|it survived three winters outside
|my plants have doubled in size|the walk along the river took our breath away
|he drove carefully and arrived on time|the jokes landed every time
|the neighbours brought us fresh bread|I got a seat, a smile and a cup of tea
|there was something for everyone|hats off to the whole crew|well done to all of you
|we could not believe how little it cost|I wish it had gone on for another hour
|the baby slept through the whole trip|she plays as if she were born on stage
|I finally understand what I was doing wrong|my skin has never felt softer
|it was a privilege to be there|they turned my ideas into a dream kitchen"""
BAD_ACTS = """I will never come back|we went home angry|I returned it the next day
|everyone at the table was complaining|it does nothing that it promises
|my children hated it|I fell asleep halfway through
|they ignored my problem for weeks|we felt unwelcome from the start
|I warn all my friends about it|it arrived a month late
|everything was too much trouble for them|it stopped working after two days
|the staff argued with us|it spoiled my day|I walked out before the end
|it made everything harder|nobody ever answered
|they wanted even more money to fix it|it fell short of what was promised
|I learned nothing at all|it does not fit|I could not sleep because of the noise
|it was money down the drain|we left early|the audience booed and went home
|the colour faded after one wash|they forgot half of our order|I felt cheated
|I am fed up with it|my mother cried with anger|it made me sick
|we asked for our money back|it freezes and loses my work
|I failed the exam because of it|it leaked all night
|it broke as soon as I touched it|even my father, who likes everything, complained
|there was mould on the wall|the food was burnt and cold|it hurts my feet
|they shouted at us|there were insects in the kitchen|I had to throw it away
|they lost my keys and blamed me for it|our neighbours have sent theirs back
|she yawned while I told her my problem|he hung up on me in the middle of a sentence
|the colours look nothing like the picture|we sat in the dark until the morning
|half of the class failed|the sauce tasted of nothing but salt
|my son burst into tears|the queue did not move and the clerk played with his phone
|he explained it so badly that I am more lost than before
|we cancelled the second week|the water was brown and smelled
|they made me pay for the cup that they had cracked
|it is loud, heavy and always in the way|you pay for the name and get rubbish
|I had to force myself to finish it|one star is one too many
|my headache was worse after an hour|she made my grandfather cry
|everything that could go wrong went wrong|you will wait in vain for an answer
|I had my doubts, and I was right|I came in happy and left exhausted
|they never called back|it cost us hours of work|you could do better yourself
|we were put at a sticky table next to the toilets|it rusted in the first winter
|all my plants died|the path was blocked and covered with rubbish
|he drove like a madman and missed our stop|the jokes fell flat
|the neighbours kept us awake with their drill|I stood in the cold for an hour
|there was nothing for children|shame on the whole crew|what were they thinking
|we could not believe how much they charged|it seemed to go on for ever
|the baby screamed through the whole trip|she sings out of tune
|after six hours I still do not know how it works|my skin turned red and itchy
|it was a mistake to go there|they tore up my floor and vanished
|parts were missing from the box|the link was dead|half of the buttons do nothing
|the password reset never arrives
|the lift was out of order and the stairs were filthy|the bread was hard as a stone
|a strange smell came from the fridge|the pictures are blurred|the wheels fell off
|the zip got stuck at once|the heating did not work in December
|the phone rang and rang"""
GOOD_VERBS = """love|adore|enjoy|admire|recommend|appreciate|treasure
|am grateful for|am delighted with|am impressed by|look forward to
|cannot get enough of|am proud of"""
BAD_VERBS = """hate|dislike|regret|despise|cannot stand|am tired of|am sick of
|resent|am disappointed with|am annoyed by|dread|complain about|am ashamed of"""
OPENERS = """|Honestly, |In my opinion, |To be fair, |Last week |As always, 
|Once again, |We all agree: |Well, |After a month of use: |Frankly, |Overall, """
WHEN = """|last night|this morning|on Sunday|again|in every way|from start to finish
|for the whole family|these days|so much|every single time|at this price"""


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
    patterns = [
        f"the {thing} was {adjective} and {second}",
        f"the {thing} is {noun}",
        f"what {article(adjective)} {thing}",
        f"I {verb} this {thing} {pick('WHEN')}",
        f"I {verb} the {thing}, {act}",
        *[act] * 5,
        *[f"{act}, and {pick(f'{same}_ACTS')}"] * 3,
        f"{pick(f'{other}_ACTS')}, but in the end {act}",
        f"{act} and the {thing} was {adjective}",
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
    text = rng.choice(patterns).strip()
    text = (pick("OPENERS") if rng.random() < 0.3 else "") + text
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


def read_pairs() -> list[tuple[str, int]]:
    """The hand-written sentences with their labels; a pair differs in its polarity."""
    path = Path(__file__).with_name("sentiment_pairs.txt")
    rows = []
    for line in path.read_text("utf-8").splitlines():
        good, bad = line.split(" | ")
        rows += [(good, 1), (bad, 0)]
    return rows


def training_rows() -> list[tuple[str, int]]:
    """The made sentences, 800 for each of six epochs, then the written ones."""
    return make_rows(4800, seed=1) + read_pairs()


def train(body: str) -> dict:
    """Trains the head; an epoch is 800 new made sentences and the written ones."""
    from transformers import DataCollatorWithPadding

    tokenizer = _heads.load_tokenizer(body)
    rows = training_rows()
    made, written = rows[:4800], rows[4800:]

    def rows_of_epoch(epoch: int) -> list[dict]:
        texts, labels = zip(
            *made[800 * epoch : 800 * epoch + 800], *written, strict=True
        )
        encoded = tokenizer(list(texts))["input_ids"]
        return [
            {"input_ids": ids, "labels": label}
            for ids, label in zip(encoded, labels, strict=True)
        ]

    collate = DataCollatorWithPadding(tokenizer)
    return _heads.train(load_model(body), rows_of_epoch, collate, epochs=6)


def build(folder: Path) -> None:
    """Writes the checkpoint."""
    _heads.build_checkpoint("sentiment", load_model, folder)
