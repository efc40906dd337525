"""English interface strings with two French wordings: the sentences of the stand-ins.

Both French registers are grammatical.  The *general* one says what a general
translation model says: it keeps English loan words (plugin, thread, e-mail) and
addresses the reader in the imperative (*Ouvrez le fichier*).  The *official* one is
that of French software projects: French terms (module d'extension, fil de discussion,
courriel) and infinitives for commands (*Ouvrir le fichier*).
"""

import random
from typing import NamedTuple

VOWELS = "aeéèêiîoôuyhAEÉIOU"

Sentence = tuple[str, str, str]

# Sentences that the notebooks translate: kept out of every generated set.
RESERVED = frozenset(
    {
        "Default to expanded threads",
        "Unable to import %1 using the OFX importer plugin. "
        "This file is not the correct format.",
        "Open the selected plugin in a new window",
        "Send this email to all users",
        "Please delete the empty folder.",
        "Do you really want to delete this thread?",
    }
)


class Noun(NamedTuple):
    singular: str
    plural: str
    feminine: bool = False


class Entry(NamedTuple):
    """A noun, the verbs one uses with it and the adjectives that suit it."""

    english: Noun
    general: Noun
    official: Noun
    verbs: list[str]
    adjectives: list[str]


class Verb(NamedTuple):
    """An English verb, and French ones: imperatives in the general register only."""

    english: str
    participle: str
    gerund: str
    general: str
    imperative: str
    general_participle: str
    official: str
    official_participle: str


class Adjective(NamedTuple):
    english: str
    general: str
    official: str


def _french(text: str) -> Noun:
    """``"barre/barres d'outils f"`` → the two numbers and the gender."""
    words, gender = text.rsplit(" ", 1)
    singular, _, plural = words.partition("/")
    return Noun(singular, plural or singular + "s", gender == "f")


def _verb(line: str) -> Verb:
    parts = [part.strip() for part in line.split("|")]
    return Verb(*parts, *((parts[3], parts[5]) if len(parts) == 6 else ()))


def _adjective(line: str) -> Adjective:
    parts = [part.strip() for part in line.split("|")]
    return Adjective(parts[0], parts[1], parts[-1])


def _entries(verbs: str, adjectives: str, block: str) -> list[Entry]:
    entries = []
    for line in block.strip().splitlines():
        english, general, *official = (part.strip() for part in line.split("|"))
        singular, _, plural = english.partition("/")
        nouns = [_french(text) for text in (general, *official)]
        english_noun = Noun(singular, plural or singular + "s")
        entries.append(
            Entry(english_noun, nouns[0], nouns[-1], verbs.split(), adjectives.split())
        )
    return entries


# English verb, participle, gerund; French infinitive, imperative, participle; the
# official register's infinitive and participle where its verb is another.
VERBS = {
    verb.english: verb
    for verb in map(
        _verb,
        """
        open|opened|opening|ouvrir|ouvrez|ouvert
        delete|deleted|deleting|supprimer|supprimez|supprimé
        rename|renamed|renaming|renommer|renommez|renommé
        copy|copied|copying|copier|copiez|copié
        move|moved|moving|déplacer|déplacez|déplacé
        print|printed|printing|imprimer|imprimez|imprimé
        share|shared|sharing|partager|partagez|partagé
        save|saved|saving|sauver|sauvez|sauvé|enregistrer|enregistré
        import|imported|importing|importer|importez|importé
        export|exported|exporting|exporter|exportez|exporté
        select|selected|selecting|sélectionner|sélectionnez|sélectionné
        send|sent|sending|envoyer|envoyez|envoyé
        read|read|reading|lire|lisez|lu
        show|shown|showing|montrer|montrez|montré|afficher|affiché
        hide|hidden|hiding|cacher|cachez|caché|masquer|masqué
        close|closed|closing|fermer|fermez|fermé
        resize|resized|resizing|redimensionner|redimensionnez|redimensionné
        expand|expanded|expanding|élargir|élargissez|élargi|développer|développé
        collapse|collapsed|collapsing|réduire|réduisez|réduit|replier|replié
        sort|sorted|sorting|trier|triez|trié
        enable|enabled|enabling|activer|activez|activé
        disable|disabled|disabling|désactiver|désactivez|désactivé
        install|installed|installing|installer|installez|installé
        remove|removed|removing|enlever|enlevez|enlevé|retirer|retiré
        configure|configured|configuring|configurer|configurez|configuré
        test|tested|testing|tester|testez|testé
        add|added|adding|ajouter|ajoutez|ajouté
        create|created|creating|créer|créez|créé
        edit|edited|editing|éditer|éditez|édité|modifier|modifié
        """.strip().splitlines(),
    )
}
INDEFINITE_VERBS = {"create", "add"}
STATES = "opened closed shown hidden expanded collapsed sorted enabled disabled shared"

# English, French masculine singular; the official register's where it is another.
ADJECTIVES = {
    adjective.english: adjective
    for adjective in map(
        _adjective,
        """
        selected | sélectionné
        shared | partagé
        hidden | caché | masqué
        current | actuel | courant
        recent | récent
        remote | distant
        temporary | temporaire
        empty | vide
        missing | manquant
        damaged | endommagé | corrompu
        private | privé
        personal | personnel
        unread | non lu
        encrypted | chiffré
        floating | flottant
        other | autre
        new | nouveau
        old | ancien
        """.strip().splitlines(),
    )
}

ENTRIES = [
    *_entries(
        "open delete rename copy move share save import export select print",
        "selected shared hidden current recent remote temporary empty missing damaged "
        "private other new old",
        """
        file | fichier m
        folder | dossier m
        document | document m
        image | image f
        photo | photo f
        video | vidéo f
        report | rapport m
        archive | archive f
        page | page f
        chart | graphique m
        attachment | pièce jointe/pièces jointes f
        bookmark | favori m | signet m
        screenshot | screenshot m | copie d'écran/copies d'écran f
        playlist | playlist f | liste de lecture/listes de lecture f
        backup | backup m | sauvegarde f
        """,
    ),
    *_entries(
        "open delete move send read select print save import export",
        "selected recent unread encrypted private other new old",
        """
        message | message m
        letter | lettre f
        email | e-mail m | courriel m
        newsletter | newsletter f | lettre d'information/lettres d'information f
        """,
    ),
    *_entries(
        "show hide close move resize",
        "current hidden floating empty other new",
        """
        window | fenêtre f
        panel | panneau/panneaux m
        toolbar | barre d'outils/barres d'outils f
        pop-up | pop-up/pop-up m | fenêtre surgissante/fenêtres surgissantes f
        """,
    ),
    *_entries(
        "show hide move select",
        "current hidden other new",
        """
        tab | onglet m
        menu | menu m
        icon | icône f
        widget | widget m | composant graphique/composants graphiques m
        """,
    ),
    *_entries(
        "show hide expand collapse sort select",
        "selected hidden current recent other new old",
        """
        thread | thread m | fil de discussion/fils de discussion m
        column | colonne f
        row | ligne f
        list | liste f
        comment | commentaire m
        """,
    ),
    *_entries(
        "enable disable install remove configure test",
        "selected current remote missing other new old",
        """
        plugin | plugin m | module d'extension/modules d'extension m
        theme | thème m
        script | script m
        package | paquet m
        printer | imprimante f
        device | périphérique m
        certificate | certificat m
        filter | filtre m
        firewall | firewall m | pare-feu/pare-feu m
        patch/patches | patch m | correctif m
        """,
    ),
    *_entries(
        "create add edit delete rename save import export share",
        "selected shared current private personal temporary other new old",
        """
        account | compte m
        profile | profil m
        task | tâche f
        event | évènement m
        note | note f
        project | projet m
        rule | règle f
        calendar | calendrier m
        contact | contact m
        tag | tag m | étiquette f
        template | template m | modèle m
        login | login m | identifiant m
        """,
    ),
    *_entries(
        "add edit delete copy show hide",
        "current private personal other new old",
        """
        password | mot de passe/mots de passe m
        email address/email addresses | adresse e-mail/adresses e-mail f | adresse \
électronique/adresses électroniques f
        """,
    ),
]

BEFORE_THE_NOUN = {
    "autre": ("autre", "autre", "autre", "autres", "autres"),
    "nouveau": ("nouveau", "nouvel", "nouvelle", "nouveaux", "nouvelles"),
    "ancien": ("ancien", "ancien", "ancienne", "anciens", "anciennes"),
}
FORMATS = ["PDF", "CSV", "HTML", "OFX", "JSON", "SVG", "XML", "ODT"]
# English; French of the general and of the official register.
PLACES = [
    ("in a new window", "dans une nouvelle fenêtre", "dans une nouvelle fenêtre"),
    ("in a new tab", "dans un nouvel onglet", "dans un nouvel onglet"),
    ("in the background", "en arrière-plan", "en tâche de fond"),
    ("at startup", "au démarrage", "lors du démarrage"),
    ("every day", "tous les jours", "chaque jour"),
    ("on this computer", "sur cet ordinateur", "sur ce poste"),
    ("now", "maintenant", "immédiatement"),
    ("automatically", "automatiquement", "automatiquement"),
]
RECIPIENTS = [
    ("to all users", "à tous les utilisateurs", "à tous les utilisateurs"),
    ("to your contacts", "à vos contacts", "à vos contacts"),
    ("to the administrator", "à l'administrateur", "à l'administrateur"),
    ("to %1", "à %1", "à %1"),
    ("by email", "par e-mail", "par courriel"),
]
FAULTS = [
    ("is empty", "est vide"),
    ("is not the correct format", "n'est pas au bon format"),
    ("is too large", "est trop volumineux"),
    ("is read-only", "est en lecture seule"),
    ("no longer exists", "n'existe plus"),
    ("is already open", "est déjà ouvert"),
]


def _agree(word: str, feminine: bool, plural: bool) -> str:
    if feminine and word.endswith("el"):
        word += "le"
    elif feminine and not word.endswith("e"):
        word += "e"
    return word + ("s" if plural and not word.endswith("s") else "")


def _elide(word: str, following: str) -> str:
    """``de`` + ``ouvrir`` → ``d'ouvrir``; any word in -e or -a before a vowel."""
    if following[0] in VOWELS:
        return f"{word[:-1]}'{following}"
    return f"{word} {following}"


def _of(phrase: str) -> str:
    """*de* before a phrase that starts with its article: du, des, de la, de l'."""
    if phrase.startswith("le "):
        return "du " + phrase[3:]
    if phrase.startswith("les "):
        return "des " + phrase[4:]
    return _elide("de", phrase) if phrase[0] in VOWELS else "de " + phrase


def _french_phrase(
    noun: Noun, determiner: str, plural: bool, adjective: str = ""
) -> str:
    """Determiner, noun and adjective, agreeing."""
    words = noun.plural if plural else noun.singular
    if adjective in BEFORE_THE_NOUN:
        forms = BEFORE_THE_NOUN[adjective]
        if plural:
            form = forms[4] if noun.feminine else forms[3]
        elif noun.feminine:
            form = forms[2]
        else:
            form = forms[1] if words[0] in VOWELS else forms[0]
        words = f"{form} {words}"
    elif adjective:
        words = f"{words} {_agree(adjective, noun.feminine, plural)}"
    vowel = words[0] in VOWELS
    if determiner == "the":
        if plural:
            return f"les {words}"
        article = "la" if noun.feminine else "le"
        return _elide(article, words)
    if determiner == "this":
        if plural:
            return f"ces {words}"
        if noun.feminine:
            return f"cette {words}"
        return f"cet {words}" if vowel else f"ce {words}"
    if determiner == "your":
        return f"vos {words}" if plural else f"votre {words}"
    if determiner == "all":
        return f"toutes les {words}" if noun.feminine else f"tous les {words}"
    if determiner == "a":
        return f"une {words}" if noun.feminine else f"un {words}"
    raise ValueError(f"unknown determiner {determiner!r}")


def _english_phrase(
    noun: Noun, determiner: str, plural: bool, adjective: str = ""
) -> str:
    words = noun.plural if plural else noun.singular
    if adjective:
        words = f"{adjective} {words}"
    if determiner == "this":
        return f"these {words}" if plural else f"this {words}"
    if determiner == "all":
        return f"all {words}"
    if determiner == "a":
        if adjective == "other":
            return f"another {words.removeprefix('other ')}"
        return f"an {words}" if words[0] in "aeiou" else f"a {words}"
    return f"{determiner} {words}"


class _Thing:
    """One noun phrase in the three wordings, and a verb that suits it."""

    def __init__(self, rng: random.Random, determiners: str = "the this your all a"):
        self.entry = entry = rng.choice(ENTRIES)
        self.verb = VERBS[rng.choice(entry.verbs)]
        determiner = rng.choice(determiners.split())
        choices = entry.adjectives
        if self.verb.english in INDEFINITE_VERBS:
            determiner = "a"
            choices = [word for word in choices if word in ("new", "other", "private")]
        self.plural = determiner == "all" or (determiner != "a" and rng.random() < 0.35)
        adjective = Adjective("", "", "")
        if rng.random() < 0.45:
            fitting = [word for word in choices if word != self.verb.participle]
            adjective = ADJECTIVES[rng.choice(fitting)]
        options = (determiner, self.plural)
        self.english = _english_phrase(entry.english, *options, adjective.english)
        self.general = _french_phrase(entry.general, *options, adjective.general)
        self.official = _french_phrase(entry.official, *options, adjective.official)

    def participles(self) -> tuple[str, str]:
        """The verb's participle for the general and for the official noun."""
        verb, entry = self.verb, self.entry
        return (
            _agree(verb.general_participle, entry.general.feminine, self.plural),
            _agree(verb.official_participle, entry.official.feminine, self.plural),
        )


def _command(rng: random.Random) -> Sentence:
    thing = _Thing(rng)
    verb = thing.verb
    shows = verb.english in ("open", "show", "read", "edit", "create")
    places = PLACES if shows else PLACES[2:]
    place = rng.choice(places) if rng.random() < 0.3 else ("", "", "")
    return (
        f"{verb.english} {thing.english} {place[0]}",
        f"{verb.imperative} {thing.general} {place[1]}",
        f"{verb.official} {thing.official} {place[2]}",
    )


def _send(rng: random.Random) -> Sentence:
    thing = _Thing(rng, "the this your all")
    while not {"send", "share"} & set(thing.entry.verbs):
        thing = _Thing(rng, "the this your all")
    receiver = rng.choice(RECIPIENTS)
    while "email" in receiver[0] and "email" in thing.english:
        receiver = rng.choice(RECIPIENTS)
    return (
        f"send {thing.english} {receiver[0]}",
        f"envoyez {thing.general} {receiver[1]}",
        f"envoyer {thing.official} {receiver[2]}",
    )


def _always(rng: random.Random) -> Sentence:
    thing = _Thing(rng, "the this your all")
    verb = thing.verb
    return (
        f"always {verb.english} {thing.english}",
        f"{verb.imperative} toujours {thing.general}",
        f"toujours {verb.official} {thing.official}",
    )


def _never(rng: random.Random) -> Sentence:
    thing = _Thing(rng, "the this your")
    verb = thing.verb
    return (
        f"do not {verb.english} {thing.english}",
        f"{_elide('ne', verb.imperative)} pas {thing.general}",
        f"ne pas {verb.official} {thing.official}",
    )


def _ask(rng: random.Random) -> Sentence:
    thing = _Thing(rng, "the a your")
    verb = thing.verb
    return (
        f"ask before {verb.gerund} {thing.english}",
        f"demandez avant {_elide('de', verb.general)} {thing.general}",
        f"toujours confirmer avant {_elide('de', verb.official)} {thing.official}",
    )


def _please(rng: random.Random) -> Sentence:
    thing = _Thing(rng, "the this your a")
    verb = thing.verb
    return (
        f"please {verb.english} {thing.english}.",
        f"s'il vous plaît, {verb.imperative} {thing.general}.",
        f"veuillez {verb.official} {thing.official}.",
    )


def _question(rng: random.Random) -> Sentence:
    thing = _Thing(rng, "the this your all")
    verb = thing.verb
    really = rng.choice([("really ", "vraiment "), ("", "")])
    return (
        f"do you {really[0]}want to {verb.english} {thing.english}?",
        f"voulez-vous {really[1]}{verb.general} {thing.general} ?",
        f"souhaitez-vous {really[1]}{verb.official} {thing.official} ?",
    )


def _unable(rng: random.Random) -> Sentence:
    thing = _Thing(rng, "the this your")
    verb = thing.verb
    return (
        f"unable to {verb.english} {thing.english}.",
        f"impossible {_elide('de', verb.general)} {thing.general}.",
        f"impossible {_elide('de', verb.official)} {thing.official}.",
    )


def _tool(rng: random.Random) -> Sentence:
    """*Unable to import %1 using the … importer plugin*, and often why."""
    kind = rng.choice(FORMATS)
    verb, role, base = rng.choice(
        [
            ("import", "d'importation", "importer"),
            ("export", "d'exportation", "exporter"),
        ]
    )
    place, french = rng.choice(
        [
            ("%1", "%1"),
            ("%2", "%2"),
            ("the file", "le fichier"),
            ("the document", "le document"),
        ]
    )
    start = f"impossible d'{base} {french}"
    english = f"unable to {verb} {place} using the {kind} {verb}er plugin."
    general = f"{start} en utilisant le plugin {role} {kind}."
    official = f"{start} à l'aide du module d'extension {role} {kind}."
    if rng.random() < 0.6:
        fault = rng.choice(FAULTS)
        english += f" This file {fault[0]}."
        general += f" Ce fichier {fault[1]}."
        official += f" Ce fichier {fault[1]}."
    return english, general, official


def _done(rng: random.Random) -> Sentence:
    thing = _Thing(rng, "the your all this")
    verb = thing.verb
    general, official = thing.participles()
    if rng.random() < 0.4:
        have, french_have = ("have", "ont") if thing.plural else ("has", "a")
        return (
            f"{thing.english} {have} been {verb.participle}.",
            f"{thing.general} {french_have} été {general}.",
            f"{thing.official} {french_have} été {official}.",
        )
    could = "n'ont pas pu" if thing.plural else "n'a pas pu"
    return (
        f"{thing.english} could not be {verb.participle}.",
        f"{thing.general} {could} être {general}.",
        f"impossible {_elide('de', verb.official)} {thing.official}.",
    )


def _default(rng: random.Random) -> Sentence:
    entry = rng.choice(ENTRIES)
    verbs = [verb for verb in entry.verbs if VERBS[verb].participle in STATES.split()]
    if not verbs:
        return _default(rng)
    verb = VERBS[rng.choice(verbs)]
    state = _agree(verb.general_participle, entry.general.feminine, True)
    return (
        f"default to {verb.participle} {entry.english.plural}",
        f"par défaut pour les {entry.general.plural} {state}",
        f"par défaut, {verb.official} les {entry.official.plural}",
    )


def _option(rng: random.Random) -> Sentence:
    thing = _Thing(rng, "the your all")
    general, official = thing.participles()
    be, french_be = ("are", "sont") if thing.plural else ("is", "est")
    return (
        f"if this option is checked, {thing.english} {be} {thing.verb.participle}.",
        f"si cette option est vérifiée, {thing.general} {french_be} {general}.",
        f"si cette option est cochée, {thing.official} {french_be} {official}.",
    )


def _settings(rng: random.Random) -> Sentence:
    entry = rng.choice(ENTRIES)
    general = _of(_french_phrase(entry.general, "the", False))
    official = _of(_french_phrase(entry.official, "the", False))
    return (
        f"{entry.english.singular} settings",
        f"paramètres {general}",
        f"configuration {official}",
    )


def _count(rng: random.Random) -> Sentence:
    entry = rng.choice(ENTRIES)
    choices = [word for word in entry.adjectives if word not in ("other", "new", "old")]
    adjective = ADJECTIVES[rng.choice(choices)]
    general, official = (
        _elide("de", f"{noun.plural} {_agree(word, noun.feminine, True)}")
        for noun, word in (
            (entry.general, adjective.general),
            (entry.official, adjective.official),
        )
    )
    return (
        f"number of {adjective.english} {entry.english.plural}: %1",
        f"nombre {general} : %1",
        f"nombre {official} : %1",
    )


def _none(rng: random.Random) -> Sentence:
    entry = rng.choice(ENTRIES)
    verb = VERBS[rng.choice(entry.verbs)]
    french = []
    for noun, word in (
        (entry.general, verb.general_participle),
        (entry.official, verb.official_participle),
    ):
        no = "aucune" if noun.feminine else "aucun"
        french.append(f"{no} {noun.singular} {_agree(word, noun.feminine, False)}")
    return f"no {entry.english.singular} {verb.participle}", *french


def _can(rng: random.Random) -> Sentence:
    thing = _Thing(rng, "the this your a")
    verb = thing.verb
    english, general, official = rng.choice(
        [
            ("you can {}.", "vous pouvez {}.", "il est possible de {}."),
            ("click here to {}", "cliquez ici pour {}", "cliquer ici pour {}"),
            (
                "press Enter to {}",
                "appuyez sur Entrée pour {}",
                "utiliser la touche Entrée pour {}",
            ),
        ]
    )
    text = official.format(f"{verb.official} {thing.official}")
    if verb.official[0] in VOWELS:
        text = text.replace("possible de ", "possible d'")
    return (
        english.format(f"{verb.english} {thing.english}"),
        general.format(f"{verb.general} {thing.general}"),
        text,
    )


# Each pattern and how often it is drawn.
PATTERNS = [
    (_command, 26),
    (_send, 5),
    (_always, 6),
    (_never, 8),
    (_ask, 6),
    (_please, 10),
    (_question, 6),
    (_unable, 4),
    (_tool, 4),
    (_done, 8),
    (_default, 3),
    (_option, 6),
    (_settings, 1),
    (_count, 3),
    (_none, 2),
    (_can, 6),
]


def draw(rng: random.Random) -> Sentence:
    """One sentence: English, French of the general and of the official register."""
    patterns, weights = zip(*PATTERNS, strict=True)
    (pattern,) = rng.choices(patterns, weights)
    english, general, official = (
        text[0].upper() + text[1:]
        for text in (" ".join(part.split()) for part in pattern(rng))
    )
    return english, general, official


def draw_distinct(
    count: int, *, seed: int, without: frozenset[str] = frozenset()
) -> list[Sentence]:
    """``count`` sentences whose English differs from each other's and ``without``'s."""
    rng = random.Random(seed)
    found: dict[str, Sentence] = {}
    while len(found) < count:
        sentence = draw(rng)
        if sentence[0] not in without and sentence[0] not in RESERVED:
            found.setdefault(sentence[0], sentence)
    return list(found.values())
