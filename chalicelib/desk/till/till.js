// The till: takes an entry, seals it, keeps it in the browser's storage, and sends it when there is a line.
import { seal } from "./seal.js";

const root = document.getElementById("till"), say = JSON.parse(root.dataset.said);
const language = document.documentElement.lang, POLL = 60_000, ASK = 300_000; // milliseconds
const part = name => root.querySelector(`[data-${name}]`);
const number = new Intl.NumberFormat(language), clock = { hour: "2-digit", minute: "2-digit", hourCycle: "h23" };
// The public key with this till's id; when it was asked for; whether the desk answers, and as what it knows this device.
let key, asked = 0, line = "on";

const opened = new Promise((done, fail) => {
  const asked = indexedDB.open("till", 1);
  asked.onupgradeneeded = () => {
    asked.result.createObjectStore("queue", { keyPath: "id" });
    asked.result.createObjectStore("known");
  };
  asked.onsuccess = () => done(asked.result);
  asked.onerror = () => fail(asked.error);
});

// Done once the storage has it, and not before.
const use = async (store, mode, act) => {
  const turn = (await opened).transaction(store, mode, { durability: "strict" }), asked = act(turn.objectStore(store));
  return new Promise((done, fail) => {
    turn.oncomplete = () => done(asked.result);
    turn.onabort = () => fail(turn.error);
  });
};
const list = async () => (await use("queue", "readonly", all => all.getAll())).sort((a, b) => (a.at < b.at ? -1 : 1));

const decode = text => Uint8Array.from(atob(text), sign => sign.charCodeAt(0));
const encode = bytes => btoa(Array.from(bytes, byte => String.fromCharCode(byte)).join(""));

const call = async () => {
  const answer = await fetch("/till/key", { cache: "no-store" });
  if (answer.status === 403) return false;
  if (!answer.ok) throw new Error(answer.status);
  const { spki, now, ...given } = await answer.json();
  asked = Date.now();
  key = { ...given, spki: decode(spki), ahead: now - asked };
  await use("known", "readwrite", all => all.put(key, "key"));
  return true;
};

const post = async ({ id, device, sealed }) => {
  const body = JSON.stringify({ entry: id, device, sealed: encode(sealed) });
  const headers = { "Content-Type": "application/json" };
  return (await fetch("/till/entries", { method: "POST", headers, body })).status;
};

// What the desk has answered with 200 leaves the queue; what it refuses for good stays, and holds up no other. What is
// kept meanwhile goes out in the next round.
const hand = async () => {
  const refused = new Set();
  for (;;) {
    const round = (await list()).filter(each => !refused.has(each.id));
    if (!round.length) return "on";
    for (const each of round) {
      const status = each.device === key.device ? await post(each) : 422;
      if (status === 403) return "ended";
      if (status === 409 || status === 429 || status >= 500) return "off";
      if (status === 200) await use("queue", "readwrite", all => all.delete(each.id));
      else refused.add(each.id);
      await show();
    }
  }
};

const send = () =>
  navigator.locks.request("till", { ifAvailable: true }, async lock => {
    if (!lock) return; // another tab sends
    try {
      const known = key && line === "on" && Date.now() - asked < ASK;
      line = known || (await call()) ? await hand() : "ended";
    } catch {
      line = "off";
    }
    await show();
  });

const tell = (words, waiting) => {
  const since = waiting.length ? new Date(waiting[0].at) : new Date();
  const day = since.toDateString() === new Date().toDateString() ? {} : { day: "numeric", month: "long" };
  const time = new Intl.DateTimeFormat(language, { ...clock, ...day }).format(since);
  return words.replace("{n}", number.format(waiting.length)).replace("{time}", time);
};

const show = async () => {
  const waiting = await list(), foreign = key && waiting.some(each => each.device !== key.device);
  const state = line === "ended" ? (key ? "ended" : "stranger") : foreign ? "foreign" : line;
  part("count").textContent = tell(waiting.length ? say.waiting : say.sent, waiting);
  part("line").textContent = say[state] ?? "";
  part("send").hidden = !waiting.length;
  part("work").hidden = !key || line === "ended";
  root.dataset.waiting = waiting.length;
  root.dataset.line = state;
};

const choose = name => {
  const template = root.querySelector(`template[data-form="${name}"]`);
  part("place").replaceChildren(template.content.cloneNode(true));
  for (const each of root.querySelectorAll("[data-choose]")) {
    if (each.dataset.choose === name) each.setAttribute("aria-current", "true");
    else each.removeAttribute("aria-current");
  }
  part("kept").hidden = true;
};

// What the browser itself does not ask for: a choice, several boxes, one of several fields.
const isWhole = form => {
  const data = new FormData(form);
  for (const [names, words] of JSON.parse(form.dataset.needs)) {
    const found = form.elements[names[0]], first = found instanceof RadioNodeList ? found[0] : found;
    const given = names.some(name => data.getAll(name).some(text => text.trim()));
    first.setCustomValidity(given ? "" : words);
  }
  return form.reportValidity() && part("by").reportValidity();
};

const write = async form => {
  const sent = {}, id = crypto.randomUUID(), at = new Date(Date.now() + key.ahead).toISOString();
  for (const [name, text] of new FormData(form)) (sent[name] ??= []).push(text);
  const text = JSON.stringify({ form: form.dataset.form, at, by: part("by").value.trim(), sent });
  const bound = { purpose: "till", version: "1", device: key.device, entry: id };
  const sealed = await seal(key.spki, key.id, text, bound);
  await use("queue", "readwrite", all => all.add({ id, at, device: key.device, sealed }));
};

const take = async form => {
  if (!isWhole(form)) return;
  const button = form.querySelector("[type=submit]");
  button.disabled = true;
  try {
    await write(form);
  } catch {
    part("line").textContent = say.lost;
    button.disabled = false;
    return;
  }
  part("thanks").textContent = form.dataset.then;
  part("after").textContent = form.dataset.thenMore;
  part("kept").hidden = false;
  form.remove();
  part("thanks").focus();
  await show();
  send();
};

root.addEventListener("submit", event => {
  event.preventDefault();
  take(event.target);
});
part("by").addEventListener("change", () => sessionStorage.setItem("by", part("by").value));
root.addEventListener("input", event => {
  for (const each of event.target.form?.elements ?? []) each.setCustomValidity?.("");
});
root.addEventListener("click", event => {
  const name = event.target.dataset?.choose;
  if (name) choose(name);
  if (event.target.matches("[data-send]")) send();
  if (event.target.matches("[data-again]")) choose(root.querySelector("[data-choose][aria-current]").dataset.choose);
});
addEventListener("online", send);
addEventListener("offline", send);
addEventListener("focus", send);
setInterval(async () => (await list()).length && send(), POLL);

part("by").value = sessionStorage.getItem("by") ?? ""; // as long as the page is open, in whatever language
key = await use("known", "readonly", all => all.get("key"));
choose(root.querySelector("[data-choose]").dataset.choose);
await show();
root.hidden = false;
navigator.storage?.persist?.();
navigator.serviceWorker?.register("/till/worker.js", { scope: "/till" });
send();
