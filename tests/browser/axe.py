"""axe-core: what it finds wrong for people who cannot see a page, or use no mouse.

Fetched once from npm, as DynamoDB Local is; its licence is MPL-2.0, and no page of ours contains it.
"""

import pytest
from selenium.webdriver.remote.webdriver import WebDriver

from infra.local.npm import fetch_package
from infra.places import ROOT

PACKAGE = "axe-core@4.11.0"
SHA256 = "39bed7d72308f6d620789c169d699bfd7e8da80f65b545821a6b2215c3e83107"
HOME = ROOT / ".cache" / "axe-core-4.11.0"
# All rules run; of those that hold, axe need not list every element.
RUN = """const done = arguments[arguments.length - 1];
axe.run({ resultTypes: ['violations'] }).then(found => done(found.violations));"""


def find_violations(browser: WebDriver) -> list[str]:
    """Return each rule that the open page breaks, with the elements that break it."""
    if absence := fetch_package(PACKAGE, SHA256, HOME):
        pytest.skip(absence)
    browser.execute_script((HOME / "axe.min.js").read_text("utf-8"))
    found = browser.execute_async_script(RUN)
    return [f"{rule['id']}: {', '.join(str(node['target']) for node in rule['nodes'][:5])}" for rule in found]
