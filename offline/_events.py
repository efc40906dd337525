"""What the generated news sentences tell of: kinds of events, and their details.

The training pairs draw on ``TRAINING``, the validation and test pairs on ``HELD_OUT``.
Beyond grammar (*by*, *not*, *despite*) the two share a few words, such as *news* or
*million*; none of these tells two held-out sentences apart.

Each kind of event says what fills the roles, how the clause ends, ways to say why, who
says so, and verbs as (past, participle, base).  ``_`` stands where the object goes, in
the participle where *by* and the agent go.
"""

# fmt: off
PLACES = [
    "Leeds", "Porto", "Ghent", "Bergen", "Tampere", "Basel", "Seville", "Lyon",
    "Gdansk", "Turin", "Cork", "Graz",
]
# fmt: on
COMPANIES = [
    "Northgate Bank",
    "Halden Foods",
    "Orlan Freight",
    "Bluemere Energy",
    "Casteln Motors",
    "Ferrow Steel",
    "Lumen Media",
    "Pinecrest Paper",
    "Solmar Rail",
    "Tristan Airways",
]
AMOUNTS = [f"{n} million dollars" for n in (3, 8, 25, 40, 90, 120, 750)]
COUNTS = [str(n) for n in (12, 19, 34, 46, 73, 110, 240, 900)]
BUSINESS = [
    "a spokesman",
    "a company statement",
    "a union leader",
    "the business press",
]
NATIONAL = ["the ministry", "the state news agency"]
OFFICIAL = ["local officials", *NATIONAL]
TRAINING = {
    "places": PLACES,
    "days": ["Monday", "Tuesday", "Wednesday", "Thursday"],
    "events": [
        {
            "agent": COMPANIES,
            "patient": COMPANIES,
            "number": AMOUNTS,
            "tail": "for {number}",
            "verbs": [
                ("bought _", "bought _", "buy _"),
                ("acquired _", "acquired _", "acquire _"),
                ("purchased _", "purchased _", "purchase _"),
            ],
            "causes": [
                ("after months of talks", "following months of negotiations"),
                ("despite protests by investors", "though investors had protested"),
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
                ("passed _", "passed _", "pass _"),
                ("endorsed _", "endorsed _", "endorse _"),
            ],
            "causes": [
                ("after a long public debate", "following a lengthy public debate"),
                ("despite protests by residents", "though residents had protested"),
                ("in spite of legal objections", "although lawyers had objected"),
            ],
            "sources": ["a spokesman", *NATIONAL],
            "may_fail": True,
        },
        {
            "agent": [
                f"the {p} {name}" for p in PLACES for name in ("Tigers", "Rovers")
            ],
            "patient": [
                f"the {p} {name}" for p in PLACES for name in ("Eagles", "Wolves")
            ],
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
            "sources": ["the club website", "the league", "the stadium announcer"],
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
                ("before aid could arrive", "as rescuers were still on their way"),
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
                (
                    "because costs had risen sharply",
                    "as a result of sharply higher costs",
                ),
                ("because sales had fallen", "as a result of falling sales"),
                ("after months of talks", "following months of negotiations"),
            ],
            "sources": BUSINESS,
            "may_fail": True,
        },
        {
            "agent": [f"a judge in {place}" for place in PLACES],
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
                ("after three years of hearings", "at the end of a three-year trial"),
                ("despite an appeal by the firm", "though the firm had appealed"),
            ],
            "sources": ["a lawyer", *NATIONAL],
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
            "tail": "on {number}",
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
            "sources": ["a spokesman", "a medical journal", "the university"],
        },
        {
            "agent": [
                "firefighters",
                "lifeguards",
                "mountain guides",
                "a helicopter crew",
                "farmers",
            ],
            "patient": ["hikers", "tourists", "fishermen", "climbers", "campers"],
            "number": COUNTS,
            "counted": True,
            "verbs": [
                ("rescued _", "rescued _", "rescue _"),
                ("saved _", "saved _", "save _"),
                ("brought _ to safety", "brought to safety _", "bring _ to safety"),
            ],
            "causes": [
                ("after a search of ten hours", "following a ten-hour search"),
                ("despite thick fog", "though the fog was thick"),
                ("before nightfall", "while it was still light"),
            ],
            "sources": OFFICIAL,
        },
        {
            "agent": ["villagers", "students", "pensioners", "prisoners", "nuns"],
            "patient": [
                "tons of olives",
                "tons of beans",
                "tons of apples",
                "tons of onions",
            ],
            "number": COUNTS,
            "counted": True,
            "verbs": [
                ("harvested _", "harvested _", "harvest _"),
                ("gathered _", "gathered _", "gather _"),
                ("brought in _", "brought in _", "bring in _"),
            ],
            "causes": [
                ("after a dry summer", "following a summer without rain"),
                ("despite a shortage of fuel", "though fuel was short"),
                ("with borrowed machines", "using machines that they had borrowed"),
            ],
            "sources": OFFICIAL,
            "may_fail": True,
        },
        {
            "agent": [
                "a museum",
                "a collector",
                "a hotel",
                "a film studio",
                "a bishop",
            ],
            "patient": ["the castle", "the painting", "the vineyard", "the old ship"],
            "number": AMOUNTS,
            "tail": "for {number}",
            "verbs": [
                ("sold _", "sold _", "sell _"),
                ("disposed of _", "disposed of _", "dispose of _"),
                ("parted with _", "parted with _", "part with _"),
            ],
            "causes": [
                ("because money was needed", "out of a need for money"),
                ("in spite of public anger", "though the public was angry"),
                ("shortly after New Year", "in the first days of the year"),
            ],
            "sources": ["a lawyer", "local radio", "the heirs"],
            "may_fail": True,
        },
        {
            "agent": ["the navy", "surfers", "an oil tanker", "fishermen", "a rower"],
            "patient": ["whales", "icebergs", "containers", "divers", "dolphins"],
            "number": COUNTS,
            "counted": True,
            "verbs": [
                ("spotted _", "spotted _", "spot _"),
                ("sighted _", "sighted _", "sight _"),
                ("noticed _", "noticed _", "notice _"),
            ],
            "causes": [
                ("despite high waves", "though the waves were high"),
                ("shortly after sunrise", "soon after daybreak"),
                ("during a routine trip", "in the course of a routine voyage"),
            ],
            "sources": ["the coast guard", "local radio"],
        },
        {
            "agent": ["the art school", "a theatre", "the opera", "the music academy"],
            "patient": ["dancers", "singers", "painters", "violinists", "actors"],
            "number": COUNTS,
            "counted": True,
            "verbs": [
                ("hired _", "hired _", "hire _"),
                ("employed _", "employed _", "employ _"),
                ("recruited _", "recruited _", "recruit _"),
            ],
            "causes": [
                ("thanks to a large gift", "because of a generous donation"),
                ("despite a tight budget", "though the budget was tight"),
                ("for a new show", "so as to prepare a new show"),
            ],
            "sources": ["the press office", "local radio"],
            "may_fail": True,
        },
        {
            "agent": ["the king", "the prime minister", "an actress", "a bishop"],
            "patient": [
                "the children's hospital",
                "the ferry terminal",
                "the science fair",
                "the zoo",
                "the swimming pool",
            ],
            "number": [f"{count} guests" for count in COUNTS],
            "tail": "in front of {number}",
            "verbs": [
                ("opened _", "opened _", "open _"),
                ("inaugurated _", "inaugurated _", "inaugurate _"),
            ],
            "causes": [
                ("after repairs lasting a month", "following a month of repairs"),
                ("despite a bomb threat", "though a bomb threat had been received"),
                ("earlier than expected", "sooner than had been expected"),
            ],
            "sources": ["the palace", *OFFICIAL],
            "may_fail": True,
        },
        {
            "agent": ["a goods train", "a lorry", "a sports car", "a school bus"],
            "patient": ["cows", "trees", "fences", "parked cars", "street lamps"],
            "number": COUNTS,
            "counted": True,
            "verbs": [
                ("hit _", "hit _", "hit _"),
                ("struck _", "struck _", "strike _"),
                ("crashed into _", "hit _", "crash into _"),
            ],
            "causes": [
                ("because of thick fog", "as the fog was thick"),
                ("since the brakes had failed", "owing to a failure of the brakes"),
                ("at full throttle", "with the throttle wide open"),
            ],
            "sources": OFFICIAL,
        },
        {
            "agent": ["the operator", "a travel agency", "the tourist board"],
            "patient": ["night trains", "ferries", "flights", "coach tours", "cruises"],
            "number": COUNTS,
            "counted": True,
            "verbs": [
                ("cancelled _", "cancelled _", "cancel _"),
                ("called off _", "called off _", "call off _"),
                ("scrapped _", "scrapped _", "scrap _"),
            ],
            "causes": [
                ("owing to a strike", "because the staff had gone on strike"),
                ("despite many bookings", "though many seats had been booked"),
                ("at the last moment", "at the last minute"),
            ],
            "sources": ["a spokesman", "the airport", "local radio"],
            "may_fail": True,
        },
        {
            "agent": [
                "hackers",
                "a cleaner",
                "a faulty update",
                "an apprentice",
            ],
            "patient": ["passwords", "medical records", "invoices", "maps", "photos"],
            "number": COUNTS,
            "counted": True,
            "verbs": [
                ("deleted _", "deleted _", "delete _"),
                ("erased _", "erased _", "erase _"),
                ("wiped out _", "wiped out _", "wipe out _"),
            ],
            "causes": [
                ("despite a firewall", "though there was a firewall"),
                ("in less than a minute", "within a minute"),
                ("by mistake", "by accident"),
            ],
            "sources": ["an expert", "the press office"],
            "may_fail": True,
        },
        {
            "agent": ["the senate", "the committee", "the union", "the church council"],
            "patient": [
                "the budget",
                "the peace treaty",
                "the tax relief",
                "the pay rise",
                "the trade deal",
            ],
            "number": [f"{count} votes" for count in COUNTS],
            "tail": "by a margin of {number}",
            "verbs": [
                ("rejected _", "rejected _", "reject _"),
                ("turned down _", "turned down _", "turn down _"),
                ("voted down _", "voted down _", "vote down _"),
            ],
            "causes": [
                ("after heated speeches", "following heated speeches"),
                ("to everyone's surprise", "against all expectations"),
                ("in a secret ballot", "by secret vote"),
            ],
            "sources": ["a lobbyist", *NATIONAL],
            "may_fail": True,
        },
        {
            "agent": ["a famous chef", "the scouts", "prisoners", "a baker", "monks"],
            "patient": ["soup", "an omelette", "fish", "a vegetable stew", "rice"],
            "number": [f"{count} people" for count in COUNTS],
            "tail": "for {number}",
            "verbs": [
                ("cooked _", "cooked _", "cook _"),
                ("prepared _", "prepared _", "prepare _"),
                ("served _", "served _", "serve _"),
            ],
            "causes": [
                ("to raise money", "in order to collect money"),
                ("despite a lack of pots", "though pots were lacking"),
                ("as every year", "as is the custom every year"),
            ],
            "sources": ["a guest", "local radio"],
        },
    ],
}
# fmt: off
OTHER_PLACES = [
    "Osaka", "Quito", "Tucson", "Halifax", "Durban", "Nagoya", "Perth", "Denver",
]
# fmt: on
OTHER_COMPANIES = [
    "Verdant Farms",
    "Westmark Insurance",
    "Kestrel Robotics",
    "Delmar Shipping",
    "Arkadin Telecom",
    "Sumter Brewing",
    "Marlow Textiles",
    "Pascal Software",
]
OTHER_AMOUNTS = [f"{n} million euros" for n in (14, 65, 300, 17, 52, 480)]
OTHER_COUNTS = [str(n) for n in (27, 58, 85, 360, 64, 150)]
HELD_OUT = {
    "places": OTHER_PLACES,
    "days": ["Friday", "Saturday", "Sunday"],
    "events": [
        {
            "agent": ["police officers", "customs agents", "soldiers", "park rangers"],
            "patient": [
                "men suspected of fraud",
                "cigarette smugglers",
                "women accused of spying",
                "demonstrators",
                "pickpockets",
            ],
            "number": OTHER_COUNTS,
            "counted": True,
            "verbs": [
                ("arrested _", "arrested _", "arrest _"),
                ("detained _", "detained _", "detain _"),
                ("took _ into custody", "taken into custody _", "take _ into custody"),
            ],
            "causes": [
                ("after a hint from a neighbour", "following a hint by a neighbour"),
                ("despite a ban on raids", "though raids were banned"),
                ("before dawn", "before the sun rose"),
            ],
            "sources": ["a witness", "the evening news", "the interior minister"],
        },
        {
            "agent": ["masked robbers", "a schoolboy", "former employees", "a widow"],
            "patient": ["paintings", "watches", "bicycles", "necklaces", "rare coins"],
            "number": OTHER_COUNTS,
            "counted": True,
            "verbs": [
                ("stole _", "stolen _", "steal _"),
                ("looted _", "looted _", "loot _"),
                ("snatched _", "snatched _", "snatch _"),
            ],
            "causes": [
                ("during a power cut", "while there was no electricity"),
                ("despite several cameras", "though several cameras were running"),
                ("during the holidays", "while everybody was on vacation"),
            ],
            "sources": ["a witness", "the evening news", "an insurer"],
        },
        {
            "agent": ["nurses", "doctors", "pharmacists", "social workers"],
            "patient": ["pupils", "teachers", "refugees", "shepherds", "sailors"],
            "number": OTHER_COUNTS,
            "counted": True,
            "verbs": [
                ("examined _", "examined _", "examine _"),
                ("checked _", "checked _", "check _"),
                ("inspected _", "inspected _", "inspect _"),
            ],
            "causes": [
                ("after an outbreak of measles", "following a measles outbreak"),
                ("because an epidemic was feared", "out of fear of an epidemic"),
                ("free of charge", "without any payment"),
            ],
            "sources": ["the evening news", "the health authority", "a hospital"],
        },
        {
            "agent": OTHER_COMPANIES,
            "patient": [
                "the railway bridge",
                "the concert hall",
                "the power plant",
                "the library",
                "the lighthouse",
            ],
            "number": OTHER_AMOUNTS,
            "tail": "at a price of {number}",
            "verbs": [
                ("built _", "built _", "build _"),
                ("constructed _", "constructed _", "construct _"),
                ("erected _", "erected _", "erect _"),
            ],
            "causes": [
                ("at record speed", "faster than anybody before"),
                ("despite harsh criticism", "though it had been harshly criticised"),
                ("with help from abroad", "with foreign assistance"),
            ],
            "sources": ["an architect", "the evening news", "the mayor"],
            "may_fail": True,
        },
        {
            "agent": OTHER_COMPANIES,
            "patient": OTHER_COMPANIES,
            "number": OTHER_AMOUNTS,
            "tail": "over a debt of {number}",
            "verbs": [
                ("sued _", "sued _", "sue _"),
                ("took _ to court", "taken to court _", "take _ to court"),
            ],
            "causes": [
                ("because of a broken promise", "because a promise had been broken"),
                (
                    "despite a warning by regulators",
                    "though regulators had warned against it",
                ),
                ("without giving notice", "with no advance notice"),
            ],
            "sources": ["an attorney", "the evening news", "court records"],
            "may_fail": True,
        },
        {
            "agent": [f"astronomers from {place}" for place in OTHER_PLACES],
            "patient": [
                "a comet",
                "an asteroid",
                "an unknown moon",
                "a dying star",
                "a distant galaxy",
            ],
            "number": [f"{count} light years" for count in OTHER_COUNTS],
            "tail": "at a distance of {number}",
            "verbs": [
                ("discovered _", "discovered _", "discover _"),
                ("found _", "found _", "find _"),
                ("detected _", "detected _", "detect _"),
            ],
            "causes": [
                ("by sheer luck", "purely by chance"),
                ("with a home-made telescope", "using a telescope made at home"),
                ("despite a cloudy sky", "though the sky was cloudy"),
            ],
            "sources": ["a scientist", "the evening news", "a space agency"],
        },
    ],
}
