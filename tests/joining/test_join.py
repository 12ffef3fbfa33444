"""Two customers who are one person: joined by staff, found under every name of both, parted within 30 days."""

from datetime import timedelta

import pytest

from chalicelib.erasure.run import advance_erasures
from chalicelib.errors import KeyUnavailableError, NotJoinableError
from chalicelib.joining import part
from chalicelib.joining.join import join_people
from chalicelib.joining.part import part_people
from chalicelib.models import Consent, ConsentState, Grade, Identity, MailState, Reading, RequestKind
from chalicelib.people.union import join_profiles
from chalicelib.retention.run import retire_person
from chalicelib.senders import read_submission
from chalicelib.senders.link import choose_preferences
from chalicelib.store.mails import OPEN, MailRow
from chalicelib.store.requests import start_handover
from tests.builders.erasures import LATER, forget
from tests.builders.folding import fold_history
from tests.builders.links import a_link
from tests.builders.shop import NOW, a_submission
from tests.builders.signed import account, an_order_of, says

ANN, ANNA = "ann@example.org", "anna@example.net"
AFTER = NOW + timedelta(days=1)


def make_pair(shop):
    """Make two customers of one person; return their ids."""
    shop.take(account(1, ANN, fields={"name": "Ann"}))
    shop.take(an_order_of("o1", ANN, "1", 1))
    shop.take(account(2, ANNA, 2, fields={"birth_year": 1980}))
    shop.take(an_order_of("o2", ANNA, "2", 3))
    shop.take(a_submission(email=ANNA, entry={"score": 9}, at=NOW + timedelta(minutes=5)))
    return shop.find_id(ANN), shop.find_id(ANNA)


def join_pair(shop):
    """Join the two; return the id of the joined record and theirs."""
    first, second = make_pair(shop)
    return join_people(first, second, "kim", shop.services(), AFTER), first, second


def count_totals(shop, customer_id):
    totals = shop.open_profile(customer_id).totals
    return totals.purchases, totals.spent


def test_the_joined_record_has_everything_of_both_and_every_name_finds_it(shop):
    joined, first, second = join_pair(shop)
    assert {shop.find_id(ANN), shop.find_id(ANNA)} == {joined}
    record = shop.open_record(joined)
    assert len(record.orders) == 2
    assert [entry.entry.values for entry in record.entries.values()] == [{"score": 9}]
    assert record.profile.totals.purchases == 2
    assert record.profile.text("name") == "Ann"
    assert len(list(shop.services().people.list_history(shop.services().people.load_person(joined)))) == 5
    assert shop.services().people.load_person(first).id == joined
    assert shop.services().people.load_person(second).id == joined
    assert list(shop.services().people_rows.scan_ids()) == [joined]
    assert shop.services().people.find_holders(ANN) == (joined,)


def test_the_totals_equal_the_fold_of_both_histories(shop):
    joined, *_ = join_pair(shop)
    people = shop.services().people
    events = list(people.list_history(people.load_person(joined)))
    history = [(each.key, each.submission, read_submission(each.submission)) for each in events]
    assert fold_history(joined, history).totals == people.load_person(joined).profile.totals


def test_an_order_of_either_goes_on_in_the_joined_record(shop):
    joined, *_ = join_pair(shop)
    shop.take(an_order_of("o2", ANNA, "2", 60, total="50.00"))  # later news, by the account
    shop.take(an_order_of("o1", "", "", 61, total="70.00"))  # later news that names the order alone
    assert count_totals(shop, joined) == (2, {"EUR": 120})
    assert len(shop.open_record(joined).orders) == 2


def test_new_words_of_either_enter_the_joined_record(shop):
    joined, *_ = join_pair(shop)
    shop.take(a_submission(email=ANN, entry={"topic": "tea"}, at=AFTER))
    shop.take(a_submission(email=ANNA, entry={"topic": "rice"}, at=AFTER + timedelta(minutes=1)))
    assert len(shop.open_record(joined).entries) == 3


def test_a_no_of_either_counts_and_a_yes_for_the_other_mailbox_does_not(shop):
    yes = Consent(purpose="marketing", state=ConsentState.GIVEN, at=NOW, channel="x", grade=Grade.SIGNED, address=ANN)
    first, second = make_pair(shop)
    shop.take(says(Reading(kind="consent", email=ANN, consents=(yes,)), 10))
    joined = join_people(first, second, "kim", shop.services(), AFTER)
    mailbox = shop.open_profile(joined).text("email")
    assert ("marketing" in shop.open_profile(joined).consents) == (mailbox == ANN)
    no = yes.model_copy(update={"state": ConsentState.WITHDRAWN, "at": AFTER, "address": ANNA})
    shop.take(says(Reading(kind="consent", email=ANNA, consents=(no,)), 2_000))
    assert shop.open_profile(joined).consents["marketing"].state is ConsentState.WITHDRAWN


def test_the_audit_tells_who_joined(shop):
    joined, *_ = join_pair(shop)
    [line] = shop.services().audit.list_accesses("2026-03", joined)
    assert (line.actor, line.reason) == ("kim", "joined two customers")


def test_parted_each_has_what_it_had_and_what_came_under_its_names(shop):
    first, second = make_pair(shop)
    before = [shop.open_record(each) for each in (first, second)]
    joined = join_people(first, second, "kim", shop.services(), AFTER)
    shop.take(an_order_of("o3", ANNA, "2", 2_000))
    shop.take(a_submission(email=ANN, entry={"topic": "tea"}, at=AFTER + timedelta(hours=1)))
    shop.take(an_order_of("o1", "", "", 3_000, total="70.00"))
    assert part_people(joined, "kim", shop.services(), AFTER + timedelta(days=29)) == (first, second)

    assert (shop.find_id(ANN), shop.find_id(ANNA)) == (first, second)
    after = [shop.open_record(each) for each in (first, second)]
    assert [len(each.orders) for each in after] == [1, 2]
    assert [len(each.entries) for each in after] == [1, 1]
    assert after[0].profile.totals.spent == {"EUR": 70}
    assert after[1].profile.totals.purchases == before[1].profile.totals.purchases + 1
    with pytest.raises(KeyUnavailableError):
        shop.services().people.load_person(joined)
    assert [row for row in shop.read_all("customers") if row["pk"]["S"] == f"cust#{joined}"] == []
    shop.take(an_order_of("o3", ANNA, "2", 4_000, total="1.00"))
    assert len(shop.open_record(second).orders) == 2


def test_parted_at_once_both_are_as_they_were(shop):
    first, second = make_pair(shop)
    before = [shop.open_record(each) for each in (first, second)]
    joined = join_people(first, second, "kim", shop.services(), AFTER)
    part_people(joined, "kim", shop.services(), AFTER)
    assert [shop.open_record(each) for each in (first, second)] == before


def test_a_name_that_came_since_goes_to_whom_mail_goes_to(shop):
    joined, first, second = join_pair(shop)
    main = {ANN: first, ANNA: second}[shop.open_profile(joined).text("email")]
    shop.take(account(9, shop.open_profile(joined).text("email"), 2_000, shop="other.example"))
    number = Identity(kind="id", value="woocommerce:other.example:9")
    assert shop.services().people.find_customer(number) == joined
    part_people(joined, "kim", shop.services(), AFTER)
    assert shop.services().people.find_customer(number) == main
    assert number.value in {name.value for name in shop.open_profile(main).list_current("id")}


def test_what_settles_while_a_record_is_parted_is_handed_over_too(shop, monkeypatch):
    joined, first, _ = join_pair(shop)
    give, late = part.give_others, [a_submission(email=ANN, entry={"topic": "late"}, at=AFTER)]

    def give_slowly(parting, services):
        if late:
            assert shop.take(late.pop()) == "settled"
        give(parting, services)

    monkeypatch.setattr(part, "give_others", give_slowly)
    part_people(joined, "kim", shop.services(), AFTER)
    assert [row.entry.values for row in shop.open_record(first).entries.values()] == [{"topic": "late"}]


def test_after_thirty_days_they_are_deleted_and_cannot_be_parted(shop):
    joined, first, second = join_pair(shop)
    services, late = shop.services(), AFTER + timedelta(days=31)
    for each in (first, second):
        retire_person(each, services, AFTER + timedelta(days=2))
    assert services.keys.has_key(first)
    for each in (first, second):
        retire_person(each, services, late)
    assert not services.keys.has_key(first)
    assert {row["pk"]["S"] for row in shop.read_all("customers") if row["pk"]["S"].startswith("cust#")} == {
        f"cust#{joined}"
    }
    with pytest.raises(NotJoinableError):
        part_people(joined, "kim", services, late)
    shop.take(an_order_of("o1", "", "", 90_000, total="70.00"))
    assert count_totals(shop, joined) == (2, {"EUR": 90})


def test_an_erasure_reaches_the_two_records_too(shop):
    join_pair(shop)
    forget(shop, ANN)
    services = shop.services()
    while advance_erasures(services, LATER):
        pass
    assert shop.list_customers() == []
    assert [row for row in shop.read_all("keys") if row["pk"]["S"].startswith("cust#")] == []
    rows = {row["pk"]["S"].partition("#")[0] for row in shop.read_all("customers")}
    assert not rows & {"cust", "holds", "merge"}
    assert services.people.find_customer(Identity(kind="order", value="shopify:corner.example:o1")) is None


@pytest.mark.parametrize("what", ["same", "request"])
def test_what_is_under_way_keeps_them_apart(shop, what):
    first, second = make_pair(shop)
    services = shop.services()
    if what == "request":
        services.table.commit_parts(
            [services.requests.write_row(start_handover(first, RequestKind.ACCESS, NOW, language="en"), NOW)]
        )
    with pytest.raises(NotJoinableError):
        join_people(first, first if what == "same" else second, "kim", services, AFTER)
    assert len(shop.list_customers()) == 2


def test_a_record_that_nobody_joined_cannot_be_parted(shop):
    first, _ = make_pair(shop)
    with pytest.raises(NotJoinableError):
        part_people(first, "kim", shop.services(), AFTER)


def test_a_joined_record_can_be_joined_again_and_parted_step_by_step(shop):
    joined, *_ = join_pair(shop)
    shop.take(account(3, "third@example.org", 9))
    third = shop.find_id("third@example.org")
    whole = join_people(joined, third, "kim", shop.services(), AFTER)
    assert {shop.find_id(one) for one in (ANN, ANNA, "third@example.org")} == {whole}
    assert shop.services().people.load_person(shop.services().joins.read_join(joined).first).id == whole
    part_people(whole, "kim", shop.services(), AFTER)
    assert (shop.find_id(ANN), shop.find_id("third@example.org")) == (joined, third)


def test_joining_is_the_same_from_either_side(shop):
    first, second = (shop.open_profile(each) for each in make_pair(shop))
    assert join_profiles("j", first, second) == join_profiles("j", second, first)


def test_a_join_that_fails_leaves_no_copies(shop, monkeypatch):
    first, second = make_pair(shop)
    services = shop.services()
    before = shop.read_all("customers")
    monkeypatch.setattr(services.table, "commit_parts", stop_now)
    with pytest.raises(ConnectionError):
        join_people(first, second, "kim", services, AFTER)
    key = "sk"
    assert sorted(row[key]["S"] for row in shop.read_all("customers")) == sorted(row[key]["S"] for row in before)


def stop_now(parts):
    raise ConnectionError


def make_link(shop, name, customer_id):
    """Give a customer the link of a mail, and the row of that mail."""
    services = shop.services()
    mail = MailRow(f"welcome:{name}", "welcome", MailState.SENT, "m", "a", "2026-03-01T12:00:00Z", "", True)
    services.table.commit_parts(
        [*services.people.claim_links([name], customer_id), services.mails.write_mail(customer_id, mail)]
    )
    services.table.change_item(
        {"pk": f"cust#{customer_id}", "sk": f"mail#welcome:{name}"}, "SET links = :links", links=name
    )


def press(shop, name, at):
    """Choose a name on the page behind the link of a mail."""
    return shop.take(choose_preferences(a_link("choose"), name, at, fields={"name": name}, consents=(), network=""))


def test_the_links_of_mails_lead_to_the_record_that_stands_for_their_customer(shop):
    first, second = make_pair(shop)
    make_link(shop, "old", second)
    joined = join_people(first, second, "kim", shop.services(), AFTER)
    make_link(shop, "new", joined)
    assert press(shop, "old", AFTER) == "settled"
    assert shop.open_profile(joined).text("name") == "old"
    main = {ANN: first, ANNA: second}[shop.open_profile(joined).text("email")]
    part_people(joined, "kim", shop.services(), AFTER)

    assert shop.open_profile(second).text("name") == "old"
    assert press(shop, "new", AFTER + timedelta(hours=1)) == "settled"
    assert shop.open_profile(main).text("name") == "new"
    assert "welcome:new" in {mail.occasion for mail in shop.services().mails.list_mails(main)}


def test_after_thirty_days_an_erasure_still_removes_the_links(shop):
    first, second = make_pair(shop)
    make_link(shop, "old", second)
    joined = join_people(first, second, "kim", shop.services(), AFTER)
    for each in (first, second):
        retire_person(each, shop.services(), AFTER + timedelta(days=31))
    assert press(shop, "old", AFTER + timedelta(days=32)) == "settled"
    forget(shop, ANN, at=AFTER + timedelta(days=33))
    services = shop.services()
    while advance_erasures(services, AFTER + timedelta(days=33)):
        pass
    assert services.identities.find_owners(services.people.name_links(["old"])) == {}
    assert press(shop, "old", AFTER + timedelta(days=34)) != "settled"
    assert joined not in shop.list_customers()


@pytest.mark.parametrize("state", OPEN)
def test_a_mail_on_its_way_keeps_them_apart(shop, state):
    first, second = make_pair(shop)
    mail = MailRow("welcome:x", "welcome", state, "m", "a", "2026-03-01T12:00:00Z", "", True)
    services = shop.services()
    services.table.commit_parts([services.mails.write_mail(second, mail)])
    with pytest.raises(NotJoinableError):
        join_people(first, second, "kim", services, AFTER)
