"""A shop's own list, from bytes to rows to what they say. Pure."""

import csv
import io
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chalicelib.imports.column_map import ImportMap, load_map
from chalicelib.imports.csv_rows import LONGEST, open_table
from chalicelib.imports.reasons import REASONS, FileRefusedError
from chalicelib.imports.submission import RowReader
from chalicelib.models import Consent, ConsentState, Grade, Reading, Submission, Trust
from chalicelib.senders import read_submission
from tests.builders.folding import fold_history
from tests.builders.imports import read_one

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
ROOT = Path(__file__).resolve().parents[2]
EXAMPLE = ROOT / "infra" / "examples" / "import"
HEADER = b"email,name,total,day,news\n"
MAP = {
    "name": "till",
    "as_of": date(2026, 5, 1),
    "columns": {"email": "email", "name": "name", "order_total": "total", "order_date": "day"},
    "currency": "EUR",
    "consents": [
        {
            "purpose": "marketing",
            "column": "news",
            "yes": ["yes"],
            "no": ["no"],
            "words": "Send me news.",
            "version": "2024-01-01",
            "collected": date(2024, 1, 1),
        }
    ],
}


def make_map(**changed):
    return ImportMap.model_validate({**MAP, **changed})


def read_file(raw, rules=None):
    """Return (lines, body or reason) of every row."""
    rules = rules or make_map()
    table = open_table(io.BytesIO(raw), rules.wanted, rules.delimiter)
    reader = RowReader(rules, table.columns, "US", NOW)
    return [(record.first, record.last, read_one(reader, record)) for record in table.records]


def read_row(cells: bytes, **changed):
    """Return what one row says, or why it is refused."""
    ((_, _, said),) = read_file(HEADER + cells + b"\n", make_map(**changed))
    return said


def test_the_example_says_what_it_shows():
    rules = load_map(EXAMPLE / "map.toml")
    said = {first: one for first, _, one in read_file((EXAMPLE / "customers.csv").read_bytes(), rules)}
    assert said[7] == "order_date: invalid"
    assert said[8] == "name: formula"
    assert said[9] == "nobody"
    weber = said[3]  # on lines 3 and 4
    assert (weber.fields["name"], weber.phone, weber.sender_id) == ("Weber, Jonas", "+49307654321", "1002")
    assert weber.entry.values == {"favourite_tea": "Earl Grey,\nno sugar"}
    (order,) = weber.orders
    assert (str(order.total), order.currency, order.id) == ("1012.50", "EUR", "2026-01-05")
    (no,) = weber.consents
    assert (no.state, no.channel, no.grade) == (ConsentState.WITHDRAWN, "import:till-2026", "typed")
    assert no.words.startswith("Yes, send me the tea letter")
    assert no.at == datetime(2024, 3, 2, 23, 0, tzinfo=UTC)  # midnight in Berlin


def test_a_row_becomes_an_unsigned_submission_of_its_own_date():
    rules = make_map(columns={**MAP["columns"], "date": "day"})
    table = open_table(io.BytesIO(HEADER + b"a@example.org,A,,2026-02-03,\n"), rules.wanted)
    submission = RowReader(rules, table.columns, "US", NOW).read_row(next(table.records).cells)
    assert (submission.sender, submission.topic, submission.trust) == ("import", "till", Trust.OWN)
    assert submission.occurred_at == datetime(2026, 2, 3, tzinfo=UTC)
    assert submission.received_at == NOW


@pytest.mark.parametrize("sign", [",", ";", "\t", "|"])
def test_the_delimiter_is_the_one_that_gives_the_columns_of_the_map(sign):
    raw = (HEADER + b"a@example.org,A,,,\n").replace(b",", sign.encode())
    assert read_file(raw)[0][2].email == "a@example.org"


def test_a_byte_order_mark_and_windows_line_ends_are_no_matter():
    plain = HEADER + b"a@example.org,A,,,\n"
    assert read_file(b"\xef\xbb\xbf" + plain.replace(b"\n", b"\r\n")) == read_file(plain)


@pytest.mark.parametrize(
    ("raw", "words"),
    [
        (b"", "empty"),
        ("email,name\n".encode("utf-16"), "UTF-16"),
        ("email,name\n".encode("utf-16-le"), "UTF-16"),
        ("email,name\n".encode("utf-32"), "UTF-16 or UTF-32"),
        ("email,näme\n".encode("latin-1"), "not UTF-8"),
        (b"email,name\ra@example.org,A\r", "CR alone"),
        (b'email,"name\n', "never ends"),
        (b"x" * (LONGEST + 2), "never ends"),
        (b"email,name\n", "lacks: day, total, news"),
        (b"email,name,total,day,news,name\n", "columns 2, 6"),
        (b",".join([b"c%d" % n for n in range(501)]) + b"\n", "more than 500"),
    ],
)
def test_a_file_that_cannot_be_read_is_refused_in_words(raw, words):
    with pytest.raises(FileRefusedError, match=words):
        read_file(raw)


@pytest.mark.parametrize(
    ("cells", "reason"),
    [
        (b"a@example.org,A,,", "ragged"),
        (b"a@example.org,A,,,,", "ragged"),
        (b"a@example.org,\xff,,,", "not_utf8"),
        (b"a@example.org,\xed\xa0\x80,,,", "not_utf8"),
        (b"a@example.org,A\x00B,,,", "nul"),
        (b'a@example.org,"A"B,,,', "quotes"),
        (b'a@example.org,"A,,,', "open_quote"),
        (b"a@example.org," + b"x" * LONGEST + b",,,", "too_long"),
        (b"a@example.org," + b"x" * 201 + b",,,", "name: too_long"),
        (b"a@example.org,A\x1bB,,,", "name: control_character"),
        (b'a@example.org,"A\nB",,,', "name: control_character"),
        (b"a@example.org,=1+1,,,", "name: formula"),
        (b"a@example.org,+1,,,", "name: formula"),
        (b"a@example.org,-1,,,", "name: formula"),
        (b"a@example.org,@SUM(A1),,,", "name: formula"),
        (b"a@example.org,\tA,,,", "name: formula"),
        (b'a@example.org,"\rA",,,', "name: formula"),
        ("a@example.org,＝1+1,,,".encode(), "name: formula"),
        ("a@example.org,＋1,,,".encode(), "name: formula"),
        ("a@example.org,﹣1,,,".encode(), "name: formula"),
        ("a@example.org,＠SUM,,,".encode(), "name: formula"),
        ("a@example.org, \u00a0\u200b=1,,,".encode(), "name: formula"),
        (b"a@example.org,'=1,,,", "name: formula"),
        (b"=a@example.org,A,,,", "email: formula"),
        (b"a@example,A,,,", "email: invalid"),
        (b"a@example.org;b@example.org,A,,,", "email: invalid"),
        ("ä@example.org,A,,,".encode(), "email: not_ascii"),
        (b'"a@example.org\nBcc: v@example.org",A,,,', "email: control_character"),
        (b",A,,,", "nobody"),
        (b"a@example.org,A,abc,2026-01-01,", "order_total: invalid"),
        (b"a@example.org,A,-5,2026-01-01,", "order_total: out_of_range"),
        (b"a@example.org,A,99999999999,2026-01-01,", "order_total: out_of_range"),
        (b"a@example.org,A,NaN,2026-01-01,", "order_total: invalid"),
        (b"a@example.org,A,5,,", "order_date: missing"),
        (b"a@example.org,A,5,2026-02-30,", "order_date: invalid"),
        (b"a@example.org,A,5,2027-01-01,", "order_date: in_future"),
        (b"a@example.org,A,5,0026-01-01,", "order_date: out_of_range"),
        (b"a@example.org,A,,,maybe", "consent marketing: unclear"),
    ],
)
def test_junk_is_refused_by_its_line_with_a_code_and_no_value(cells, reason):
    assert read_row(cells) == reason
    assert reason.rpartition(": ")[2] in REASONS


@pytest.mark.parametrize("number", ["0", "00", "N/A", "NULL", "-", "#N/A", "1.2E+12", " null "])
def test_a_stand_in_is_no_number_of_a_customer_or_a_purchase(number):
    rules = make_map(ids_of="till", columns={"id": "name", "email": "email", "order_id": "total", "order_date": "day"})
    raw = f"email,name,total,day,news\na@example.org,{number},{number},2026-01-05,\n,{number},,,\n".encode()
    (_, _, said), (_, _, nobody) = read_file(raw, rules)

    assert (said.sender_id, said.email, said.orders[0].id) == ("", "a@example.org", "2026-01-05")
    assert nobody == "nobody"


def test_stand_ins_are_described_by_what_they_are():
    rules = make_map(ids_of="till", columns={"id": "name", "email": "email", "order_id": "total", "order_date": "day"})
    reader = RowReader(rules, ("email", "name", "total", "day", "news"), "US", NOW)

    damaged, missing = reader.list_standins(("a@example.org", "1.2E+12", "n/a", "2026-01-05", ""))
    assert "customer's number is damaged" in damaged
    assert "purchase's number is a stand-in" in missing
    assert reader.list_standins(("a@example.org", "12e4", "", "2026-01-05", "")) == []


def test_a_phone_stands_beside_the_country_of_the_map():
    rules = make_map(country="CH", columns={"phone": "name", "email": "email"})
    (_, _, said), (_, _, none) = read_file(HEADER + b"a@example.org,044 668 18 00,,,\n,0000000000,,,\n", rules)

    assert (said.phone, said.country) == ("+41446681800", "CH")
    assert (none.phone, none.country) == ("0000000000", "CH")


def test_a_bad_row_takes_no_other_with_it():
    raw = b'a@example.org,"A"B,,,\n\nb@example.org,B,,,\nshort\nc@example.org,"C\nc",,,\nd@example.org,D,,,'
    rows = read_file(HEADER + raw)
    assert [(first, last) for first, last, _ in rows] == [(2, 2), (4, 4), (5, 5), (6, 7), (8, 8)]
    assert [one if isinstance(one, str) else one.email for _, _, one in rows] == [
        "quotes",
        "b@example.org",
        "ragged",
        "name: control_character",
        "d@example.org",
    ]


@pytest.mark.parametrize("filler", [b"x" * LONGEST, b"x\n" * LONGEST, b"x" * 200_000])
def test_what_a_customer_typed_into_one_cell_never_becomes_rows(filler):
    hidden = b"victim@example.org,V,,,yes\n"
    raw = HEADER + b'a@example.org,"' + hidden + filler + b"\n" + hidden + b'",,,\nb@example.org,B,,,\n'
    said = [one for _, _, one in read_file(raw)]
    assert said[0] == "too_long"
    assert [one.email for one in said[1:]] == ["b@example.org"]


def test_reasons_are_in_the_page():
    page = (ROOT / "docs" / "import.md").read_text()
    for code, words in REASONS.items():
        assert f"| `{code}` | {words} |" in page


def test_every_key_of_the_map_is_in_the_page():
    from chalicelib.imports.cells import ConsentColumn, Split, StopColumn
    from chalicelib.imports.column_map import KnownColumns

    page = (ROOT / "docs" / "import.md").read_text()
    for prefix, shape in (
        ("", ImportMap),
        ("columns.", KnownColumns),
        ("consents.", ConsentColumn),
        ("stops.", StopColumn),
        ("split.", Split),
    ):
        for name in shape.model_fields:
            assert f"| `{prefix}{name}` |" in page, name


@pytest.mark.parametrize(
    "changed",
    [
        {"columns": {"name": "name"}},
        {"columns": {"email": "email", "id": "id"}},
        {"ids_of": "till"},
        {"columns": {"email": "email", "order_total": "total"}},
        {"currency": ""},
        {"time_zone": "Mars/Olympus"},
        {"dates": ["%d.%m.%y"]},
        {"dates": []},
        {"consents": [{**MAP["consents"][0], "no": ["YES "]}]},
        {"consents": [{**MAP["consents"][0], "words": " "}]},
        {"consents": [{**MAP["consents"][0], "collected": None}]},
        {"consents": [MAP["consents"][0]] * 2},
        {"notes": {"Restricted": "name"}},
        {"surprise": 1},
        {"name": "Till 2026"},
    ],
)
def test_a_map_that_contradicts_itself_is_refused(changed):
    with pytest.raises(ValueError):  # noqa: PT011 - pydantic's own
        make_map(**changed)


@pytest.mark.parametrize(
    ("text", "fraction", "total"),
    [
        ("1,234.50", ".", "1234.50"),
        ("1.234,50", ",", "1234.50"),
        ("1.234", ",", "1234"),
        ("1 234", ".", "1234"),
        ("7", ",", "7"),
        ("0.5", ".", "0.5"),
    ],
)
def test_amounts_are_read_as_the_map_says_they_are_written(text, fraction, total):
    said = read_row(f'a@example.org,A,"{text}",2026-01-01,'.encode(), decimal=fraction)
    assert str(said.orders[0].total) == total


@pytest.mark.parametrize(
    ("text", "fraction"), [("12.34.5", ","), ("1,5,5", "."), ("1.2345.678", ","), ("1,23", "."), ("1.23", ",")]
)
def test_amounts_that_could_mean_another_are_refused(text, fraction):
    assert read_row(f'a@example.org,A,"{text}",2026-01-01,'.encode(), decimal=fraction) == "order_total: invalid"


def test_a_date_that_two_formats_read_differently_is_refused():
    both = {"dates": ["%d/%m/%Y", "%m/%d/%Y"]}
    assert read_row(b"a@example.org,A,5,03/04/2026,", **both) == "order_date: ambiguous"
    assert read_row(b"a@example.org,A,5,30/04/2026,", **both).orders[0].placed_at.day == 30


moments = st.integers(0, 3900).map(lambda days: datetime(2016, 1, 1, tzinfo=UTC) + timedelta(days=days))


def say_by_import(answer, at):
    """Return an event of the import: somebody's yes or no, collected on a day."""
    rules = make_map(consents=[{**MAP["consents"][0], "collected": at.date()}], as_of=at.date())
    table = open_table(io.BytesIO(HEADER + b"a@example.org,A,,,%s\n" % answer.encode()), rules.wanted)
    submission = RowReader(rules, table.columns, "US", NOW).read_row(next(table.records).cells)
    return submission, read_submission(submission)


def say_signed(state, at):
    """Return an event of the person: a proven yes, or the no that any link in a mail takes."""
    consent = Consent(
        purpose="marketing",
        state=state,
        at=at,
        channel="link",
        grade=Grade.SIGNED if state is ConsentState.GIVEN else Grade.TYPED,
    )
    submission = Submission(sender="link", topic="test", trust=Trust.OWN, received_at=at, occurred_at=at, body=b"{}")
    return submission, Reading(kind="consent", consents=(consent,))


def find_state(said):
    """Fold a history; return where marketing stands."""
    history = [(str(place), *event) for place, event in enumerate(said)]
    return fold_history("c", history).consents["marketing"].state


@settings(deadline=None)
@given(st.lists(moments, max_size=4), st.lists(moments, min_size=1, max_size=2), st.randoms())
def test_an_imports_yes_never_outranks_a_no_of_whatever_date(yes, no, random):
    said = [say_by_import("yes", at) for at in yes]
    said += [random.choice((say_by_import("no", at), say_signed(ConsentState.WITHDRAWN, at))) for at in no]
    random.shuffle(said)
    assert find_state(said) is ConsentState.WITHDRAWN


@settings(deadline=None)
@given(moments, moments, st.booleans())
def test_an_imports_no_withdraws_unless_a_proven_yes_came_later(no, yes, first):
    said = [say_signed(ConsentState.GIVEN, yes), say_by_import("no", no)]
    assert (find_state(said[:: 1 if first else -1]) is ConsentState.WITHDRAWN) == (no >= yes)


@settings(deadline=None)
@given(st.lists(st.lists(st.text(max_size=20), min_size=5, max_size=5), max_size=6))
def test_whatever_a_file_holds_each_row_is_told_and_nothing_is_raised(rows):
    text = io.StringIO(newline="")
    csv.writer(text, quoting=csv.QUOTE_ALL).writerows(rows)
    raw = HEADER + text.getvalue().encode("utf-8", "surrogatepass")
    told = read_file(raw)
    assert len(told) == len(rows)


@settings(deadline=None)
@given(st.binary(max_size=300))
def test_any_bytes_under_a_good_header_are_told_row_by_row(junk):
    for first, last, said in read_file(HEADER + junk):
        assert 2 <= first <= last
        assert not isinstance(said, str) or said.rpartition(": ")[2] in REASONS
