"""Every statement of will is kept with its evidence; which one counts is the fold's own rule; a no is never lowered."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.imports.column_map import ImportMap
from chalicelib.models import Consent, ConsentState, Grade, Reading, Submission, Trust
from chalicelib.people.consent_proof import Statement, judge_statements, list_ledgers
from chalicelib.senders.link import withdraw_consent
from chalicelib.store.links import Link, LinkKind
from infra.staff.consent import FOLDER, main, read_ledgers, save_page, write_page, write_proof
from tests.builders.folding import fold_history
from tests.builders.imports import bring_in
from tests.builders.mails import CONSENT
from tests.builders.shop import NOW, a_submission

DAY = timedelta(days=1)
START = datetime(2026, 1, 1, tzinfo=UTC)
WITHDRAWN, GIVEN, PENDING = ConsentState.WITHDRAWN, ConsentState.GIVEN, ConsentState.PENDING
ASEL = "asel@example.org"


def say(state, day, *, grade=Grade.TYPED, received=None, channel="form:sign-up", purpose="marketing"):
    consent = Consent(purpose=purpose, state=state, at=START + day * DAY, channel=channel, grade=grade)
    return Statement(
        consent=consent,
        received_at=START + (day if received is None else received) * DAY,
        source="form:sign-up",
        key=f"{state}{day}{grade}{channel}",
    )


days = st.integers(0, 9)
statements = st.builds(
    say,
    st.sampled_from(ConsentState),
    days,
    grade=st.sampled_from(Grade),
    received=days,
    channel=st.sampled_from(["form:sign-up", "import:till", "shopify", "confirm", "link"]),
    purpose=st.sampled_from(["marketing", "sms"]),
)
lists = st.lists(statements, max_size=8)


def to_history(said):
    """Return statements as events of a history."""
    return [
        (
            f"{number}",
            Submission(
                sender="form",
                topic="sign-up",
                trust=Trust.ANONYMOUS,
                received_at=one.received_at,
                occurred_at=one.consent.at,
                body=b"{}",
            ),
            Reading(kind="sign-up", consents=(one.consent,)),
        )
        for number, one in enumerate(said)
    ]


@given(lists)
def test_what_counts_is_what_the_profile_says(said):
    profile = fold_history("c", to_history(said))

    assert {each.purpose: each.current for each in judge_statements(said, None)} == profile.consents


@given(lists, st.randoms())
def test_the_ledger_is_the_same_whatever_the_order_and_however_often_it_is_told(said, chance):
    shuffled = [*said, *said[:3]]
    chance.shuffle(shuffled)
    once, again = judge_statements(said, None), judge_statements(shuffled, None)

    assert [each.current for each in again] == [each.current for each in once]


@given(lists, days, st.lists(st.tuples(st.sampled_from(["form:sign-up", "import:till", "typeform:x"]), days)))
def test_no_import_and_no_resubmission_ever_lowers_a_no(said, when, unproven):
    """Whatever else was said: adding yeses that nobody proved changes no standing no, at any time, in any order."""
    before = [*said, say(WITHDRAWN, when, grade=Grade.SIGNED, channel="link")]
    yeses = [say(GIVEN, day, received=9, channel=channel) for channel, day in unproven]
    yeses += [say(PENDING, day, received=9, channel=channel) for channel, day in unproven]

    for order in ([*before, *yeses], [*yeses, *before]):
        after = {each.purpose: each for each in judge_statements(order, None)}
        held = {each.purpose: each for each in judge_statements(before, None)}
        assert after["marketing"].current == held["marketing"].current


@given(lists)
def test_only_a_later_proven_yes_lifts_a_no(said):
    for ledger in judge_statements(said, None):
        own = [one.consent for one in ledger.statements]
        withdrawals = [one.at for one in own if one.state is WITHDRAWN]
        proven = [one.at for one in own if one.is_proven and one.state is GIVEN]
        waiting = [one.at for one in own if one.is_proven and one.state is PENDING]
        if withdrawals and max(withdrawals) >= max([*proven, *waiting], default=START - DAY):
            assert ledger.current.state is WITHDRAWN
            assert ledger.why.startswith("A no counts at once")


@pytest.mark.parametrize(
    ("said", "state", "why"),
    [
        ([say(GIVEN, 1)], GIVEN, "A yes as typed, and no no against it."),
        ([say(GIVEN, 1, grade=Grade.SIGNED)], GIVEN, "A proven yes: it came through the person's own mailbox"),
        ([say(PENDING, 1)], PENDING, "Nothing is confirmed yet, so nothing is allowed."),
        ([say(GIVEN, 1), say(WITHDRAWN, 2)], WITHDRAWN, "Only a later, proven yes replaces it.$"),
        ([say(WITHDRAWN, 1), say(GIVEN, 2)], WITHDRAWN, "1 later and unproven .* changes nothing"),
        ([say(WITHDRAWN, 1), say(GIVEN, 2), say(GIVEN, 3)], WITHDRAWN, "2 later .* statements change nothing"),
        ([say(GIVEN, 1), say(PENDING, 2)], GIVEN, "1 later and unconfirmed statement changes nothing"),
    ],
)
def test_it_says_why(said, state, why):
    [ledger] = judge_statements(said, None)

    assert ledger.current.state is state
    assert re.search(why, ledger.why)


def test_a_childs_yes_does_not_count():
    child = say(GIVEN, 1)

    [alone] = judge_statements([child], START + 5 * DAY)
    [grown] = judge_statements([child, say(GIVEN, 6)], START + 5 * DAY)

    assert (alone.current, alone.why) == (None, "Nothing counts: each yes was said for a child.")
    assert grown.current.at == START + 6 * DAY
    assert grown.why.endswith("A yes that was said for a child does not count.")


@pytest.fixture
def asel(shop, tmp_path):
    """Let somebody say yes on a form, no by a link, yes on the form again and yes in a list; return their id."""
    shop.take(a_submission(email=ASEL, consents=[CONSENT]))
    customer = shop.find_id(ASEL)
    claim_link(shop, customer)
    link = Link(kind=LinkKind.STOP, language="fa")
    shop.take(withdraw_consent(link, "n", NOW + DAY, network="198.51.100.0/24", language="fa"))
    shop.take(a_submission(email=ASEL, consents=[CONSENT], at=NOW + 2 * DAY))
    bring_in(shop, tmp_path, f";{ASEL};Asel;;2026-01-05;5;yes", rules=make_anonymous_map(), at=NOW + 3 * DAY)
    return customer


def make_anonymous_map():
    """Return a map of a list without customer numbers."""
    from tests.builders.imports import make_map

    given = make_map().model_dump(exclude_none=True)
    given["columns"] = {name: column for name, column in given["columns"].items() if name != "id"}
    return ImportMap.model_validate({**given, "ids_of": ""})


def claim_link(shop, customer):
    """Let a link be a person's, as a mail does."""
    from chalicelib.models import Identity

    people = shop.services().people
    rows = people.name_rows(Identity(kind="link", value="n"))
    people.table.commit_parts([people.identities.write_owner(row, customer) for row in rows])


def test_the_ledger_of_a_stored_person_has_every_statement_with_its_evidence(shop, asel):
    [ledger] = list_ledgers(shop.read_history(asel))

    told = [(one.consent.state, one.consent.channel, one.source) for one in ledger.statements]
    assert told == [
        (GIVEN, "form:sign-up", "form:sign-up"),
        (WITHDRAWN, "link", "link:unsubscribe"),
        (GIVEN, "form:sign-up", "form:sign-up"),
        (GIVEN, "import:till", "import:till"),
    ]
    first, no = (one.consent for one in ledger.statements[:2])
    assert (first.words, first.words_version, first.language, first.network) == (
        CONSENT["words"],
        CONSENT["words_version"],
        "en",
        "203.0.113.0/24",
    )
    assert (no.language, no.network, no.at) == ("fa", "198.51.100.0/24", NOW + DAY)
    assert ledger.current == no == shop.read_profile(ASEL).consents["marketing"]


def test_the_proof_names_all_of_it_and_that_it_was_read(shop, asel, tmp_path):
    ledgers = read_ledgers(shop.services(), asel, "a court asks", NOW)

    text = write_proof(ASEL, ledgers)
    page = write_page(ASEL, asel, ledgers, NOW)
    for part in (text, page):
        for words in (ASEL, CONSENT["words"], "2026-01-01", "198.51.100.0/24", "A no counts at once", "import:till"):
            assert words in part, words
        assert "a no needs no words" in part, "nobody else keeps words that there never were"
        assert "version -" not in part
    assert text.count("\n  * ") == 1
    assert page.count('class="stands"') == 1
    assert "<script" not in page
    assert not re.search(r'(?:src|href)="', page)
    rows = shop.read_all("audit")
    assert [(row["customer"]["S"], row["reason"]["S"]) for row in rows] == [(asel, "a court asks")]
    path = save_page(page, asel, tmp_path / "consents")
    assert (path.stat().st_mode & 0o777, ASEL in path.name) == (0o600, False)
    assert FOLDER.parts[-2:] == ("out", "consents")


def test_what_cannot_be_noted_is_not_read(shop, asel, monkeypatch):
    services = shop.services()
    monkeypatch.setattr(services.table, "name", "no-such-table")

    with pytest.raises(services.dynamodb.exceptions.ResourceNotFoundException):
        read_ledgers(services, asel, "r", NOW)


def test_nobody_is_nobody(shop, tables, cloud, monkeypatch, capsys):
    from tests.builders.api import open_api

    monkeypatch.setattr("sys.argv", ["consent", "stranger@example.org"])
    with open_api(shop, tables, cloud, monkeypatch):
        assert main() == 1
    assert "Nobody is known" in capsys.readouterr().out


def test_a_person_of_whom_nothing_was_asked_has_an_empty_proof():
    assert "Nothing was ever asked" in write_proof(ASEL, ())
    assert "Nothing was ever asked" in write_page(ASEL, "c1", (), NOW)
