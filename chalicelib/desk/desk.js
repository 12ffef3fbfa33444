// Passkeys: asks the server for a challenge, the browser for an answer, and sends the form with it.
"use strict";
(() => {
  const decode = text => Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), sign => sign.charCodeAt(0));
  const encode = buffer =>
    btoa(String.fromCharCode(...new Uint8Array(buffer))).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
  const name = each => ({ ...each, id: decode(each.id) });

  // By hand where the browser does not know the JSON forms (Safari before 18.4, Chromium before 129).
  const readMaking = options =>
    PublicKeyCredential.parseCreationOptionsFromJSON?.(options) ?? {
      ...options,
      challenge: decode(options.challenge),
      user: name(options.user),
      excludeCredentials: (options.excludeCredentials ?? []).map(name),
    };
  const readAsking = options =>
    PublicKeyCredential.parseRequestOptionsFromJSON?.(options) ?? {
      ...options,
      challenge: decode(options.challenge),
      allowCredentials: (options.allowCredentials ?? []).map(name),
    };
  const PARTS = ["clientDataJSON", "attestationObject", "authenticatorData", "signature", "userHandle"];
  const write = made =>
    made.toJSON?.() ?? {
      id: made.id,
      rawId: encode(made.rawId),
      type: made.type,
      clientExtensionResults: made.getClientExtensionResults(),
      response: Object.fromEntries(
        PARTS.filter(part => made.response[part]).map(part => [part, encode(made.response[part])]),
      ),
    };

  const answer = async form => {
    const given = await fetch(form.dataset.challenge, { method: "POST", body: new URLSearchParams(new FormData(form)) });
    if (given.redirected) {
      location.assign(given.url); // to sign in, or to show the passkey first
      return false;
    }
    if (!given.ok) throw new Error(given.status);
    const { publicKey } = await given.json();
    const made = form.dataset.passkey === "make"
      ? await navigator.credentials.create({ publicKey: readMaking(publicKey) })
      : await navigator.credentials.get({ publicKey: readAsking(publicKey) });
    form.elements.passkey.value = JSON.stringify(write(made));
    return true;
  };

  for (const form of document.querySelectorAll("form[data-passkey]")) {
    const fault = form.querySelector("[data-fault]"), button = form.querySelector("button"), words = button.textContent;
    if (!window.PublicKeyCredential) {
      fault.textContent = form.dataset.none;
      continue;
    }
    form.addEventListener("submit", async event => {
      event.preventDefault();
      if (button.getAttribute("aria-disabled")) return;
      button.setAttribute("aria-disabled", "true");
      button.textContent = form.dataset.working;
      fault.textContent = "";
      try {
        if (await answer(form)) form.submit();
        return;
      } catch {
        fault.textContent = form.dataset.cancelled;
      }
      button.removeAttribute("aria-disabled");
      button.textContent = words;
    });
  }
})();
