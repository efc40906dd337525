"""English phrases of the product reviews; see ``offline.reviews`` for the grammar.

An aspect has praise and complaints.  Each is a noun phrase for the title, and the
sentences by which a reviewer says the same at length in the body.
"""

BOOK_KINDS = (
    "novel",
    "crime novel",
    "thriller",
    "memoir",
    "fantasy novel",
    "love story",
    "family saga",
    "ghost story",
    "biography",
    "historical novel",
    "spy novel",
    "travel book",
    "children's book",
    "short novel",
)

BOOK_ASPECTS = {
    "plot": {
        "good": [
            (
                "a gripping plot",
                "the plot took hold of me in the second chapter and never let go",
                "I was gripped by the plot until the very last page",
            ),
            (
                "clever twists",
                "I did not guess a single one of the twists, and each is clever",
                "the twists are clever and every one of them is earned",
            ),
            (
                "an original story",
                "I have never come across a story like this one",
                "nothing in the story felt borrowed, it is entirely original",
            ),
        ],
        "bad": [
            (
                "a predictable plot",
                "I could see every turn of the plot coming",
                "after fifty pages I could predict the rest of the plot",
            ),
            (
                "a confusing story",
                "I lost track of the story and had to keep turning back",
                "the story jumps about so much that it left me confused",
            ),
            (
                "too many coincidences",
                "everything hangs on coincidences that nobody would believe",
                "one coincidence follows another until it becomes silly",
            ),
        ],
    },
    "characters": {
        "good": [
            (
                "believable characters",
                "the characters behave like people I know, and I believed in them",
                "I would recognise the characters in the street, they are so real",
            ),
            (
                "a memorable heroine",
                "the heroine has stayed in my mind ever since",
                "I will not forget the heroine in a hurry",
            ),
            (
                "a charming narrator",
                "the narrator won me over with charm alone",
                "I could listen to this charming narrator for another thousand pages",
            ),
        ],
        "bad": [
            (
                "flat characters",
                "the characters are as flat as the paper they are printed on",
                "I could not tell the characters apart, they have no depth",
            ),
            (
                "an unlikeable hero",
                "the hero is so selfish that I stopped caring about him",
                "I disliked the hero from his first word to his last",
            ),
            (
                "too many names",
                "there are so many names that I had to keep a list",
                "thirty names in the first chapter are too many for me",
            ),
        ],
    },
    "writing": {
        "good": [
            (
                "beautiful writing",
                "the writing is so beautiful that I read some lines twice",
                "I underlined half of it because the writing is a joy",
            ),
            (
                "sharp dialogue",
                "the dialogue is sharp and sounds like real talk",
                "nobody wastes a word, and the dialogue cuts like a knife",
            ),
            (
                "clear explanations",
                "even the hard parts are explained so clearly that I followed them",
                "the explanations are clear, which I cannot say of other books",
            ),
        ],
        "bad": [
            (
                "clumsy writing",
                "the writing is clumsy and made me wince",
                "I tripped over the clumsy writing on every page",
            ),
            (
                "stiff dialogue",
                "nobody talks like that, and the dialogue is stiff as a board",
                "the dialogue sounds like two robots reading a manual",
            ),
            (
                "endless repetition",
                "the same thing is said over and over, it is endless",
                "every idea is repeated until I wanted to scream",
            ),
        ],
    },
    "ending": {
        "good": [
            (
                "a satisfying ending",
                "the ending ties everything together and left me content",
                "I closed it with a smile because the ending satisfies",
            ),
            (
                "a surprising ending",
                "the ending took me completely by surprise",
                "I gasped at the ending, which I had not expected at all",
            ),
        ],
        "bad": [
            (
                "a rushed ending",
                "the ending is over in three pages, as if someone were in a rush",
                "everything is wrapped up in a hurry, so the ending feels rushed",
            ),
            (
                "a weak ending",
                "the ending is weak and left me shrugging",
                "after such a long build-up the ending falls apart",
            ),
        ],
    },
    "pace": {
        "good": [
            (
                "a brisk pace",
                "the pace is brisk and there is not a dull moment",
                "it moves along at such a pace that I finished it in one go",
            ),
        ],
        "bad": [
            (
                "a slow start",
                "it takes a hundred pages before anything happens",
                "the start is slow and I almost gave up",
            ),
            (
                "a dragging middle",
                "the middle drags and could have lost a few chapters",
                "I got stuck halfway because the middle goes nowhere",
            ),
        ],
    },
    "setting": {
        "good": [
            (
                "a vivid setting",
                "the setting is so vivid that I could smell the sea",
                "I felt that I was walking those streets, the setting is so alive",
            ),
            (
                "careful research",
                "the research is careful and shows in every detail",
                "someone spent years on the research, and it was worth it",
            ),
        ],
        "bad": [
            (
                "wrong historical details",
                "the historical details are wrong and it spoiled the mood",
                "I am no expert, but even I saw that the details are wrong",
            ),
        ],
    },
}

PAPER_ASPECTS = {
    "object": {
        "good": [
            (
                "gorgeous illustrations",
                "the illustrations are gorgeous and deserve a frame",
                "I keep going back to look at the gorgeous illustrations",
            ),
            (
                "a sturdy binding",
                "the binding is sturdy and has survived two small children",
                "it lies open without breaking, the binding is that sturdy",
            ),
            (
                "large clear print",
                "the print is large and clear, so I can leave my glasses off",
                "my eyes are poor, and the large print is a blessing",
            ),
        ],
        "bad": [
            (
                "tiny print",
                "the print is so tiny that I need a magnifying glass",
                "I got a headache from the tiny print",
            ),
            (
                "pages falling out",
                "the pages started falling out within a week",
                "I am left with a pile of loose pages that keep falling out",
            ),
            (
                "a damaged cover",
                "the cover arrived damaged and bent at the corners",
                "my copy came with a torn cover, damaged before it left the shop",
            ),
        ],
    },
}

EBOOK_ASPECTS = {
    "file": {
        "good": [
            (
                "a clean layout",
                "the layout is clean and easy to read on a small screen",
                "everything sits where it should, with a clean layout",
            ),
            (
                "handy linked notes",
                "the notes are linked, one tap and you are back, which is handy",
                "I love that the notes are linked and so handy to reach",
            ),
        ],
        "bad": [
            (
                "broken formatting",
                "the formatting is broken and lines stop in mid-sentence",
                "paragraphs run into each other because the formatting is broken",
            ),
            (
                "typos everywhere",
                "I counted nine typos in one chapter, they are everywhere",
                "there are typos on every screen",
            ),
            (
                "maps too small to read",
                "the maps are too small to read on any screen that I own",
                "I could not enlarge the maps, and they are too small to read",
            ),
        ],
    },
}

TOPICS = (
    "two sisters in wartime",
    "a village schoolteacher",
    "life on a fishing boat",
    "a stolen painting",
    "growing up by the sea",
    "a doctor in the mountains",
    "an old lighthouse",
    "three friends and a secret",
    "a family bakery",
    "the first women pilots",
    "a lost city",
    "a girl and her horse",
    "the last days of a king",
    "a murder on a train",
    "friendship and old age",
    "a house with no doors",
    "a winter in the forest",
    "leaving home for good",
    "a cook and a spy",
    "the history of salt",
    "a missing child",
    "love after loss",
    "a long walk north",
    "an island without people",
    "a piano teacher",
    "the end of a marriage",
    "a town under water",
    "brothers at war",
    "a clever thief",
    "the life of bees",
)

MOODS = {
    "good": [
        ("moving", "it moved me to tears more than once", "I was deeply moved by it"),
        ("funny", "it made me laugh out loud on the bus", "I have not laughed so much"),
        ("chilling", "it chilled me to the bone", "I slept with the light on"),
        ("gentle", "it is as gentle as a warm bath", "it is kind and gentle"),
        (
            "thoughtful",
            "it gave me a great deal to think about",
            "I am still thinking about it weeks later",
        ),
    ],
    "bad": [
        ("dull", "it is so dull that I fell asleep twice", "I was bored throughout"),
        ("gloomy", "it is gloomy from end to end", "I felt gloomy for days"),
        (
            "shallow",
            "it never goes below the surface",
            "there is nothing under the surface, it is shallow",
        ),
    ],
}

BOOK_AUDIENCES = (
    "long train journeys",
    "young readers",
    "rainy weekends",
    "fans of slow mysteries",
    "anyone who loves history",
    "reluctant readers",
    "language learners",
    "a day at the beach",
    "bedtime reading",
    "readers who like puzzles",
    "new parents",
    "keen gardeners",
    "lovers of short chapters",
    "history students",
    "a book group",
    "people with little time",
)

RECOMMENDATIONS = {
    "good": [
        ("highly recommended", "I recommend it highly to everyone I meet"),
        ("worth every penny", "it was worth every penny that I paid"),
        ("would buy again", "I would buy it again without thinking"),
    ],
    "bad": [
        ("not recommended", "I cannot recommend it to anyone"),
        ("waste of money", "it was a waste of my money"),
        ("sent it back", "I sent it back the same day"),
    ],
}

BOOK_OPENERS = (
    "I bought this {kind} for a long journey in {month}.",
    "A colleague lent me this {kind} and told me nothing about it.",
    "This {kind} was the choice of our reading group in {month}.",
    "I ordered the U.S. edition of this {kind} because it was in stock.",
    "My {relative} gave me this {kind} for my birthday.",
    "I had been waiting for this {kind} since {month}.",
    "I found this {kind} on a list of the best books of the year.",
    "I do not often read a {kind}, so take this with a pinch of salt.",
    "I picked up this {kind} on a {day} with nothing else to do.",
    "The shop sent me this {kind} instead of the one that I had ordered.",
    "My {relative} and I read this {kind} at the same time.",
    "I have read every {kind} that I could find since {month}.",
    "This {kind} had been on my shelf for {number} years.",
    "Someone left this {kind} behind in {place}.",
)

BOOK_FILLERS = (
    "It has about {pages} pages and {number} parts.",
    "I read it in {number} evenings, mostly in {place}.",
    "Each chapter opens with a date, e.g. 12 May 1931.",
    "I had read vol. 2 first by mistake.",
    "The cover shows {picture}.",
    "It is a {kind} about {topic}.",
    "It is set in a place rather like the town where my {relative} lives.",
    "Usually I read on {day} nights.",
    "My {relative} has borrowed it now.",
    "I read the first pages aloud to my {relative} in {place}.",
    "The author has written {number} others, it seems.",
    "There is a short foreword by somebody called Dr. Brown.",
    "On the back they compare it with a film from the U.S. that I never saw.",
    "I took it with me to {place} in {month}.",
    "My {relative} asked me what it was about...",
    "Do I read too much?",
    "What was I expecting when I ordered it?",
    "I had a cold that week, so there was time to read!",
    "The hardback was out of stock, so I took what there was.",
    "It says approx. {pages} pages on the website.",
    "There is a list of names on p. {page}.",
)

PRODUCT_OPENERS = (
    "I bought this {kind} in {month} to replace an old one.",
    "My {relative} asked me for a {kind} like this one.",
    "I ordered this {kind} on a {day} and it came two days later.",
    "This is the {kind} that we keep in {place}.",
    "I needed a {kind} for {place} and had little time to compare.",
    "We have had this {kind} since {month}.",
    "The first {kind} that I ordered never arrived, this is the second.",
    "My {relative} has the same {kind} and told me to try it.",
    "I looked at {number} others before I chose this {kind}.",
)

FILLERS = (
    "It came in a plain box with {number} labels on it.",
    "The parcel was left with my {relative}.",
    "Delivery took {number} days, which is neither here nor there.",
    "I paid for it with a gift card from my {relative}.",
    "I have used it in {place} since {month}.",
    "The one in the photo looks a little different.",
    "I used to have one from another brand, approx. {number} years old.",
    "My {relative} was there when I opened the box.",
    "The seller is in the U.S. and wrote to me on a {day}.",
    "It was a present for my {relative}.",
    "I waited a while before writing this...",
    "Who reads the small print anyway?",
    "I was at home on a {day}, for once!",
    "There is a sticker on it that says no. {page}.",
    "I have no connection with the shop.",
    "The order came together with some socks, pens, etc. for my {relative}.",
)

LEADS = ("", "", "", "All in all, ", "Most of all, ", "To be honest, ", "For me, ")
CONTRASTS = ("However, ", "On the other hand, ", "At the same time, ", "Then again, ")
ADDITIONS = ("And ", "Besides, ", "On top of that, ", "Also, ")

MONTHS = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)
DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
RELATIVES = (
    "sister",
    "brother",
    "mother",
    "father",
    "neighbour",
    "cousin",
    "daughter",
    "son",
    "aunt",
    "uncle",
    "grandmother",
    "flatmate",
)
PLACES = (
    "the kitchen",
    "the garden",
    "the office",
    "a hotel room",
    "the attic",
    "the waiting room",
    "the caravan",
    "our holiday flat",
    "the garage",
    "the spare room",
)
NUMBERS = ("two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")
PICTURES = (
    "a red door",
    "a boat at night",
    "two hands",
    "an empty road",
    "a yellow bird",
    "a staircase",
    "an open window",
)
SHORT_TITLES = ("Five stars", "Loved it", "Disappointing", "Not bad", "Great", "Meh")

ASPECTS = {
    "material": {
        "good": [
            (
                "a solid material",
                "the material is solid and feels as if it will last",
                "I dropped it twice and the material is solid enough to take it",
            ),
        ],
        "bad": [
            (
                "cheap plastic",
                "it is made of cheap plastic that bends in the hand",
                "the plastic is cheap and has already cracked",
            ),
        ],
    },
    "size": {
        "good": [
            (
                "a handy size",
                "the size is handy and it fits in any drawer",
                "it takes up no room at all, such a handy size",
            ),
        ],
        "bad": [
            (
                "a tiny size",
                "the size is tiny and useless for what I wanted",
                "the photo misleads about the size, in truth it is tiny",
            ),
        ],
    },
    "battery": {
        "good": [
            (
                "a lasting battery",
                "the battery lasts all week on one charge",
                "I charge it once a week, the battery is lasting",
            ),
        ],
        "bad": [
            (
                "a poor battery",
                "the battery is flat by noon",
                "I have to charge it twice a day, the battery is poor",
            ),
        ],
    },
    "sound": {
        "good": [
            (
                "a rich sound",
                "the sound is rich and fills the whole room",
                "I hear new things in old songs, so rich is the sound",
            ),
        ],
        "bad": [
            (
                "a tinny sound",
                "the sound is tinny, like a radio in a bucket",
                "voices sound thin and tinny",
            ),
        ],
    },
    "instructions": {
        "good": [
            (
                "easy instructions",
                "the instructions are easy and I was done in ten minutes",
                "even my father understood the easy instructions",
            ),
        ],
        "bad": [
            (
                "useless instructions",
                "the instructions are useless and half of the steps are missing",
                "I threw the useless instructions away and guessed",
            ),
        ],
    },
    "colour": {
        "good": [
            (
                "a lovely colour",
                "the colour is lovely and goes with everything",
                "everybody remarks on the lovely colour",
            ),
        ],
        "bad": [
            (
                "the wrong colour",
                "the colour is wrong, nothing like the photo",
                "I asked for blue and got the wrong colour",
            ),
        ],
    },
    "smell": {
        "good": [
            (
                "a fresh smell",
                "it has a fresh smell that I like",
                "the whole room has a fresh smell now",
            ),
        ],
        "bad": [
            (
                "a chemical smell",
                "it has a chemical smell that will not go away",
                "I aired it for a week and the chemical smell is still there",
            ),
        ],
    },
    "noise": {
        "good": [
            (
                "almost no noise",
                "it makes almost no noise, the baby sleeps on",
                "you forget that it is on, there is almost no noise",
            ),
        ],
        "bad": [
            (
                "a terrible noise",
                "it makes a terrible noise, like a tractor",
                "we cannot talk next to it because of the terrible noise",
            ),
        ],
    },
    "comfort": {
        "good": [
            (
                "real comfort",
                "it is a real comfort, even after a whole day",
                "nothing rubs or pinches, that is what I call real comfort",
            ),
        ],
        "bad": [
            (
                "no comfort at all",
                "it rubs and pinches and offers no comfort at all",
                "after half an hour there is no comfort left",
            ),
        ],
    },
    "cleaning": {
        "good": [
            (
                "easy cleaning",
                "cleaning is easy, a wet cloth will do",
                "it takes one minute, I have never known such easy cleaning",
            ),
        ],
        "bad": [
            (
                "awkward cleaning",
                "cleaning is awkward because dirt gets into every corner",
                "I need a toothbrush for the corners, so awkward is the cleaning",
            ),
        ],
    },
    "strap": {
        "good": [
            (
                "a strong strap",
                "the strap is strong and does not slip",
                "it carries all my things on one strong strap",
            ),
        ],
        "bad": [
            (
                "a broken strap",
                "the strap broke on the second day",
                "I had to sew the broken strap myself",
            ),
        ],
    },
    "connection": {
        "good": [
            (
                "a stable connection",
                "the connection is stable in every room",
                "it has not lost the connection once, it is stable",
            ),
        ],
        "bad": [
            (
                "a weak connection",
                "the connection is weak and drops every few minutes",
                "it loses the connection if I turn my back, it is that weak",
            ),
        ],
    },
}

AUDIENCES = (
    "small flats",
    "a growing family",
    "beginners",
    "daily use",
    "left-handed people",
    "people who travel",
    "students",
    "older people",
    "a summer holiday",
    "small children",
)

CATEGORIES = {
    "home": (
        ("lamp", "clock", "shelf", "mirror", "wardrobe", "desk"),
        ("material", "size", "colour", "instructions", "smell", "cleaning"),
    ),
    "kitchen": (
        ("kettle", "blender", "toaster", "mixer", "coffee machine"),
        ("material", "size", "noise", "cleaning", "colour", "instructions"),
    ),
    "apparel": (
        ("jacket", "shirt", "coat", "dress", "jumper", "skirt"),
        ("size", "colour", "comfort", "smell", "cleaning"),
    ),
    "wireless": (
        ("headset", "speaker", "radio", "baby monitor"),
        ("battery", "sound", "connection", "size", "material"),
    ),
    "pc": (
        ("keyboard", "mouse", "printer", "router", "webcam"),
        ("connection", "noise", "instructions", "material", "size"),
    ),
    "toy": (
        ("puzzle", "doll", "toy train", "board game", "kite"),
        ("material", "size", "colour", "instructions", "smell"),
    ),
    "sports": (
        ("tent", "rucksack", "yoga mat", "sports bag", "helmet"),
        ("material", "strap", "comfort", "size", "smell"),
    ),
    "beauty": (
        ("hand cream", "shampoo", "soap", "lip balm", "perfume"),
        ("smell", "size", "colour"),
    ),
    "pet_products": (
        ("lead", "harness", "carrier", "dog coat", "collar"),
        ("material", "size", "cleaning", "strap", "comfort"),
    ),
}

FRAMES = {
    "kind": "{kind} with {core}",
    "recommend": "{bare}, {recommendation}",
    "contrast": "{bare} but {bare2}",
    "addition": "{bare} and {bare2}",
    "topic": "{mood} {kind} about {topic}",
    "audience good": "perfect {kind} for {audience}",
    "audience bad": "not the right {kind} for {audience}",
}
AUDIENCE_POINTS = {
    "good": (
        "it could have been made for {audience}",
        "I cannot think of anything better for {audience}",
    ),
    "bad": (
        "it is not the thing for {audience} at all",
        "I would not choose it for {audience}",
    ),
}
TOPIC_POINT = "this {kind} tells of {topic}"
ARTICLES = ("a ", "an ", "the ")
