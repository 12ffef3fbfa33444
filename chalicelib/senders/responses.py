"""A response to a form that was built elsewhere (Typeform, Tally).

The delivery is signed, but the answers are not: a visitor may type another person's address. So the answers rank as
answers to a form of ours, and a consent in them is never `signed`.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from chalicelib.addresses import normalise_email
from chalicelib.models import Consent, ConsentState, Entry, JsonValue, Reading, ReadingKind, Submission
from chalicelib.senders.form_maps import ConsentAnswer, Mapping
from chalicelib.senders.json_values import drop_blanks
from chalicelib.shop.ages import AGE_BAND, BIRTH_YEAR, clean_age

# A yes without a list of options in the mapping, in the languages that ship and in those of our first shops.
PLAIN_YES = frozenset(("yes", "i agree", "agree", "i accept", "हाँ", "হ্যাঁ", "иә", "بله", "ja", "oui", "sí", "да"))


@dataclass(frozen=True)
class Answer:
    """One answer. `names` are what a mapping may call it by, the first being what it is kept under.

    `kind` is `email`, `phone`, `hidden` or `other`; `asked` is the question as shown, or "". `options` is how many
    options the question has, 0 where that is not known. `repeats` tells that another answer holds the same.
    """

    names: tuple[str, ...]
    kind: str
    value: JsonValue
    asked: str = ""
    options: int = 0
    repeats: bool = False


def read_response(submission: Submission, answers: list[Answer], mapping: Mapping | None, finished: bool) -> Reading:
    """Read a response.

    One that the visitor did not send off (`finished` false) gives no consent, and its kind is RESPONSE.
    """
    if mapping is None:
        return read_unmapped(submission, answers)
    kind = ReadingKind(mapping.kind) if finished else ReadingKind.RESPONSE
    fields = {ours: find_answer(answers, source).value for ours, source in mapping.profile.items()}
    fields |= {name: read_age(name, fields[name], mapping) for name in (BIRTH_YEAR, AGE_BAND) if name in fields}
    email, phone = (fields.pop(name, None) for name in ("email", "phone"))
    return Reading(
        kind=kind,
        email=email.strip() if isinstance(email, str) else "",
        phone=phone.strip() if isinstance(phone, str) else "",
        fields=drop_blanks({"language": mapping.language, **fields}),
        consents=read_consents(submission, answers, mapping, email) if finished else (),
        entry=make_entry(kind, submission, name_answers(answers, mapping)),
    )


def read_age(name: str, value: JsonValue, mapping: Mapping) -> str:
    """Return an age as profiles hold it, or "" for an answer that is no age and has no band in the mapping."""
    return clean_age(name, mapping.ages.get(value, value) if isinstance(value, str) else value)


def read_unmapped(submission: Submission, answers: list[Answer]) -> Reading:
    """Keep every answer.

    An address is the person's only where it is the only one of its kind: a second may be a friend's.
    """
    return Reading(
        kind=ReadingKind.RESPONSE,
        email=find_only(answers, "email"),
        phone=find_only(answers, "phone"),
        entry=make_entry(ReadingKind.RESPONSE, submission, name_answers(answers, Mapping())),
    )


def find_only(answers: list[Answer], kind: str) -> str:
    """Return the only address of a kind, or "" where there is none or more than one."""
    found = {answer.value for answer in answers if answer.kind == kind and isinstance(answer.value, str)}
    return found.pop().strip() if len(found) == 1 else ""


def find_answer(answers: Iterable[Answer], source: str) -> Answer:
    """Return the answer that a mapping means, or an empty one."""
    return next((answer for answer in answers if source in answer.names), Answer((), "other", None))


def name_answers(answers: list[Answer], mapping: Mapping) -> dict[str, JsonValue]:
    """Return answers by our names, unmapped ones by their own, without those that fill a profile field or a consent."""
    ours = {source: name for name, source in mapping.entry.items()}
    given = {ask.answer for ask in mapping.consents if means_yes(find_answer(answers, ask.answer), ask)}
    elsewhere = {*mapping.profile.values(), *given}
    values: dict[str, JsonValue] = {}
    for answer in answers:
        if not answer.repeats and elsewhere.isdisjoint(answer.names):
            names = (*(ours[name] for name in answer.names if name in ours), *answer.names)
            free = next((name for name in names if name not in values), None)  # two questions may have one label
            values.update({free: answer.value} if free else {})
    return drop_blanks(values)


def make_entry(kind: ReadingKind, submission: Submission, values: dict[str, JsonValue]) -> Entry | None:
    """Return the answers of this occasion, or None where there are none."""
    return Entry(kind=kind, at=submission.occurred_at, values=values) if values else None


def read_consents(
    submission: Submission, answers: list[Answer], mapping: Mapping, email: JsonValue
) -> tuple[Consent, ...]:
    """Return the consents that were answered with yes; a no to a question is no withdrawal."""
    address = normalise_email(email) if isinstance(email, str) else ""
    given = [(ask, find_answer(answers, ask.answer)) for ask in mapping.consents]
    return tuple(
        make_consent(submission, ask, answer, mapping.language, address)
        for ask, answer in given
        if means_yes(answer, ask)
    )


def means_yes(answer: Answer, ask: ConsentAnswer) -> bool:
    """Return whether an answer is a yes: true, an option that the mapping lists, the only option, or a plain yes."""
    if isinstance(answer.value, bool):
        return answer.value
    picked = answer.value if isinstance(answer.value, list) else [answer.value]
    texts = {fold_text(text) for text in picked if isinstance(text, str) and text.strip()}
    if ask.yes:
        return not texts.isdisjoint(map(fold_text, ask.yes))
    if len(texts) != 1 or answer.kind == "hidden":
        return False
    return answer.options == 1 or not texts.isdisjoint(PLAIN_YES)


def fold_text(text: str) -> str:
    """Return a text as it is compared: without outer spaces and case."""
    return text.strip().casefold()


def make_consent(submission: Submission, ask: ConsentAnswer, answer: Answer, language: str, address: str) -> Consent:
    """Return one consent in the words that were shown."""
    return Consent(
        purpose=ask.purpose,
        state=ConsentState.GIVEN,
        at=submission.occurred_at,
        channel=f"{submission.sender}:{submission.shop}",
        words=answer.asked or ask.words,
        words_version=ask.version,
        language=language,
        address=address,
    )
