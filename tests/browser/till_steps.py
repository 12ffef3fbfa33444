"""What the till's tests in a browser share: a line that can be cut, enrolling, entries, what the browser holds."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from selenium.webdriver.common.by import By
from selenium.webdriver.support.ui import WebDriverWait

from infra.local.gateway import Gateway
from tests.browser.pages import open_page, press
from tests.builders.desk import open_desk
from tests.builders.till import read_link

# Fills in the form that is shown and presses its button, as a hand does, and waits until it is kept; for each guest.
TAKE = """
const done = arguments[arguments.length - 1], root = document.getElementById("till");
const part = name => root.querySelector(`[data-${name}]`);
const seen = async test => { while (!test()) await new Promise(next => setTimeout(next, 5)); };
(async () => {
  for (const [email, name] of arguments[0]) {
    if (!part("kept").hidden) part("again").click();
    const form = part("place").querySelector("form");
    form.elements.email.value = email;
    form.elements.name.value = name;
    form.elements.consent_marketing.checked = true;
    part("by").value = "ML";
    form.requestSubmit();
    await seen(() => !part("kept").hidden);
  }
})().then(() => done(""), fault => done(String(fault)));
"""
# Everything that the browser's storage holds for this address, as one text: rows, their bytes, and kept answers.
DUMP = """
const done = arguments[arguments.length - 1];
const words = value => value instanceof Uint8Array ? new TextDecoder("latin1").decode(value) :
  value && typeof value === "object" ? Object.entries(value).map(([name, each]) => `${name}=${words(each)}`).join(" ") : String(value);
const ask = request => new Promise((yes, no) => { request.onsuccess = () => yes(request.result); request.onerror = () => no(request.error); });
(async () => {
  const db = await ask(indexedDB.open("till", 1)), rows = [];
  for (const store of db.objectStoreNames) {
    const all = db.transaction(store).objectStore(store);
    rows.push(...(await ask(all.getAll())).map(words));
  }
  db.close();
  const kept = [];
  for (const name of await caches.keys())
    for (const request of await (await caches.open(name)).keys()) kept.push(new URL(request.url).pathname + new URL(request.url).search);
  return { rows, kept, others: words({ ...localStorage }) + words({ ...sessionStorage }) + document.cookie };
})().then(done, fault => done(String(fault)));
"""  # noqa: E501
# Copies rows of the queue aside; `change` is a place whose byte is altered in the copy, or -1.
COPY = """
const done = arguments[arguments.length - 1], [count, change] = arguments;
const ask = request => new Promise((yes, no) => { request.onsuccess = () => yes(request.result); request.onerror = () => no(request.error); });
(async () => {
  const db = await ask(indexedDB.open("till", 1)), rows = (await ask(db.transaction("queue").objectStore("queue").getAll())).slice(0, count);
  db.close();
  if (change >= 0) for (const row of rows) row.sealed[change] ^= 1;
  window.copied = [...(window.copied ?? []), ...rows];
  return rows.length;
})().then(done, fault => done(String(fault)));
"""  # noqa: E501
# Puts the copies back, as a restored backup does, sends, and waits until the queue is empty.
RESTORE = """
const done = arguments[arguments.length - 1];
const ask = request => new Promise((yes, no) => { request.onsuccess = () => yes(request.result); request.onerror = () => no(request.error); });
(async () => {
  const db = await ask(indexedDB.open("till", 1)), all = db.transaction("queue", "readwrite").objectStore("queue");
  for (const row of window.copied) await ask(all.put(row));
  document.querySelector("[data-send]").click();
  const left = () => ask(db.transaction("queue").objectStore("queue").count());
  while (await left()) await new Promise(next => setTimeout(next, 20));
  db.close();
})().then(() => done(""), fault => done(String(fault)));
"""  # noqa: E501


class Line:
    """The line between browser and desk: while it is cut, nobody listens at the desk's port."""

    def __init__(self, server_of):
        self.server_of, self.port, self.parts = server_of, 0, None

    def mend(self) -> None:
        listener = socket.create_server(("127.0.0.1", self.port))
        self.port = listener.getsockname()[1]
        server = self.server_of(listener)
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        self.parts = listener, server, thread

    def cut(self) -> None:
        if self.parts is None:
            return
        listener, server, thread = self.parts
        server.shutdown()
        thread.join()
        server.server_close()
        listener.close()
        self.parts = None


@contextmanager
def serve_till(tables, monkeypatch, shop, cloud) -> Iterator:
    """Serve the desk with the keys of a shop; `desk.line` can be cut."""
    from chalicelib.desk import console

    with open_desk(tables, monkeypatch) as opened:
        opened.line = Line(Gateway(console.app, function="desk").open_server)
        opened.line.mend()
        opened.address = f"http://localhost:{opened.line.port}"
        opened.services.settings = opened.services.settings.model_copy(update={"desk_url": opened.address})
        monkeypatch.setattr("infra.local.gateway.read_now", lambda: opened.now)
        try:
            yield opened.give_keys(shop, cloud)
        finally:
            opened.line.cut()


def enrol_browser(browser, desk, name="Front counter", language="en", width=390):
    """Make the browser a till by a new link; return the owner who made it, and the till's id."""
    owner = desk.hire("owner")
    owner.touch()
    path = read_link(owner.post("/devices", name=name))
    open_page(browser, f"{desk.address}{path}?lang={language}", width)
    press(browser, "main button")
    wait_line(browser, "on")
    wait_worker(browser)
    return owner, path.rpartition("/")[2].partition(".")[0]


def read_till(browser, name):
    return browser.find_element(By.ID, "till").get_attribute(f"data-{name}")


def wait_line(browser, state):
    WebDriverWait(browser, 15).until(lambda _: read_till(browser, "line") == state)


def wait_count(browser, count):
    WebDriverWait(browser, 30).until(lambda _: read_till(browser, "waiting") == str(count))


def wait_worker(browser):
    """Wait until the worker has kept the page."""
    script = "const done = arguments[0]; navigator.serviceWorker.ready.then(() => done(true));"
    browser.set_script_timeout(30)
    assert browser.execute_async_script(script)


def take_guests(browser, guests):
    assert browser.execute_async_script(TAKE, guests) == ""
