"""The maps that come with Regulars, over invented exports in the vendors' own columns. Pure."""

import io
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from chalicelib.errors import DefinitionError
from chalicelib.imports.json_lines import open_lines
from chalicelib.imports.reasons import FileRefusedError
from chalicelib.imports.shipped import list_systems, load_shipped
from chalicelib.imports.submission import RowReader
from infra.staff.import_files import open_rows
from tests.builders.imports import read_one

NOW = datetime(2026, 11, 30, 12, 0, tzinfo=UTC)
DAY = date(2026, 11, 28)
MAILCHIMP = "Email Address,First Name,Phone Number,OPTIN_TIME,OPTIN_IP,CONFIRM_TIME,CONFIRM_IP,UNSUB_TIME\n"
KLAVIYO = "Email,Phone Number,Email Marketing Consent,Email Marketing Consent Timestamp,Email Suppressions\n"
SHOPIFY = "Email,Accepts Email Marketing,Phone,Accepts SMS Marketing\n"
PINPOINT = "ChannelType,Address,EndpointStatus,OptOut,User.UserId\n"
LISTMONK = "uuid,email,name,attributes,status,created_at,updated_at\n"


def read(system, text, word="", own=None):
    """Return what each row says (or its reason), and what was left out of them."""
    rules = load_shipped(system, DAY, own)
    table = open_rows(io.BytesIO(text if isinstance(text, bytes) else text.encode()), rules)
    reader = RowReader(rules, table.columns, "US", NOW, word)
    said = [read_one(reader, record) for record in table.records]
    return said, dict(reader.left_out)


def tell(reading):
    """Return the consents of a reading in short."""
    return {consent.purpose: consent.state.value for consent in reading.consents}


def test_each_system_has_a_map_and_another_is_refused_by_name():
    assert list_systems() == ("klaviyo", "listmonk", "mailchimp", "pinpoint", "shopify")
    for system in list_systems():
        assert load_shipped(system, DAY).as_of == DAY
    with pytest.raises(DefinitionError, match="klaviyo, listmonk"):
        load_shipped("../column_map", DAY)


def test_mailchimps_subscribers_come_with_the_moment_and_network_of_their_sign_up():
    row = "a@example.org,Asha,'+12025550123,2024-02-11 09:30:00,198.51.100.23,2024-02-11 09:34:10,198.51.100.24,\n"
    (said,), left = read("mailchimp", MAILCHIMP + row, "subscribed")
    (yes,) = said.consents
    assert (yes.state, yes.at, yes.network) == ("given", datetime(2024, 2, 11, 9, 30, tzinfo=UTC), "198.51.100.0/24")
    assert (yes.grade, yes.words, yes.channel) == ("typed", "", "import:mailchimp")  # never a proven double opt-in
    assert (said.phone, said.fields["name"]) == ("+12025550123", "Asha")
    assert said.entry.values == {"mailchimp_confirmed": "2024-02-11 09:34:10"}
    assert left == {}
    assert b"198.51.100.2" not in repr(said).encode()  # no single address


@pytest.mark.parametrize(
    ("when", "reason"),
    [
        ("", "missing"),
        ("10/11/2018 9:55", "ambiguous"),  # October or November: a spreadsheet wrote it anew
        ("soon", "invalid"),
        ("2031-01-01 00:00:00", "in_future"),
    ],
)
def test_a_yes_without_a_moment_is_left_out_and_the_person_comes_over(when, reason):
    (said,), left = read("mailchimp", f"{MAILCHIMP}a@example.org,,,{when},,2024-02-11 09:34:10,,\n", "subscribed")
    assert (said.email, said.consents) == ("a@example.org", ())
    assert left == {f"consent marketing: {reason}": 1}


@pytest.mark.parametrize(
    ("when", "moment"),
    [
        ("2024-02-11 09:30:00", (2024, 2, 11, 9, 30)),
        ("2024-02-11T09:30:00Z", (2024, 2, 11, 9, 30)),
        ("2024-02-11 10:30:00+01:00", (2024, 2, 11, 9, 30)),
        ("2/28/2024 9:30", (2024, 2, 28, 9, 30)),  # US, from a spreadsheet: no other reading
        ("28/2/2024 9:30", (2024, 2, 28, 9, 30)),
        ("2/2/2024", (2024, 2, 2)),
    ],
)
def test_moments_are_read_as_the_vendor_or_a_spreadsheet_writes_them(when, moment):
    (said,), _ = read("klaviyo", f"{KLAVIYO}a@example.org,,SUBSCRIBED,{when},[]\n")
    assert said.consents[0].at == datetime(*moment, tzinfo=UTC)


def test_the_shops_own_file_says_how_a_spreadsheet_wrote_dates_and_which_words_were_shown(tmp_path):
    own = tmp_path / "own.toml"
    own.write_text(
        'dates = ["%m/%d/%Y %H:%M"]\ntime_zone = "America/New_York"\n[[consents]]\npurpose = "marketing"\n'
        'words = "Send me news."\nversion = "2018-01-01"\ncollected = 2018-01-01\n[notes]\ntags = "TAGS"\n'
    )
    rows = "a@example.org,10/11/2018 9:55,vip\nb@example.org,,\n"
    (first, second), left = read("mailchimp", "Email Address,OPTIN_TIME,TAGS\n" + rows, "subscribed", own)
    assert [(one.consents[0].words, one.consents[0].words_version) for one in (first, second)] == [
        ("Send me news.", "2018-01-01")
    ] * 2
    assert first.consents[0].at == datetime(2018, 10, 11, 13, 55, tzinfo=UTC)
    assert second.consents[0].at == datetime(2018, 1, 1, 5, tzinfo=UTC)
    assert (first.entry.values, left) == ({"tags": "vip"}, {})


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('[[consents]]\npurpose = "marketing"\ncollected = 2018-01-01\n', "collected needs the words"),
        ('[[consents]]\npurpose = "marketing"\nwords = "{shop} may write."\n', "quoted as they were shown"),
        ('[[consents]]\npurpose = "orders"\ncolumn = "x"\nyes = ["y"]\n', "its basis in purposes.toml"),
        ("surprise = 1\n", "surprise"),
        ('columns = "x"\n', "columns"),
        ("consents = 3\n", "consents"),
    ],
)
def test_a_mistake_in_the_shops_own_file_is_told_by_its_place(tmp_path, text, words):
    own = tmp_path / "own.toml"
    own.write_text(text)
    with pytest.raises(DefinitionError, match=words) as fault:
        load_shipped("shopify", DAY, own)
    assert "own.toml" in str(fault.value)


def test_mailchimps_state_is_the_first_word_of_the_files_name():
    row = MAILCHIMP + "a@example.org,,,2020-01-01 10:00:00,,,,2024-08-15 07:12:44\n"
    told = {word: read("mailchimp", row, word)[0][0] for word in ("unsubscribed", "cleaned", "nonsubscribed", "other")}
    (no,) = told["unsubscribed"].consents
    assert (no.state, no.at) == ("withdrawn", datetime(2024, 8, 15, 7, 12, 44, tzinfo=UTC))
    assert (told["cleaned"].consents, told["cleaned"].notes) == ((), {"stops": ["bounced"]})
    assert (told["nonsubscribed"].consents, told["nonsubscribed"].notes) == ((), {})
    assert told["other"] == "consent marketing: unclear"  # a renamed file says nothing: no row of it is guessed


def test_a_no_without_a_moment_is_dated_by_the_export_and_not_by_the_sign_up():
    (said,), _ = read("mailchimp", MAILCHIMP + "a@example.org,,,2020-01-01 10:00:00,,,,\n", "unsubscribed")
    assert said.consents[0].at == datetime(2026, 11, 28, tzinfo=UTC)


@pytest.mark.parametrize(
    ("answer", "suppressed", "consents", "stops"),
    [
        ("SUBSCRIBED", "[]", {"marketing": "given"}, []),
        ("Subscribed", "", {"marketing": "given"}, []),
        ("NEVER_SUBSCRIBED", "[]", {}, []),
        ("", "", {}, []),
        ("UNSUBSCRIBED", "[]", {"marketing": "withdrawn"}, []),
        ("SUBSCRIBED", '"[""UNSUBSCRIBE""]"', {"marketing": "withdrawn"}, []),
        ("NEVER_SUBSCRIBED", "['USER_SUPPRESSED']", {"marketing": "withdrawn"}, []),
        (
            "SUBSCRIBED",
            '"[""HARD_BOUNCE"", ""SPAM_COMPLAINT""]"',
            {"marketing": "withdrawn"},
            ["bounced", "complained"],
        ),
        ("SUBSCRIBED", "a reason of next year", {"marketing": "withdrawn"}, []),
    ],
)
def test_a_suppression_of_klaviyo_wins_over_its_consent(answer, suppressed, consents, stops):
    row = f"a@example.org,,{answer},2024-02-11T09:30:00Z,{suppressed}\n"
    (said,), _ = read("klaviyo", KLAVIYO + row)
    assert (tell(said), said.notes.get("stops", [])) == (consents, stops)


def test_an_export_of_klaviyos_suppressed_profiles_is_known_by_its_name():
    assert tell(read("klaviyo", "Email\na@example.org\n", "suppressed")[0][0]) == {"marketing": "withdrawn"}
    assert tell(read("klaviyo", "Email\na@example.org\n", "newsletter")[0][0]) == {}


def test_a_word_that_klaviyo_does_not_know_refuses_the_row():
    (said,), _ = read("klaviyo", KLAVIYO + "a@example.org,,PERHAPS,,[]\n")
    assert said == "consent marketing: unclear"


def test_shopifys_no_withdraws_and_its_yes_waits_for_evidence():
    rows = "a@example.org,no,,yes\n,no,'+12025550178,no\nb@example.org,yes,'2.02556E+09,no\n"
    (first, second, third), left = read("shopify", SHOPIFY + rows)
    assert [tell(one) for one in (first, second, third)] == [
        {"marketing": "withdrawn"},
        {"marketing": "withdrawn", "sms": "withdrawn"},
        {"sms": "withdrawn"},
    ]
    assert (second.email, second.phone) == ("", "+12025550178")
    assert third.phone == ""  # a spreadsheet ate the number
    assert left == {"consent sms: missing": 1, "consent marketing: missing": 1, "phone: invalid": 1}


def test_a_name_that_is_a_formula_costs_nobody_their_opt_out():
    (said,), left = read("shopify", "Email,First Name,Last Name,Accepts Email Marketing\na@example.org,=1,Rao,no\n")
    assert (said.fields["name"], tell(said), left) == ("Rao", {"marketing": "withdrawn"}, {"name: formula": 1})


ENDPOINT = '{"ChannelType":"%s","Address":"%s","EndpointStatus":"%s","OptOut":"%s","User":{"UserId":"u1"%s}}\n'


def test_pinpoints_endpoints_are_read_by_their_channel_from_lines_as_from_csv():
    attributes = ',"UserAttributes":{"FirstName":["Asha"],"LastName":["Rao"]}'
    lines = ENDPOINT % ("EMAIL", "a@example.org", "ACTIVE", "ALL", attributes)
    lines += ENDPOINT % ("SMS", "+12025550123", "INACTIVE", "NONE", "")
    rows = "EMAIL,a@example.org,ACTIVE,ALL,u1\nSMS,'+12025550123,INACTIVE,NONE,u1\n"
    for text in (lines, PINPOINT + rows):
        (mail, text_message), left = read("pinpoint", text)
        assert (mail.email, mail.phone, tell(mail)) == ("a@example.org", "", {"marketing": "withdrawn"})
        assert (text_message.email, text_message.phone, tell(text_message)) == (
            "",
            "+12025550123",
            {"sms": "withdrawn"},
        )
        assert mail.sender_id == text_message.sender_id == "u1"
        assert left == {}
    assert read("pinpoint", lines)[0][0].fields["name"] == "Asha Rao"


def test_pinpoints_default_is_no_consent():
    (said,), left = read("pinpoint", ENDPOINT % ("EMAIL", "a@example.org", "ACTIVE", "NONE", ""))
    assert (tell(said), left) == ({}, {"consent marketing: missing": 1})


@pytest.mark.parametrize("channel", ["GCM", "APNS", "VOICE", "CUSTOM", ""])
def test_an_endpoint_of_another_channel_is_not_read(channel):
    rules = load_shipped("pinpoint", DAY)
    table = open_rows(io.BytesIO((PINPOINT + f"{channel},token,ACTIVE,NONE,u1\n").encode()), rules)
    reader = RowReader(rules, table.columns, "US", NOW)
    assert [reader.is_read(record.cells) for record in table.records] == [False]


@pytest.mark.parametrize(("status", "said"), [("enabled", {}), ("disabled", "no"), ("blocklisted", "no")])
def test_the_csv_of_listmonk_holds_opt_outs_and_no_consent(status, said):
    row = f'u,a@example.org,A,"{{""a"": 1}}",{status},2024-02-11 09:30:00.1 +0000 UTC,\n'
    (reading,), _ = read("listmonk", LISTMONK + row)
    assert tell(reading) == ({"marketing": "withdrawn"} if said else {})


@pytest.mark.parametrize(
    ("lists", "consents"),
    [
        (["confirmed"], {"marketing": "given"}),
        (["unconfirmed"], {}),
        (["confirmed", "unconfirmed"], {"marketing": "given"}),
        (["confirmed", "unsubscribed"], {"marketing": "withdrawn"}),
        ([], {}),
    ],
)
def test_the_lists_of_listmonk_say_who_confirmed(lists, consents):
    held = [f'{{"subscription_status":"{state}","subscription_created_at":"2024-02-11T09:30:00Z"}}' for state in lists]
    line = f'{{"email":"a@example.org","name":"A","status":"enabled","lists":[{",".join(held)}]}}\n'
    (said,), _ = read("listmonk", line)
    assert tell(said) == consents
    # A yes was said at the sign-up; a no came some time after it, at the latest by the day of the export.
    moments = {"given": datetime(2024, 2, 11, 9, 30, tzinfo=UTC), "withdrawn": datetime(2026, 11, 28, tzinfo=UTC)}
    assert all(consent.at == moments[consent.state.value] for consent in said.consents)


@pytest.mark.parametrize(
    "raw",
    [
        b"\xef\xbb\xbf" + KLAVIYO.encode() + b"a@example.org,,UNSUBSCRIBED,,[]\r\n",
        KLAVIYO.replace(",", ";").encode() + b"a@example.org;;UNSUBSCRIBED;;[]\n",
        KLAVIYO.replace("\n", ",Notes\n").encode() + b'a@example.org,,UNSUBSCRIBED,,[],"two\nlines, one cell"\n',
        KLAVIYO.replace(",", "\t").encode() + b"a@example.org\t\tUNSUBSCRIBED\t\t[]\n",
    ],
)
def test_byte_order_marks_other_separators_and_line_ends_in_cells_are_no_matter(raw):
    (said,), _ = read("klaviyo", raw)
    assert (said.email, tell(said)) == ("a@example.org", {"marketing": "withdrawn"})


@pytest.mark.parametrize(
    ("system", "text", "words"),
    [
        ("mailchimp", "Email,Name\n", "lacks: Email Address"),
        ("pinpoint", '{"ChannelType":"EMAIL"}\n', "lacks: Address"),
        ("pinpoint", '[{"ChannelType":"EMAIL"}]', "one JSON list"),
    ],
)
def test_the_export_of_another_system_is_refused_as_a_whole(system, text, words):
    with pytest.raises(FileRefusedError, match=words):
        read(system, text)


def test_lines_that_are_no_objects_are_told_and_take_no_other_with_them():
    good = '{"a":"%s","b":{"c":[1,2]},"d":null,"e":[{"f":"x"},{"f":"y"}],"g":[]}'
    raw = "\n".join([good % "1", "not json", "[1]", "x" * 70_000, "", good % "2"]).encode()
    table = open_lines(io.BytesIO(raw), ("a", "b.c", "b.c[0]", "d", "e.f", "e[0].f", "g"), ("a",))
    told = [(record.first, record.reason or record.cells) for record in table.records]
    cells = ("1, 2", "1", "", "x, y", "x", "")
    assert told == [(1, ("1", *cells)), (2, "not_json"), (3, "not_json"), (4, "too_long"), (6, ("2", *cells))]
    assert {"a", "b.c", "e.f"} <= set(table.seen)


def test_the_pages_name_every_system_and_its_file():
    page = (Path(__file__).resolve().parents[2] / "docs" / "moving-in.md").read_text()
    for system in list_systems():
        assert f"FROM={system}" in page


@pytest.mark.parametrize(
    ("system", "text"),
    [
        ("shopify", SHOPIFY + "a@example.org,no,,\n"),
        ("klaviyo", KLAVIYO + 'a@example.org,,SUBSCRIBED,2025-02-11T09:30:00Z,"[""UNSUBSCRIBE""]"\n'),
        ("pinpoint", PINPOINT + "EMAIL,a@example.org,ACTIVE,ALL,7\n"),
    ],
)
def test_an_opt_out_is_dated_by_the_export_though_the_shop_dates_each_yes(tmp_path, system, text):
    own = tmp_path / "own.toml"
    own.write_text(
        '[[consents]]\npurpose = "marketing"\nwords = "News."\nversion = "2018-01-01"\ncollected = 2018-01-01\n'
    )
    (said,), _ = read(system, text, own=own)
    assert [(each.state, each.at.date()) for each in said.consents if each.purpose == "marketing"] == [
        ("withdrawn", DAY)
    ]


def test_a_row_that_is_refused_counts_nothing_as_left_out():
    assert read("shopify", SHOPIFY + "not an address,no,,\n")[1] == {}
