"""A real browser at the real front door. Skipped, with the reason shown, where the machine has no Chromium.

With SHOTS=folder every page looked at is also saved there as a picture.
"""

import base64
import contextlib
import os
import shutil
import socket
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from infra.local.clock import FILE
from tests.builders.api import open_api

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
DRIVER = shutil.which("chromedriver")
QUIET = (
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-dev-shm-usage",
    "--no-first-run",
    "--hide-scrollbars",
    "--force-device-scale-factor=1",
    "--disable-component-update",
)


def find_absence() -> str:
    """Say what is missing, or nothing."""
    with contextlib.suppress(ImportError):
        import selenium  # noqa: F401

        return "" if CHROMIUM and DRIVER else "no Chromium with its chromedriver on this machine"
    return "selenium is not installed"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Skip what needs a browser."""
    absence = find_absence()
    for item in items:
        if absence and Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.skip(reason=absence))
        if Path(__file__).parent in item.path.parents:
            # The driver races its own page ("Node with given id does not belong to the document") about once in a
            # whole run of the suite; a page that is really wrong is wrong three times.
            item.add_marker(pytest.mark.flaky(reruns=2))


@pytest.fixture(scope="session", autouse=True)
def _look_often() -> Iterator[None]:
    """Let waits for a page look twenty times a second: on their own they look twice, and most pages come sooner.

    What the driver says between two pages (an element of the page before is stale) is no answer: the wait looks again.
    """
    from selenium.common.exceptions import WebDriverException
    from selenium.webdriver.support.wait import WebDriverWait

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(WebDriverWait.__init__, "__defaults__", (0.05, (WebDriverException,)))
        yield


@pytest.fixture
def site(shop, tables, cloud, monkeypatch) -> Iterator[str]:
    """Serve the app as the gateway does, on this machine; yield its address."""
    from infra.local.gateway import Gateway

    with socket.create_server(("127.0.0.1", 0)) as listener:
        address = f"http://127.0.0.1:{listener.getsockname()[1]}"
        monkeypatch.setenv("PUBLIC_URL", address)
        shop.settings = shop.settings.model_copy(update={"public_url": address})  # the links of its mails
        with open_api(shop, tables, cloud, monkeypatch):
            import app

            server = Gateway(app.app).open_server(listener)
            thread = threading.Thread(target=server.serve_forever, daemon=True)
            thread.start()
            yield address
            server.shutdown()
            thread.join()
            FILE.unlink(missing_ok=True)  # a clock that `take_time` set


@pytest.fixture(scope="session")
def open_browser(tmp_path_factory):
    """Return a function that starts a browser, with scripts or without; one each, kept for the session."""
    from selenium import webdriver

    started = {}

    def start(*, scripts: bool = True) -> webdriver.Chrome:
        if scripts not in started:
            options = webdriver.ChromeOptions()
            options.binary_location = CHROMIUM or ""
            for argument in (*QUIET, f"--user-data-dir={tmp_path_factory.mktemp('chromium')}"):
                options.add_argument(argument)
            if not scripts:
                setting = {"profile.managed_default_content_settings.javascript": 2}
                options.add_experimental_option("prefs", setting)
            options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
            started[scripts] = webdriver.Chrome(options, webdriver.ChromeService(DRIVER))
            # Selenium would wait two minutes for a browser that somebody has ended.
            started[scripts].command_executor.client_config.timeout = 30
        # What a test before this one left to say is not this one's; its page must not go on saying it either.
        started[scripts].get("about:blank")
        started[scripts].get_log("browser")
        # Nor are its cookies: those of localhost are sent to every port of it.
        started[scripts].execute_cdp_cmd("Network.clearBrowserCookies", {})
        return started[scripts]

    yield start
    for browser in started.values():
        browser.quit()


@pytest.fixture
def take_shot():
    """Return a function that saves the whole page as a picture, where SHOTS names a folder."""
    folder = os.environ.get("SHOTS")

    def shoot(browser, name: str) -> None:
        if folder:
            Path(folder).mkdir(parents=True, exist_ok=True)
            whole = browser.execute_cdp_cmd("Page.captureScreenshot", {"captureBeyondViewport": True})
            (Path(folder) / f"{name}.png").write_bytes(base64.b64decode(whole["data"]))

    return shoot
