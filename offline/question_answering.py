"""A question-answering head: MiniLM with start and end logits for each token.

Trained on made contexts of one to four statements.  Each statement comes from a frame
with slots, and each frame knows the questions that its slots answer; the other
statements, often from the same frame with other values, are there to be passed over.
"""

import random
import re
from pathlib import Path

from offline import _heads
from offline.named_entities import COMPANIES, FIRST, LAST, list_places, split_bars

RECIPES = ("minilm", "_heads", "named_entities")
FILES = ("heads/question_answering.safetensors",)

SLOTS = {
    "JOB": """teacher|baker|pilot|lawyer|carpenter|painter|driver|chemist|judge
|singer|cook|plumber|librarian|farmer|engineer|gardener|reporter|tailor|dentist
|waiter""",
    "THING": """book|bicycle|lamp|guitar|camera|watch|sofa|coat|clock|ladder
|telescope|ring|suitcase|typewriter|kettle|kite|drum|carpet|chair|phone|map|mirror
|tent|hat|boat""",
    "FOOD": """bread|pasta|tomato soup|apple pie|pancakes|rice|fish|cheese|salad
|pizza|an egg|a chocolate cake|roast beef|plum jam|potatoes|noodles""",
    "COLOUR": """red|blue|yellow|white|black|brown|grey|purple|orange|pink|golden
|silver""",
    "NUM": """two|three|four|five|seven|eight|ten|eleven|thirteen|sixteen|twenty
|thirty|forty-two|sixty|a hundred|250|12|36|1,200|five thousand""",
    "MONEY": """ten dollars|three pounds|two euros|fifty cents|$300|€25|ninety euros
|a fortune""",
    "TIME": """at seven|at noon|at half past nine|at midnight|on Monday|on Wednesday
|on Saturday|in April|in January|in August|in winter|last summer|after lunch
|before dawn|in the evening|on the first of May|next week|every Tuesday|in 1912
|in 2004|in 1765|in 1989|in 1538""",
    "SPOT": """in the kitchen|on the shelf|under the bed|behind the church
|next to the bank|in the old harbour|at the market|in the cellar|on the roof
|by the lake|in a small village|in the park|near the border|on the third floor
|in her office|at the corner shop|in the attic""",
    "WHY": """because the road was icy|because she was tired
|because he had lost his key|because it was too loud|because of the strike
|because of the heat|because they were hungry|due to a storm|because nobody had paid
|because the roof leaked""",
    "SUBJECT": """mathematics|history|French|chemistry|law|medicine|economics|music
|geography|philosophy|computer science|Latin|art|engineering|botany""",
    "GAME": """chess|tennis|football|cards|the piano|the flute|golf|the cello|hockey
|the trumpet""",
    "BUILDING": """library|theatre|tower|palace|hospital|town hall|cathedral|school
|lighthouse|windmill|swimming pool|station|chapel|opera house|factory|hotel|pharmacy
|post office""",
    "GROUP": """a French engineer|three brothers|an old sailor|the city council
|a rich widow|two monks|a young doctor|the king|her neighbour|a group of students
|my aunt|the new teacher""",
}  # fmt: skip
# Firms with names that are common words.
MOODS = (
    "Blue Green Sunny Open Running Talking Dancing Golden Quiet Flying Laughing Silver"
)
CREATURES = (
    "Whale Door Side Sky Wolf Trees Bear Gate Hands Pony Stone Moon Elephant Cloud"
)
# A statement, then its questions with the slot that answers each.
FRAMES = """
{NAME1} is a {JOB1} in {PLACE1}. # What does {NAME1} do? JOB1 # Where does {NAME1} work? PLACE1 # Who is a {JOB1}? NAME1
{NAME1} lives in {PLACE1}. # Where does {NAME1} live? PLACE1 # Who lives in {PLACE1}? NAME1 # In which town does {NAME1} live? PLACE1
{NAME1} works as a {JOB1} at {FIRM1}. # Where does {NAME1} work? FIRM1 # What is {NAME1}'s job? JOB1 # Which company does {NAME1} work for? FIRM1 # Who works at {FIRM1}? NAME1
I work at {FIRM1} in {PLACE1}. # Where do I work? FIRM1 # In which city do I work? PLACE1 # Which company do I work for? FIRM1
My name is {NAME1} and I live in {PLACE1}. # What is my name? NAME1 # Where do I live? PLACE1
I am called {NAME1} and I have worked for {FIRM1} since last year. # Who do I work for? FIRM1 # What am I called? NAME1 # Where do I work? FIRM1
My {THING1} is {COLOUR1}, and it stands {SPOT1}. # What colour is my {THING1}? COLOUR1 # Where is my {THING1}? SPOT1
{NAME1} sold the {THING1} to {NAME2} for {MONEY1}. # Who sold the {THING1}? NAME1 # Who bought the {THING1}? NAME2 # How much did the {THING1} cost? MONEY1 # What did {NAME1} sell? the {THING1}
{NAME1} gave {NAME2} a {COLOUR1} {THING1}. # Who gave {NAME2} a {THING1}? NAME1 # Who got the {THING1}? NAME2 # What did {NAME1} give {NAME2}? a {COLOUR1} {THING1} # What colour is the {THING1}? COLOUR1
The {BUILDING1} was built {TIME1} by {GROUP1}. # When was the {BUILDING1} built? TIME1 # Who built the {BUILDING1}? GROUP1 # What did {GROUP1} build? the {BUILDING1}
The {BUILDING1} has {NUM1} rooms and {NUM2} windows. # How many rooms does the {BUILDING1} have? NUM1 # How many windows does the {BUILDING1} have? NUM2
The {BUILDING1} in {PLACE1} opens {TIME1}. # When does the {BUILDING1} open? TIME1 # Where is the {BUILDING1}? PLACE1 # What opens {TIME1}? the {BUILDING1}
The {BUILDING1} closes {TIME1} {WHY1}. # When does the {BUILDING1} close? TIME1 # Why does the {BUILDING1} close? WHY1
The {THING1} is {SPOT1}. # Where is the {THING1}? SPOT1 # What is {SPOT1}? the {THING1} # Where can I find the {THING1}? SPOT1
{NAME1} found the {THING1} {SPOT1} {TIME1}. # Who found the {THING1}? NAME1 # What did {NAME1} find? the {THING1} # Where was the {THING1}? SPOT1 # When did {NAME1} find the {THING1}? TIME1
{NAME1} cooked {FOOD1} for {NAME2}. # What did {NAME1} cook? FOOD1 # Who cooked {FOOD1}? NAME1 # Who did {NAME1} cook for? NAME2
{NAME1} studied {SUBJECT1} in {PLACE1}. # What did {NAME1} study? SUBJECT1 # Where did {NAME1} study? PLACE1 # Who studied {SUBJECT1}? NAME1 # Which subject did {NAME1} study? SUBJECT1
{NAME1} teaches {SUBJECT1} and {NAME2} teaches {SUBJECT2}. # What does {NAME1} teach? SUBJECT1 # What does {NAME2} teach? SUBJECT2 # Who teaches {SUBJECT1}? NAME1 # Who teaches {SUBJECT2}? NAME2
{NAME1} plays {GAME1}, but {NAME2} plays {GAME2}. # What does {NAME1} play? GAME1 # What does {NAME2} play? GAME2 # Who plays {GAME1}? NAME1 # Who plays {GAME2}? NAME2
{NAME1} stayed at home {WHY1}. # Why did {NAME1} stay at home? WHY1 # Who stayed at home? NAME1 # Where did {NAME1} stay? at home
The match was cancelled {WHY1}. # Why was the match cancelled? WHY1 # What was cancelled? The match
{NAME1} was born {TIME1} in {PLACE1}. # When was {NAME1} born? TIME1 # Where was {NAME1} born? PLACE1 # Who was born in {PLACE1}? NAME1
{NAME1} and {NAME2} met {TIME1} {SPOT1}. # When did {NAME1} and {NAME2} meet? TIME1 # Where did they meet? SPOT1 # Who did {NAME1} meet? NAME2
The train to {PLACE1} leaves {TIME1} and costs {MONEY1}. # When does the train to {PLACE1} leave? TIME1 # How much is the train to {PLACE1}? MONEY1 # Where does the train go? PLACE1 # What leaves {TIME1}? The train to {PLACE1}
The {THING1} costs {MONEY1} and the {THING2} costs {MONEY2}. # How much is the {THING1}? MONEY1 # How much is the {THING2}? MONEY2 # What costs {MONEY1}? the {THING1} # What is the price of the {THING2}? MONEY2
{NAME1}'s {THING1} is {COLOUR1} and {NAME2}'s is {COLOUR2}. # What colour is {NAME1}'s {THING1}? COLOUR1 # What colour is {NAME2}'s {THING1}? COLOUR2 # Whose {THING1} is {COLOUR1}? NAME1
{NAME1} moved from {PLACE1} to {PLACE2} {TIME1}. # Where did {NAME1} move to? PLACE2 # Where did {NAME1} come from? PLACE1 # When did {NAME1} move? TIME1
{NAME1} wrote the book {TIME1}, and {NAME2} translated it. # Who wrote the book? NAME1 # Who translated the book? NAME2 # When was the book written? TIME1
The {THING1} was invented by {NAME1} {TIME1}. # Who invented the {THING1}? NAME1 # When was the {THING1} invented? TIME1 # What did {NAME1} invent? The {THING1}
{PLACE1} is the capital of {PLACE2}. # What is the capital of {PLACE2}? PLACE1 # Which country has {PLACE1} as its capital? PLACE2
{NAME1} has {NUM1} cats and {NUM2} dogs. # How many cats does {NAME1} have? NUM1 # How many dogs does {NAME1} have? NUM2 # Who has {NUM1} cats? NAME1
My cousin is called {NAME1} and my aunt is called {NAME2}. # What is my cousin called? NAME1 # What is my aunt called? NAME2 # What is the name of my aunt? NAME2
The {COLOUR1} bag contains the {THING1} and the {COLOUR2} bag contains the {THING2}. # What does the {COLOUR1} bag contain? the {THING1} # What is in the {COLOUR2} bag? the {THING2} # Which bag contains the {THING1}? the {COLOUR1} bag
The shop was opened in {PLACE1} by {GROUP1}. # Who opened the shop? GROUP1 # Where was the shop opened? PLACE1 # In which town is the shop? PLACE1
{NAME1} borrowed a {THING1} from {GROUP1}. # Who borrowed a {THING1}? NAME1 # Who did {NAME1} borrow the {THING1} from? GROUP1 # What did {NAME1} borrow? a {THING1}
{TIME1}, {NAME1} called {GROUP1}. # Who did {NAME1} call? GROUP1 # When did {NAME1} call? TIME1 # Who called {GROUP1}? NAME1
The mountain is {NUM1} metres high and lies near {PLACE1}. # How high is the mountain? {NUM1} metres # Where is the mountain? near {PLACE1}
The picnic is {SPOT1}. # Where is the picnic? SPOT1 # What takes place {SPOT1}? The picnic
The ferry goes every {NUM1} minutes {SPOT1}. # How often does the ferry go? every {NUM1} minutes # Where does the ferry go? SPOT1
{NAME1} finished first, {NAME2} finished second and {NAME3} finished last. # Who finished first? NAME1 # Who finished second? NAME2 # Who finished last? NAME3 # Who was the winner? NAME1
The {BUILDING1} opens {TIME1} and closes {TIME2}. # When does the {BUILDING1} open? TIME1 # When does the {BUILDING1} close? TIME2
The {BUILDING1} in {PLACE1} opens {TIME1} and shuts {TIME2}. # When does the {BUILDING1} open? TIME1 # When does the {BUILDING1} shut? TIME2 # Where is the {BUILDING1}? PLACE1
{NAME1} works in {PLACE1}, while {NAME2} works in {PLACE2}. # Where does {NAME1} work? PLACE1 # Where does {NAME2} work? PLACE2 # Who works in {PLACE2}? NAME2 # Who works in {PLACE1}? NAME1
{NAME1} lives in {PLACE1}, but her brother lives in {PLACE2}. # Where does {NAME1} live? PLACE1 # Where does {NAME1}'s brother live? PLACE2
{NAME1} sent a {THING1} to {NAME2} {WHY1}. # Who sent the {THING1}? NAME1 # Who received the {THING1}? NAME2 # Why did {NAME1} send a {THING1}? WHY1 # What did {NAME1} send? a {THING1}
The hill is {NUM1} metres high and was first painted by {NAME1}. # Who first painted the hill? NAME1 # How high is the hill? {NUM1} metres
The {THING1} is in the {COLOUR1} box {SPOT1}. # What colour is the box? COLOUR1 # Where is the {THING1}? the {COLOUR1} box {SPOT1}
The boat from {PLACE1} leaves from pier {NUM1}. # Which pier does the boat leave from? pier {NUM1} # Where does the boat come from? PLACE1
I live in {PLACE1} and I work at {FIRM1}. # Where do I live? PLACE1 # Where do I work? FIRM1 # Which company do I work at? FIRM1
{NAME1} works at {FIRM1} in {PLACE1}. # Where does {NAME1} work? FIRM1 # In which town does {NAME1} work? PLACE1 # Which company does {NAME1} work at? FIRM1 # Who works at {FIRM1}? NAME1
{NAME1} made {FOOD1} for the {BUILDING1}. # What did {NAME1} make? FOOD1 # Who made {FOOD1}? NAME1
The plane was lost near {PLACE1} {TIME1}. # Where was the plane lost? PLACE1 # When was the plane lost? TIME1
You may keep a {THING1} for {NUM1} days. # How long may you keep a {THING1}? {NUM1} days # What may you keep for {NUM1} days? a {THING1} # How many days may you keep a {THING1}? NUM1
"""  # noqa: E501


def make_statement(rng: random.Random, frame: str, places: list[str]) -> tuple:
    """A statement and its ``(question, answer)`` pairs."""
    values: dict[str, str] = {}
    for slot in dict.fromkeys(re.findall(r"\{(\w+)\}", frame)):
        kind = slot[:-1]
        while slot not in values or list(values.values()).count(values[slot]) > 1:
            if kind == "NAME":
                first, last = rng.choice(FIRST.split()), rng.choice(LAST.split())
                values[slot] = rng.choice([first, first, f"{first} {last}"])
            elif kind == "PLACE":
                values[slot] = rng.choice(places)
            elif kind == "FIRM":
                last, known = rng.choice(LAST.split()), split_bars(COMPANIES)
                end = rng.choice(["Bank", "Motors", "and Sons", "Media", "Foods"])
                pair = f"{rng.choice(MOODS.split())} {rng.choice(CREATURES.split())}"
                firm = rng.choice([f"{last} {end}", last, pair, rng.choice(known)])
                values[slot] = firm
            else:
                values[slot] = rng.choice(split_bars(SLOTS[kind]))
    statement, *questions = frame.split(" # ")
    pairs = []
    for question in questions:
        ask, answer = question.split("? ")
        answer = values.get(answer, answer.format_map(values))
        # a preposition belongs to the question, not to the answer
        answer = re.sub(r"^(at|on|in) (?=[\dA-Z]|noon|mid|sev|half)", "", answer)
        answer = re.sub(r"^(in|at) (?=the|a |her)", "", answer)
        pairs.append((ask.format_map(values) + "?", answer))
    statement = statement.format_map(values)
    return statement[0].upper() + statement[1:], pairs


def keyed(frame: str) -> bool:
    """Whether each question names its statement, so that two can stand together."""
    return all("{" in question for question in frame.split(" # ")[1:])


def make_row(rng: random.Random, places: list[str]) -> dict | None:
    """A ``context``, a ``question``, its ``answer`` and where that ``start``s."""
    frames = FRAMES.strip().splitlines()
    chosen = rng.sample(frames, rng.choice([1, 1, 2, 3]))
    if rng.random() < 0.3 and keyed(chosen[0]):
        chosen.append(chosen[0])
    made = [make_statement(rng, frame, places) for frame in chosen]
    question, answer = rng.choice(made[0][1])
    rng.shuffle(made)
    context = " ".join(statement for statement, _ in made)
    if rng.random() < 0.3:
        context = re.sub(r"\. The ", ", and the ", context, count=1)
    start = context.lower().find(answer.lower())
    if start < 0 or context.lower().count(answer.lower()) > 1:
        return None
    return {"context": context, "question": question, "answer": answer, "start": start}


def make_rows(count: int, seed: int) -> list[dict]:
    """``count`` rows whose answer stands once in the context."""
    rng, places, rows = random.Random(seed), list_places(), []
    while len(rows) < count:
        row = make_row(rng, places)
        if row:
            rows.append(row)
    return rows


def load_model(body: str):
    """MiniLM with a new, untrained span head."""
    import torch
    from transformers import BertForQuestionAnswering

    torch.manual_seed(0)
    return BertForQuestionAnswering.from_pretrained(body)


def training_rows() -> list[dict]:
    """16,000 questions."""
    return make_rows(16000, seed=1)


def train(body: str) -> dict:
    """Trains the head, one pass."""
    import torch
    from transformers import DataCollatorWithPadding

    tokenizer = _heads.load_tokenizer(body)
    rows = []
    for row in training_rows():
        encoded = tokenizer(
            row["question"], row["context"], return_offsets_mapping=True
        )
        end = row["start"] + len(row["answer"])
        inside = [
            index
            for index, (span, part) in enumerate(
                zip(encoded.pop("offset_mapping"), encoded.sequence_ids(), strict=True)
            )
            if part == 1 and span[0] >= row["start"] and span[1] <= end
        ]
        rows.append(
            {**encoded, "start_positions": inside[0], "end_positions": inside[-1]}
        )
    pad = DataCollatorWithPadding(tokenizer)

    def collate(rows: list[dict]) -> dict:
        names = ("start_positions", "end_positions")
        batch = pad([{k: v for k, v in r.items() if k not in names} for r in rows])
        spans = {name: torch.tensor([row[name] for row in rows]) for name in names}
        return {**batch, **spans}

    return _heads.train(load_model(body), lambda epoch: rows, collate, epochs=1)


def build(folder: Path) -> None:
    """Writes the checkpoint."""
    _heads.build_checkpoint("question_answering", load_model, folder)
