// Keeps the till's page and its files, so that it opens without a line; VERSION and SHELL are written above by the
// server. Nothing else is ever kept: no answer to a post, no page of the desk, no customer.
"use strict";
const NAME = `till-${VERSION}`;

// Asked for without cookies: what is kept is what a stranger sees. A line that gives no answer counts as none.
const ask = address =>
  fetch(new Request(address, { credentials: "omit", cache: "no-cache", signal: AbortSignal.timeout(4_000) }));

const keep = async address => {
  const answer = await ask(address);
  if (!answer.ok || answer.redirected) throw new Error(answer.status);
  await (await caches.open(NAME)).put(address, answer.clone());
  return answer;
};

// The address under which something of the shell is kept, or "". A page without a language is kept in each.
const place = url => {
  const asked = url.pathname + url.search;
  if (SHELL.includes(asked)) return asked;
  if (url.pathname !== "/till") return "";
  const spoken = self.navigator.language.split("-")[0];
  return SHELL.find(each => each.endsWith(`=${spoken}`)) ?? SHELL[0];
};

self.addEventListener("install", event => {
  event.waitUntil(Promise.all(SHELL.map(keep)).then(() => self.skipWaiting()));
});

self.addEventListener("activate", event => {
  const clean = async () => {
    const old = (await caches.keys()).filter(name => name.startsWith("till-") && name !== NAME);
    await Promise.all(old.map(name => caches.delete(name)));
    await self.clients.claim();
  };
  event.waitUntil(clean());
});

self.addEventListener("fetch", event => {
  const url = new URL(event.request.url);
  const kept = event.request.method === "GET" && url.origin === self.location.origin ? place(url) : "";
  if (!kept) return;
  const answer = async () => {
    try {
      return await keep(kept);
    } catch {
      return (await caches.match(kept)) ?? Response.error();
    }
  };
  event.respondWith(answer());
});
