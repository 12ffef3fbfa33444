"""What became of everybody: the post office, the wire, the rows and the facts, held against each other."""

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from chalicelib.functions.plan_mails import LOOK_BACK_WEEKS
from chalicelib.models import MailState
from chalicelib.store.mails import OPEN, MailRow
from tests.proofs.sends_stage import COST, Office

if TYPE_CHECKING:
    from tests.proofs.sends_faults import Run

ENDS = {state.value for state in MailState if state not in OPEN}
Held = dict[str, list[MailRow]]  # customer id -> rows


def read_rows(office: Office, ids: Iterable[str]) -> Held:
    """Return everybody's mail rows."""
    rows = office.plain.mails
    return {customer: rows.list_mails(customer) for customer in ids}


def check_ends(
    run: "Run", ids: Mapping[str, str], people: Mapping[str, Mapping[str, str]], stopped: set[str]
) -> list[str]:
    """Return what is wrong."""
    held = read_rows(run.office, ids.values())
    return [
        *check_people(held, ids, people),
        *check_post(run, held, ids, stopped),
        *check_parked(run, held),
        *check_facts(run.office, held),
        *check_budget(run, held),
        *check_rest(run),
    ]


def check_people(held: Held, ids: Mapping[str, str], people: Mapping[str, Mapping[str, str]]) -> list[str]:
    """Everybody has one row for each campaign that they belong to, and it has come to an end."""
    faults = []
    for address, fields in people.items():
        wanted = ["second", "welcome"] if fields else ["welcome"]
        mails = held[ids[address]]
        if sorted(mail.campaign for mail in mails) != wanted:
            faults.append(f"forgotten or doubled: {len(mails)} rows of {wanted}")
        faults += [f"still open: {mail.state}" for mail in mails if mail.state in OPEN]
    return faults


def check_post(run: "Run", held: Held, ids: Mapping[str, str], stopped: set[str]) -> list[str]:
    """Nobody was sent two of one campaign; rows and post office agree; who is stopped got nothing."""
    post = run.office.post
    faults = [f"{post.count_doubled()} people mailed twice"] if post.count_doubled() else []
    faults += [f"{count} posts of one attempt" for count in post.posts.values() if count != 1]
    faults += ["a stopped address was mailed" for address, _, _ in post.accepted if address in stopped]
    states = {(customer, mail.campaign): mail for customer, mails in held.items() for mail in mails}
    accepted = {(ids[address], campaign): attempt for address, campaign, attempt in post.accepted}
    for place, attempt in accepted.items():
        mail = states.get(place)
        if mail is None or mail.state not in (MailState.SENT, MailState.PARKED) or mail.attempt != attempt:
            faults.append(f"SES took it, and its row says {mail and mail.state}")
    for place, mail in states.items():
        if mail.state is MailState.SENT and place not in accepted:
            faults.append("a row says sent, and SES never took it")
    return faults


def check_parked(run: "Run", held: Held) -> list[str]:
    """What is parked is exactly what we left in doubt, less what SES has told us of since."""
    parked = {mail.attempt for mails in held.values() for mail in mails if mail.state is MailState.PARKED}
    doubtful = run.faults.list_doubtful()
    faults = [f"parked without a doubt: {run.faults.closed.get(one)}" for one in parked - doubtful]
    return faults + [f"in doubt and not parked: {run.faults.cut[one]}" for one in doubtful - parked]


def check_facts(office: Office, held: Held) -> list[str]:
    """Planned is the sum of the ends, mail by mail, and each is the end that the row shows."""
    facts = office.plain.facts
    faults = []
    for campaign in office.campaigns:
        told = [fact for fact in facts.list_facts(campaign.name) if fact.kind in ENDS | {"planned"}]
        ends = Counter(fact.mail_id for fact in told if fact.kind != "planned")
        planned = {fact.mail_id for fact in told if fact.kind == "planned"}
        rows = {(mail.mail_id, mail.state.value) for some in held.values() for mail in some}
        rows = {(name, state) for name, state in rows if name in planned}
        if set(ends) != planned or any(count != 1 for count in ends.values()):
            faults.append(f"{campaign.name}: {len(planned)} planned, {ends.total()} ends")
        if rows != {(fact.mail_id, fact.kind) for fact in told if fact.kind != "planned"}:
            faults.append(f"{campaign.name}: facts and rows differ")
    return faults


def check_budget(run: "Run", held: Held) -> list[str]:
    """What was promised is what the intents cost, and within the limit."""
    faults = []
    budgets = run.office.plain.budgets
    for campaign in run.office.campaigns:
        started = {
            mail.mail_id for mails in held.values() for mail in mails if mail.campaign == campaign.name and mail.code
        }
        spent = budgets.read_budget(campaign.name)
        assert campaign.offer is not None
        if spent != len(started) * COST * 100 or spent > campaign.offer.most_spent * 100:
            faults.append(f"{campaign.name}: {spent} hundredths promised for {len(started)} mails")
    return faults


def check_rest(run: "Run") -> list[str]:
    """Nobody is due any more, and nothing is open."""
    services = run.office.plain
    due = list(services.people_rows.list_due(run.now, LOOK_BACK_WEEKS))
    left = list(services.mails.list_open(run.now))
    return [f"{len(due)} still due"] * bool(due) + [f"{len(left)} still open"] * bool(left)


def print_table(run: "Run", ids: Mapping[str, str], seconds: float) -> None:
    """Print the figures."""
    held = read_rows(run.office, ids.values())
    states = Counter((mail.campaign, mail.state.value) for mails in held.values() for mail in mails)
    for campaign in run.office.campaigns:
        own = {state: count for (name, state), count in sorted(states.items()) if name == campaign.name}
        print(f"{campaign.name}: {sum(own.values())} planned = " + " + ".join(f"{n} {s}" for s, n in own.items()))
    kinds: Counter[str] = Counter()
    for (_, kind), count in run.faults.broken.items():
        kinds[kind] += count
    calls = run.faults.calls.total()
    print(f"{calls} calls to AWS, {kinds.total()} broken: " + ", ".join(f"{n} {k}" for k, n in kinds.items() if k))
    print(f"broken by call: {dict(sum_calls(run))}")
    took, parked = len(run.office.post.accepted), states_of(held, MailState.PARKED)
    doubled, retried = run.office.post.count_doubled(), run.office.post.posts.total() - took
    print(f"SES took {took} of {took + retried} posts; mailed twice: {doubled}; parked: {len(parked)}", end="")
    in_fact = {attempt for _, _, attempt in run.office.post.accepted}
    print(f" ({sum(one in in_fact for one in parked)} of them SES had in fact taken)")
    print(f"by what they were parked: {dict(Counter(run.faults.cut[one] for one in parked if one in run.faults.cut))}")
    print(f"turns: {dict(run.tally.counts)}")
    print(f"{seconds:.0f} s")


def states_of(held: Held, state: MailState) -> set[str]:
    """Return the attempts of the mails in one state."""
    return {mail.attempt for mails in held.values() for mail in mails if mail.state is state}


def sum_calls(run: "Run") -> Counter[str]:
    """Return how many faults each call had."""
    calls: Counter[str] = Counter()
    for (name, kind), count in run.faults.broken.items():
        if kind:
            calls[name] += count
    return calls
