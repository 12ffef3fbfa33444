"""The table of stops stands on the page of mails as in the code."""

import re
from pathlib import Path

from chalicelib.shop.stops import BLOCKING, MOST_SOFT, SOFT_STOP, SOFT_WITHIN, MailUse, StopReason

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "mails.md").read_text()


def test_page_has_the_table_of_the_code():
    rows = re.findall(r"^\| `([a-z-]+)` \| [^|]+ \| (\w+) \| (\w+) \| (\w+) \| (\w+) \|$", PAGE, re.MULTILINE)
    table = {reason: dict(zip(MailUse, cells, strict=True)) for reason, *cells in rows}

    assert table == {
        reason: {use: "blocked" if reason in BLOCKING[use] else "sent" for use in MailUse} for reason in StopReason
    }


def test_page_has_the_numbers_of_the_code():
    text = " ".join(PAGE.split())
    assert f"{MOST_SOFT} soft bounces within {SOFT_WITHIN.days} days" in text
    assert f"stops for {SOFT_STOP.days} days" in text


def test_right_to_an_answer_is_blocked_by_no_stop_of_advertising():
    assert {StopReason.COMPLAINED, StopReason.WISH}.isdisjoint(BLOCKING[MailUse.PROOF] + BLOCKING[MailUse.SERVICE])
    assert set(BLOCKING[MailUse.MARKETING]) == set(StopReason)
