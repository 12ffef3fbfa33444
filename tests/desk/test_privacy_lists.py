"""Lists of customers to download: who is on one, what the audit and the customers read of it, who may have it."""

import pytest

from chalicelib.data_requests.readable.reasons import explain_reading
from chalicelib.data_requests.readable.writer import Writer
from chalicelib.store.audit import DESK, EVERYBODY
from chalicelib.store.tours import TourKind
from chalicelib.tours import listing, steps
from tests.builders.lists import YES, forget, list_lines, order_list, read_file, restrict
from tests.builders.shop import a_submission
from tests.builders.work import count_requests

EVIL = '=HYPERLINK("http://evil.example")'


@pytest.fixture
def mara(desk):
    return desk.hire("owner", "Mara Lind")


@pytest.fixture
def people(desk):
    """Return the ids of customers: one agreed, one did not, one restricted their data, one is forgotten."""
    take = desk.shop.take
    take(a_submission(email="asha@example.com", phone="2025550123", name="Asha Rao", consents=[YES]))
    take(a_submission(email="ben@example.com", name=EVIL))
    take(a_submission(email="chen@example.com", name="Chen Restricted", consents=[YES]))
    take(a_submission(email="dara@example.com", name="Dara Forgotten", consents=[YES]))
    ids = {name: desk.shop.find_id(f"{name}@example.com") for name in ("asha", "ben", "chen", "dara")}
    restrict(desk.shop, ids["chen"])
    forget(desk, ids["dara"])
    return ids


def test_a_list_holds_everybody_who_may_be_on_it_and_no_formula(desk, mara, people):
    path = order_list(mara, columns=["name", "email", "phone", "consents", "since", "purchases"])
    page = mara.read(path)
    assert "The list is ready" in page
    assert "On the list: 2" in page
    rows = {row["email"]: row for row in read_file(mara, path)}
    assert set(rows) == {"asha@example.com", "ben@example.com"}
    assert rows["ben@example.com"]["name"] == f"'{EVIL}"
    assert rows["asha@example.com"]["consent marketing"] == "given 2026-03-01"
    assert rows["ben@example.com"]["consent marketing"] == ""
    assert rows["asha@example.com"]["since"] == "2026-03-01"
    assert rows["asha@example.com"]["phone"].endswith("2025550123")
    assert "spent" not in rows["asha@example.com"]


def test_a_purpose_leaves_out_whose_consent_does_not_stand(desk, mara, people):
    path = order_list(mara, purpose="marketing")
    mara.read(path)
    assert [row["email"] for row in read_file(mara, path)] == ["asha@example.com"]
    services = desk.services
    rows = services.people.name_address("asha@example.com")
    services.table.commit_parts([services.suppressions.write_stop(row, "complained", desk.now) for row in rows])
    path = order_list(mara, purpose="marketing")
    assert "On the list: 0" in mara.read(path)
    assert "/file" not in mara.read(path)
    assert mara.post(f"{path}/file", number=1).status_code == 404


def test_the_audit_names_everybody_on_the_list_the_goal_and_the_count(desk, mara, people):
    path = order_list(mara, goal="books")
    assert list_lines(desk)[-1] == (EVERYBODY, "list of customers: books, looked for")
    mara.read(path)
    lines = list_lines(desk)
    assert set(lines[-3:]) == {
        (people["asha"], "list of customers: books"),
        (people["ben"], "list of customers: books"),
        (DESK, "list of customers: books: 2 customers"),
    }
    assert mara.read(path)  # asking again opens nobody again
    assert list_lines(desk) == lines


@pytest.mark.parametrize("goal", ["tool", "books", "move", "other"])
@pytest.mark.parametrize("language", ["en", "hi", "bn", "kk", "fa"])
def test_the_copy_of_the_data_says_each_goal_in_the_customers_language(goal, language):
    writer = Writer(language, "Corner Shop")
    for reason in (goal, f"{goal}, looked for", f"{goal}: 12 customers"):
        told, typed = explain_reading(f"list of customers: {reason}", writer)
        assert not typed
        assert told != reason


def test_a_long_list_is_made_some_customers_a_request_and_goes_on_without_a_script(desk, mara, people, monkeypatch):
    monkeypatch.setitem(steps.SIZES, TourKind.LIST, 1)
    monkeypatch.setattr(steps, "SECONDS", 0)
    monkeypatch.setattr(listing, "FILE_PARTS", 1)
    path, turns = order_list(mara), 0
    answer = mara.get(path)
    while answer.headers.get("Refresh"):
        assert answer.headers["Refresh"] == "1"
        assert "<progress" in answer.body.decode()
        assert mara.post(f"{path}/file", number=1).status_code == 404
        turns += 1
        answer = mara.get(path)
    assert turns >= 3
    assert "Download file 2 of 2" in answer.body.decode()
    found = [row["email"] for number in (1, 2) for row in read_file(mara, path, number)]
    assert sorted(found) == ["asha@example.com", "ben@example.com"]


def test_no_call_scans_a_table(desk, mara, people):
    calls = count_requests(desk.stage.dynamodb)
    path = order_list(mara, purpose="marketing")
    mara.read(path)
    read_file(mara, path)
    assert calls["Scan"] == 0
    assert calls["TransactWriteItems"] == 2  # one begins, one page of customers ends it


def test_who_is_forgotten_before_the_download_is_not_in_it(desk, mara, people):
    path = order_list(mara)
    mara.read(path)
    forget(desk, people["asha"])
    assert [row["email"] for row in read_file(mara, path)] == ["ben@example.com"]


def test_the_tables_hold_nothing_that_can_be_read_and_the_key_is_the_cookies(desk, mara, people):
    path = order_list(mara)
    mara.read(path)
    kept = repr(desk.stage.read_all("desk"))
    assert "asha" not in kept.lower()
    parts = [row for row in desk.stage.read_all("desk") if row["sk"]["S"].startswith("part#")]
    assert len(parts) == 1
    assert "sealed" in parts[0]
    other = desk.hire("owner", "Nia Cole")
    assert other.get(path).status_code == 404
    assert other.post(f"{path}/file", number=1).status_code == 404
    assert other.post(f"{path}/delete").status_code == 404
    mara.sign_in()
    assert mara.get(path).status_code == 404  # another session of the same owner


def test_a_list_ends_after_an_hour_or_when_it_is_deleted(desk, mara, people):
    path, second = order_list(mara), order_list(mara)
    mara.read(path)
    mara.read(second)
    answer = mara.post(f"{path}/delete")
    assert "The list is deleted." in answer.body.decode()
    left = {row["pk"]["S"] for row in desk.stage.read_all("desk") if row["pk"]["S"].startswith("tour#")}
    assert left == {f"tour#{second.rpartition('/')[2]}"}
    assert mara.get(path).status_code == 404
    desk.wait(minutes=61)
    assert mara.get(second).status_code == 404


def test_an_old_touch_downloads_nothing(desk, mara, people):
    path = order_list(mara)
    mara.read(path)
    desk.wait(minutes=6)
    assert mara.post(f"{path}/file", number=1).headers["Location"].startswith("/touch?next=%2Fprivacy%2Flists%2F")
    assert mara.post("/privacy/lists", columns="name", goal="tool").headers["Location"].startswith("/touch")


@pytest.mark.parametrize(
    "wrong", [{"columns": "salary"}, {"columns": []}, {"purpose": "orders"}, {"goal": "because"}, {"goal": ""}]
)
def test_what_no_page_offers_is_refused_by_its_field(desk, mara, wrong):
    answer = mara.post("/privacy/lists", **{"columns": ["name"], "purpose": "", "goal": "tool", **wrong})
    assert answer.status_code == 422
    assert "salary" not in answer.body.decode()
    assert not [row for row in desk.stage.read_all("desk") if row["pk"]["S"].startswith("tour#")]


def test_somebody_dismissed_while_a_list_is_made_gets_none(desk, mara, people, monkeypatch):
    desk.hire("owner", "Nia Cole")
    path, staff = order_list(mara), desk.services.staff
    member, look = staff.read_member(mara.staff_id), type(staff).require_active

    def dismiss_first(self, staff_id, number):
        part = look(self, staff_id, number)
        if self.read_member(staff_id).is_active:
            self.table.commit_parts(self.write_dismissal(member, desk.now))
        return part

    monkeypatch.setattr(type(staff), "require_active", dismiss_first)
    before = list_lines(desk)
    assert "The list is being made" in mara.read(path)
    assert list_lines(desk) == before
    assert mara.get(path).headers["Location"].startswith("/sign-in")


def test_a_record_that_cannot_be_read_is_counted_and_holds_up_nobody(desk, mara, people):
    shape = {"pk": f"cust#{people['ben']}", "sk": "core"}
    desk.services.table.change_item(shape, "SET shape = :later", later=99)
    page = mara.read(order_list(mara))
    assert "On the list: 1" in page
    assert "records that could not be read: 1" in page


def test_names_of_customers_stand_in_no_address_and_in_no_page(desk, mara, people):
    path = order_list(mara)
    for page in (mara.read("/privacy/lists"), mara.read(path)):
        assert "Asha" not in page
        assert "asha@" not in page
