"""Invented names in six scripts, each with the Latin spelling of its address; none is of a person we know of."""

import random
from itertools import product

Name = tuple[str, str, str]  # as written, as in an address, the language of the person's mails

# language, given names and family names, each as (written, in Latin letters)
LISTS: tuple[tuple[str, tuple[tuple[str, str], ...], tuple[tuple[str, str], ...]], ...] = (
    (
        "en",
        (("Nora", "nora"), ("Tobias", "tobias"), ("Chloë", "chloe"), ("Bram", "bram"), ("Siobhán", "siobhan")),
        (("Lindqvist", "lindqvist"), ("O’Hare", "ohare"), ("Müllner", "muellner"), ("Achterberg", "achterberg")),
    ),
    (
        "en",
        (("Maya", "maya"), ("Owen", "owen"), ("Ruth", "ruth"), ("Kofi", "kofi"), ("Linh", "linh"), ("Femi", "femi")),
        (("Castell", "castell"), ("Adomako", "adomako"), ("Vang", "vang"), ("Whitlow", "whitlow")),
    ),
    (
        "kk",
        (("Әсел", "asel"), ("Ерлан", "erlan"), ("Гүлнұр", "gulnur"), ("Дәурен", "dauren"), ("Ұлпан", "ulpan")),
        (("Серікбай", "serikbai"), ("Қайрат", "qairat"), ("Бекмұрат", "bekmurat"), ("Төлеген", "tolegen")),
    ),
    (
        "hi",
        (("आशा", "asha"), ("रोहन", "rohan"), ("मीरा", "mira"), ("विवेक", "vivek"), ("कविता", "kavita")),
        (("सहगल", "sehgal"), ("त्रिवेदी", "trivedi"), ("नेगी", "negi"), ("भाटिया", "bhatia")),
    ),
    (
        "bn",
        (("রাহুল", "rahul"), ("নীলা", "nila"), ("তানভীর", "tanvir"), ("সুমনা", "sumana"), ("অনিক", "anik")),
        (("চৌধুরী", "chowdhury"), ("মজুমদার", "majumdar"), ("সরকার", "sarkar"), ("হালদার", "haldar")),
    ),
    (
        "fa",
        (("نسرین", "nasrin"), ("بهرام", "bahram"), ("لیلا", "leila"), ("کاوه", "kaveh"), ("پریسا", "parisa")),
        (("کاظمی", "kazemi"), ("رستگار", "rastegar"), ("نوری", "nouri"), ("شایگان", "shaygan")),
    ),
    (
        "en",
        (("Ελένη", "eleni"), ("Νίκος", "nikos"), ("Δάφνη", "dafni"), ("Πέτρος", "petros")),
        (("Καραλής", "karalis"), ("Βλάχος", "vlachos"), ("Μάνου", "manou")),
    ),
)
ENDINGS = ("example.org", "example.com", "example.net")  # nobody can have an address there (RFC 2606)


def list_names(seed: int) -> list[Name]:
    """Return every name once, in an order of the seed's."""
    names = [
        (f"{given[0]} {family[0]}", f"{given[1]}.{family[1]}", language)
        for language, givens, families in LISTS
        for given, family in product(givens, families)
    ]
    random.Random(f"names {seed}").shuffle(names)
    return names


def write_address(handle: str, turn: int, ending: int) -> str:
    """Return an address; `turn` tells apart the people of one name."""
    return f"{handle}{turn + 1 if turn else ''}@{ENDINGS[ending % len(ENDINGS)]}"


def write_phone(number: int) -> str:
    """Return a telephone number of those kept for stories: 555-0100 to 555-0199 of each North American area."""
    return f"+1{AREAS[number // 100 % len(AREAS)]}55501{number % 100:02}"


AREAS = (202, 212, 303, 404, 512, 617, 702, 808, 206, 312, 415, 503, 602, 713, 801, 214, 305, 408, 510, 619)
