"""A campaign's report as a browser shows it: on a phone and on a desk, by day and by night."""

import pytest

from infra.staff.report import save_page
from tests.browser.pages import LOOK, SCHEMES, measure_contrast
from tests.builders.reports import a_group, report

# Each text of a chart: its words, where it stands, its colour and the page's.
CHARTS = """
return [...document.querySelectorAll('svg text')].map(node => { const box = node.getBoundingClientRect();
  return { text: node.textContent, left: box.left, right: box.right, top: box.top, bottom: box.bottom,
    colour: getComputedStyle(node).fill, ground: getComputedStyle(document.body).backgroundColor }; });
"""
OPEN = "document.querySelectorAll('details').forEach(node => node.open = true)"


@pytest.fixture
def show_report(tmp_path, open_browser):
    """Return a function that opens the report, all tables unfolded, at a width and in a colour scheme."""
    facts = [*a_group("sent", 9000, 1800), *a_group("held_out", 1000, 50), *a_group("over_budget", 12)]
    facts += a_group("sent", 30, 30, first=9000, currency="KZT", revenue="123456.00", by_code="yes")
    path = save_page(report(facts), tmp_path)
    browser = open_browser()

    def show(width, scheme):
        feature = {"features": [{"name": "prefers-color-scheme", "value": scheme}]}
        metrics = {"width": width, "height": 800, "deviceScaleFactor": 1, "mobile": False}
        browser.execute_cdp_cmd("Emulation.setEmulatedMedia", feature)
        browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", metrics)
        browser.get(path.as_uri())
        browser.execute_script(OPEN)
        return browser

    yield show
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": []})


@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize("width", [360, 1280])
def test_report_fits_and_can_be_read(show_report, take_shot, width, scheme):
    browser = show_report(width, scheme)
    take_shot(browser, f"report-{width}-{scheme}")
    words = browser.execute_script(LOOK)
    charts = browser.execute_script(CHARTS)

    assert browser.execute_script("return document.documentElement.scrollWidth") <= width
    assert len(words) > 60
    assert len(charts) == 2 * 3 + 2 * 6 + 5 + 2  # ends, steps, axis, groups
    for part in (*words, *charts):
        assert 0 <= part["left"] < part["right"] <= width, part
    for part in charts:
        assert measure_contrast(part["colour"], part["ground"]) >= 4.5, part
    # Texts of one line of a chart leave each other room.
    for one, other in ((a, b) for a in charts for b in charts if a["left"] < b["left"]):
        apart = one["right"] + 4 <= other["left"] or one["bottom"] <= other["top"] or other["bottom"] <= one["top"]
        assert apart, (one["text"], other["text"])
