"""`make import FROM=...`: whole exports, from a zip or a folder to the people they speak of, with opt-outs first."""

import csv
import gzip
import io
import os
import sys
import zipfile
from datetime import UTC, date, datetime, timedelta

import pytest

from chalicelib.door.intake import accept_submission
from chalicelib.imports.shipped import load_shipped
from chalicelib.models import Identity
from chalicelib.senders import read_submission
from chalicelib.settling.dispatch import sweep_inbox
from infra.places import ROOT
from infra.staff import imports
from infra.staff.import_files import list_files
from infra.staff.import_rows import opts_out
from tests.builders.api import open_api, start_container
from tests.builders.mails import DUE, Post
from tests.builders.shop import DOOR_KEY, NOW, a_submission

EXAMPLES = ROOT / "infra" / "examples" / "import"
DAY = (2026, 2, 10, 0, 0, 0)  # of the files in a zip
SUBSCRIBED = "Email Address,First Name,OPTIN_TIME\n"
UNSUBSCRIBED = "Email Address,First Name,OPTIN_TIME,UNSUB_TIME\n"


def zip_files(path, files):
    """Write a zip as a vendor does."""
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in files.items():
            archive.writestr(zipfile.ZipInfo(name, DAY), content)
    return path


def zip_example(path, system):
    """Return a zip of an example's files."""
    return zip_files(path, {f"export/{each.name}": each.read_bytes() for each in (EXAMPLES / system).iterdir()})


def move_in(shop, monkeypatch, path, system, at=NOW):
    """Import an export and settle it; return its outcome."""
    monkeypatch.setattr(imports, "FOLDER", path.parent / "out")

    class Door:
        def accept(self, submission):
            return accept_submission(submission, inbox=shop.inbox, seal=shop.seal, door_key=DOOR_KEY)

    monkeypatch.setattr(imports, "open_door", Door)
    files = list_files(path)
    outcome, reached = imports.write_rows(files, load_shipped(system, max(each.day for each in files)), at)
    assert reached
    sweep_inbox(shop.services(), at + timedelta(hours=1))
    return outcome


def list_stops(shop, email):
    services = shop.services()
    return services.suppressions.list_stops(services.people.name_rows(Identity(kind="email", value=email)))


def find_state(shop, email, purpose="marketing"):
    """Return where a consent stands, or "" for none."""
    consent = shop.read_profile(email).consents.get(purpose)
    return consent.state.value if consent else ""


def test_a_zip_of_mailchimp_comes_over_once_with_every_opt_out(shop, monkeypatch, tmp_path):
    path = zip_example(tmp_path / "export.zip", "mailchimp")
    first = move_in(shop, monkeypatch, path, "mailchimp")
    assert (first.read, first.accepted, first.repeated, first.reasons) == (7, 7, 0, {})
    states = {name: find_state(shop, f"{name}") for name in ("asha.rao@example.com", "tom.moss@example.com")}
    assert states == {"asha.rao@example.com": "given", "tom.moss@example.com": "withdrawn"}
    yes = shop.read_profile("asha.rao@example.com").consents["marketing"]
    assert (yes.at, yes.network, yes.grade) == (datetime(2024, 2, 11, 9, 30, tzinfo=UTC), "198.51.100.0/24", "typed")
    assert find_state(shop, "mara.lind@example.net") == "withdrawn"  # she stands in two files
    assert find_state(shop, "jonas.weber@example.org") == ""  # nobody knows when he agreed
    assert list_stops(shop, "aigerim@example.com") == {"bounced": "2026-02-10T00:00:00.000000Z"}
    assert len(shop.list_customers()) == 6

    before = shop.read_all("customers"), shop.read_all("keys")
    again = move_in(shop, monkeypatch, path, "mailchimp", NOW + timedelta(days=3))
    assert (again.accepted, again.repeated) == (0, 7)
    assert (shop.read_all("customers"), shop.read_all("keys")) == before


@pytest.mark.parametrize("system", ["klaviyo", "shopify", "pinpoint", "listmonk"])
def test_every_other_example_comes_over_once(shop, monkeypatch, tmp_path, system):
    path = zip_example(tmp_path / "export.zip", system)
    first = move_in(shop, monkeypatch, path, system)
    again = move_in(shop, monkeypatch, path, system, NOW + timedelta(days=3))
    assert first.accepted > 0
    assert (again.accepted, again.repeated) == (0, first.accepted)
    assert all(not row["state"]["S"].startswith("parked") for row in shop.read_all("inbox"))
    assert find_state(shop, "tom.moss@example.com") == "withdrawn"


def test_endpoints_of_one_user_are_one_customer(shop, monkeypatch, tmp_path):
    move_in(shop, monkeypatch, zip_example(tmp_path / "export.zip", "pinpoint"), "pinpoint")
    profile = shop.read_profile("asha.rao@example.com")
    assert (profile.text("phone"), profile.text("name")) == ("+12025550123", "Asha Rao")
    assert find_state(shop, "asha.rao@example.com", "sms") == "withdrawn"


def test_a_later_export_lifts_no_opt_out_and_no_stop(shop, monkeypatch, tmp_path):
    shop.take(a_submission(email="a@example.org", at=NOW - timedelta(days=300)))
    old = {
        "unsubscribed_1.csv": f"{UNSUBSCRIBED}a@example.org,A,,2026-01-05 10:00:00\n",
        "cleaned_1.csv": f"{SUBSCRIBED}b@example.org,B,\n",
    }
    move_in(shop, monkeypatch, zip_files(tmp_path / "old.zip", old), "mailchimp")
    rows = "a@example.org,A,2026-02-05 10:00:00\nb@example.org,B,2026-02-05 10:00:00\n"
    new = {"subscribed_1.csv": SUBSCRIBED + rows}
    move_in(shop, monkeypatch, zip_files(tmp_path / "new.zip", new), "mailchimp")
    assert find_state(shop, "a@example.org") == "withdrawn"
    assert set(list_stops(shop, "b@example.org")) == {"bounced"}


def test_an_address_that_bounced_elsewhere_gets_no_mail_from_here(shop, monkeypatch, tmp_path):
    from chalicelib.outreach.decide import handle_customer

    recent = f"{NOW - timedelta(days=1):%Y-%m-%d %H:%M:%S}"
    files = {"subscribed_1.csv": f"{SUBSCRIBED}a@example.org,A,{recent}\nb@example.org,B,{recent}\n"}
    files["cleaned_1.csv"] = f"{SUBSCRIBED}b@example.org,B,{recent}\n"
    move_in(shop, monkeypatch, zip_files(tmp_path / "export.zip", files), "mailchimp")
    post = Post()
    done = {name: handle_customer(shop.find_id(f"{name}@example.org"), shop.services(post), DUE) for name in "ab"}
    assert done["b"] == "suppressed"
    assert done["a"] != "suppressed"


def test_two_reasons_stop_an_address_in_one_row(shop, monkeypatch, tmp_path):
    text = 'Email,Email Suppressions\na@example.org,"[""HARD_BOUNCE"", ""SPAM_COMPLAINT""]"\n'
    move_in(shop, monkeypatch, zip_files(tmp_path / "export.zip", {"list.csv": text}), "klaviyo")
    assert set(list_stops(shop, "a@example.org")) == {"bounced", "complained"}
    assert find_state(shop, "a@example.org") == "withdrawn"


def test_opt_outs_are_accepted_before_any_yes(monkeypatch, tmp_path):
    monkeypatch.setattr(imports, "FOLDER", tmp_path)
    taken = []

    class Door:
        def accept(self, submission):
            taken.append(opts_out(read_submission(submission)))
            return True

    monkeypatch.setattr(imports, "open_door", Door)
    monkeypatch.setattr(imports, "AT_ONCE", 1)
    outcome, _ = imports.write_rows(list_files(EXAMPLES / "mailchimp"), load_shipped("mailchimp", NOW.date()), NOW)
    assert taken == [True] * 3 + [False] * 4
    assert (outcome.read, outcome.accepted) == (7, 7)


def test_a_run_that_ends_early_has_written_no_yes_before_the_opt_outs(monkeypatch, tmp_path):
    monkeypatch.setattr(imports, "FOLDER", tmp_path)
    taken = []

    class Door:
        def accept(self, submission):
            if len(taken) > 1:
                raise KeyboardInterrupt
            taken.append(opts_out(read_submission(submission)))
            return True

    monkeypatch.setattr(imports, "open_door", Door)
    monkeypatch.setattr(imports, "AT_ONCE", 1)
    _, reached = imports.write_rows(list_files(EXAMPLES / "mailchimp"), load_shipped("mailchimp", NOW.date()), NOW)
    assert (reached, taken) == (False, [True, True])


def run(monkeypatch, tmp_path, *arguments):
    """Run the command; return its status."""
    monkeypatch.setattr(imports, "FOLDER", tmp_path / "out")
    monkeypatch.setattr(sys, "argv", ["imports", *map(str, arguments)])
    return imports.main()


def test_a_dry_run_tells_what_each_column_becomes_and_what_is_left_out(monkeypatch, tmp_path, capsys):
    assert run(monkeypatch, tmp_path, "--file", EXAMPLES / "mailchimp", "--from", "mailchimp") == 0
    told = capsys.readouterr().out
    assert "OPTIN_TIME: when: consent marketing" in told
    assert "OPTIN_IP: network, truncated: consent marketing" in told
    (left,) = [line for line in told.splitlines() if line.startswith("  left out:")]
    assert {"LATITUDE", "LONGITUDE", "MEMBER_RATING", "Address", "NOTES", "TAGS"} <= set(left[12:].split(", "))
    assert "1 times left out of a row: consent marketing: missing (a yes, but the file does not say when" in told
    assert "Nothing was written. APPLY=yes does it." in told
    assert "@" not in told
    assert "198.51" not in told


def test_refused_rows_are_told_with_their_file(monkeypatch, tmp_path, capsys):
    files = {"subscribed_1.csv": SUBSCRIBED + "no address,A,\n", "unsubscribed_1.csv": UNSUBSCRIBED + "bad,B,,\n"}
    run(monkeypatch, tmp_path, "--file", zip_files(tmp_path / "export.zip", files), "--from", "mailchimp")
    rows = list(csv.DictReader(io.StringIO((tmp_path / "out" / "mailchimp-refused.csv").read_text())))
    assert [(row["file"], row["first_line"], row["holds_a_no"]) for row in rows] == [
        ("subscribed_1.csv", "2", ""),
        ("unsubscribed_1.csv", "2", "yes"),
    ]
    assert "1 of the refused rows hold a no" in capsys.readouterr().out


def test_clashes_over_several_files_are_told_with_their_file(monkeypatch, tmp_path):
    header = "ChannelType,Address,User.UserId\n"
    files = {"a.csv": f"{header}EMAIL,a@example.org,u1\n", "b.csv": f"{header}EMAIL,b@example.org,u1\n"}
    run(monkeypatch, tmp_path, "--file", zip_files(tmp_path / "export.zip", files), "--from", "pinpoint")
    rows = list(csv.reader(io.StringIO((tmp_path / "out" / "pinpoint-clashes.csv").read_text())))
    assert rows[1:] == [["one_id", "2 of a.csv", "2 of a.csv"], ["one_id", "2 of a.csv", "2 of b.csv"]]


@pytest.mark.parametrize("coding", ["utf-16", "utf-16-le", "utf-8-sig"])
def test_a_spreadsheets_unicode_text_is_read(monkeypatch, tmp_path, capsys, coding):
    text = "Email\tEmail Marketing Consent\na@example.org\tUNSUBSCRIBED\nbé@example.org\t\n"
    bom = "\ufeff" if coding == "utf-16-le" else ""
    (tmp_path / "list.txt").write_bytes((bom + text).encode(coding))
    assert run(monkeypatch, tmp_path, "--file", tmp_path / "list.txt", "--from", "klaviyo") == 0
    told = capsys.readouterr().out
    assert "1 marketing: withdrawn" in told
    assert "1 email: not_ascii" in told


def test_a_folder_of_gzipped_lines_is_read_and_other_files_are_not(monkeypatch, tmp_path, capsys):
    folder = tmp_path / "export" / "2026"
    folder.mkdir(parents=True)
    (folder / "part-1.json.gz").write_bytes(gzip.compress((EXAMPLES / "pinpoint" / "endpoints.json").read_bytes()))
    (folder / "readme.pdf").write_bytes(b"%PDF")
    (folder / ".hidden.csv").write_bytes(b"x")
    assert run(monkeypatch, tmp_path, "--file", tmp_path / "export", "--from", "pinpoint") == 0
    told = capsys.readouterr().out
    assert "4 rows read" in told
    assert "1 left out: rows of a kind that is not read" in told


@pytest.mark.parametrize(
    ("files", "words"),
    [
        ({"photo.png": b""}, "No file in it ends in .csv"),
        ({"subscribed_1.csv": "Email Address\n", "other.csv": "a,b\n"}, "other.csv: The map names columns"),
        ({"subscribed_1.csv": b"\xff\xfe\0\0"}, "subscribed_1.csv: It is UTF-16 or UTF-32"),
        ({"subscribed_1.csv.gz": b"no gzip"}, "Not a gzipped file"),
    ],
)
def test_an_export_that_cannot_be_read_is_told_in_a_sentence(monkeypatch, tmp_path, capsys, files, words):
    path = zip_files(tmp_path / "export.zip", files)
    assert run(monkeypatch, tmp_path, "--file", path, "--from", "mailchimp", "--apply", "no") == 1
    assert words in capsys.readouterr().err


def test_an_unknown_system_is_told_with_the_known_ones(monkeypatch, tmp_path, capsys):
    assert run(monkeypatch, tmp_path, "--file", EXAMPLES / "customers.csv", "--from", "sendy") == 1
    assert "FROM takes klaviyo, listmonk, mailchimp, pinpoint, shopify" in capsys.readouterr().err


def test_the_day_of_a_file_is_the_zips_own_where_no_entry_has_one(tmp_path):
    path = tmp_path / "export.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(zipfile.ZipInfo("subscribed.csv"), SUBSCRIBED)
    os.utime(path, (NOW.timestamp(), NOW.timestamp()))
    assert [each.day for each in list_files(path)] == [NOW.date()]
    assert [each.day for each in list_files(zip_example(tmp_path / "b.zip", "shopify"))] == [date(*DAY[:3])]


def test_the_door_itself_takes_an_export(shop, tables, cloud, monkeypatch, tmp_path, capsys):
    monkeypatch.setattr(imports, "FOLDER", tmp_path)
    files = list_files(zip_example(tmp_path / "export.zip", "shopify"))
    with open_api(shop, tables, cloud, monkeypatch):
        assert imports.run_import(files, load_shipped("shopify", files[0].day), NOW, apply=True, anyway=False) == 0
    start_container()
    assert "  3 accepted" in capsys.readouterr().out
    assert len(shop.read_all("inbox")) == 3
