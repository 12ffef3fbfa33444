/* Regulars: puts a form where this script stands, in the page's own font. Works under a strict Content-Security-Policy
   (script-src and connect-src naming this server). Where scripts are off, link to the form's own page instead.
   <script src="https://shop.example/embed.js" data-form="sign-up" data-lang="fa" data-title="نامه" async></script>
   The form has its own heading; data-heading="no" leaves it to the page. */
(() => {
  'use strict';
  const script = document.currentScript, asked = script && script.dataset;
  if (!asked || !asked.form) return;
  const address = script.src.replace(/\/embed\.js.*$/, '/forms/') + encodeURIComponent(asked.form);
  const lang = asked.lang || document.documentElement.lang;
  const query = lang ? '?lang=' + encodeURIComponent(lang) : '';
  const OPEN = { en: 'Open the form', hi: 'फ़ॉर्म खोलें', bn: 'ফর্ম খুলুন', kk: 'Нысанды ашу', fa: 'باز کردن فرم' };
  const host = document.createElement('div'), root = host.attachShadow({ mode: 'open' });
  let view, words, form, live, last = {};
  const css = `*{box-sizing:border-box}form,.step,.done{display:grid;gap:1.25em;max-width:36em;line-height:1.5}h2,h3,p{margin:0}
fieldset{border:0;margin:0;padding:0;min-width:0}
.ask{display:block;padding:0;font-weight:600;margin-bottom:.25em}small{font-weight:400}
.hint,.ends{font-size:.9em;margin-bottom:.3em}
input,textarea,select,button{font:inherit;accent-color:var(--a)}
.box{display:block;width:100%;min-height:2.75em;padding:.4em .7em;color:FieldText;background:Field}
.pick{display:flex;gap:.7em;padding:.65em .7em;margin-top:.4em}
.box,.pick{border:1px solid #767d83;border-radius:.4em}
.pick:has(:checked){border-color:var(--a);box-shadow:0 0 0 1px var(--a)}
[type=radio],[type=checkbox]{flex:none;width:1.4em;height:1.4em;margin:0}
.scale{display:grid;grid-template-columns:repeat(auto-fit,minmax(24px,1fr))}
.scale label{display:grid;justify-items:center;padding:.4em 0}
.ends{display:flex;justify-content:space-between;gap:1em}
.rank{display:grid;grid-template-columns:6em 1fr;align-items:center;margin:.4em 0}
.fault,.summary{color:#8c1d18;background:#fdecea;padding:.4em .7em;margin-bottom:.3em;font-weight:600}
.summary a{color:inherit}ul{margin:0}li{padding:.15em 0}
[aria-invalid].box{border:2px solid #a6231b}
:focus-visible{outline:3px solid var(--a);outline-offset:2px}
.send{justify-self:start;min-height:3em;padding:0 1.6em;font-weight:600;color:var(--o);background:var(--a);border:1px solid transparent;border-radius:.4em}`;

  // The shop's colour, unless the page around names one by --regulars-accent, with --regulars-on for the text upon it.
  const paint = () => `:host{--a:var(--regulars-accent,${view.accent[0]});--o:var(--regulars-on,${view.accent[1]})}` + css;

  // Texts become text nodes and never markup.
  const make = (tag, given, ...parts) => {
    const node = document.createElement(tag);
    for (const [name, value] of Object.entries(given)) {
      if (value != null && value !== false) node.setAttribute(name, value === true ? '' : value);
    }
    node.append(...parts);
    return node;
  };

  const dress = () => {
    try {
      // A constructed sheet needs neither an inline style nor a request: style-src does not govern it.
      const sheet = new CSSStyleSheet();
      sheet.replaceSync(paint());
      root.adoptedStyleSheets = [sheet];
    } catch (old) {
      root.append(make('style', {}, paint()));
    }
  };

  const told = 'aria-describedby';
  const each = (query, act) => root.querySelectorAll(query).forEach(act);
  const small = text => text ? make('small', {}, ` (${text})`) : '';
  const need = item => small(item.required && words.required);
  const hint = field => field.hint ? make('p', { class: 'hint', id: 'h-' + field.name }, field.hint) : '';
  const hinted = field => field.hint ? 'h-' + field.name : null;
  const name = (field, at) => 'f-' + field.name + (at ? '-' + at : '');
  const box = (type, field, value, text, at, kind) => make('label', { class: kind || 'pick' },
    make('input', { type, name: field.name, value, id: name(field, at), required: type === 'checkbox' && field.required }),
    make('span', {}, ...text));

  const several = field => {
    const set = make('fieldset', { role: field.input.type === 'radio' && 'radiogroup', [told]: hinted(field) },
      make('legend', { class: 'ask' }, field.label, need(field)), hint(field));
    const scored = field.control === 'scale', list = scored ? set.appendChild(make('div', { class: 'scale' })) : set;
    const ranks = field.ranks || [], type = field.input.type;
    if (!ranks.length) field.options.forEach(([value, text], at) => list.append(
      box(type, { name: field.name }, value, [text], at, scored && 'tile')));
    if (field.ends) set.append(make('p', { class: 'ends' }, ...field.ends.map(end => make('span', {}, end))));
    ranks.forEach((rank, at) => set.append(make('p', { class: 'rank' }, make('label', { for: name(field, at) }, rank),
      make('select', { class: 'box', name: field.name, id: name(field, at) }, make('option', { value: '' }, words.pick),
        ...field.options.map(([value, text]) => make('option', { value }, text))))));
    return set;
  };

  const typed = field => {
    const long = field.control === 'lines';
    return [make('label', { class: 'ask', for: name(field) }, field.label, need(field)), hint(field),
      make(long ? 'textarea' : 'input', Object.assign({
        class: 'box', id: name(field), name: field.name, autocomplete: field.autocomplete, required: field.required,
        maxlength: field.length, [told]: hinted(field)
      }, field.input))];
  };

  const draw = () => {
    words = view.words;
    form = make('form', { novalidate: true, lang: view.language, dir: view.direction, 'aria-label': view.title });
    live = make('p', { role: 'status' });
    if (asked.heading !== 'no') form.append(make('h2', {}, view.title), make('p', {}, view.intro));
    if (view.promise) form.append(make('p', { class: 'hint' }, view.promise));
    for (const step of view.steps.length ? view.steps : [0]) {
      const part = make('fieldset', { class: 'step' }), row = (item, ...parts) => {
        if (!step || [...step.fields, ...step.consents].includes(item.name))
          part.append(make('div', { 'data-name': item.name }, ...parts));
      };
      if (step.title) part.append(make('legend', { class: 'ask' },
        make('h3', {}, step.title, small(step.optional && step.progress))));
      for (const field of view.fields) row(field, ...(field.options.length ? [several(field)] : typed(field)));
      for (const item of view.consents) row(item, box('checkbox', item, item.value, [item.words, need(item)]));
      form.append(part);
    }
    form.append(make('label', { hidden: true }, words.leave_empty,
      make('input', { name: view.honeypot, tabindex: -1, autocomplete: 'off' })));
    const facts = address.replace(/\/forms\/[^/]*$/, '/privacy?lang=') + view.language;
    form.append(make('button', { class: 'send' }, view.submit), live,
      make('p', { class: 'hint' }, make('a', { href: facts, target: '_blank', rel: 'noopener' }, words.privacy)));
    form.addEventListener('submit', start);
    root.replaceChildren(form);
    dress();
  };

  const start = event => {
    event.preventDefault();
    if (form.ariaBusy === 'true') return;
    clear();
    form.ariaBusy = 'true';
    live.textContent = words.sending;
    const body = new URLSearchParams(new FormData(form)), content = body.toString();
    // A retry of the same content keeps its id, so it can be kept only once.
    if (last.content !== content) last = { content, id: roll() };
    body.set('language', view.language);
    body.set('submission', last.id);
    send(body, 2);
  };

  const roll = () => {
    let id = '';
    for (const byte of crypto.getRandomValues(new Uint8Array(16))) id += (256 + byte).toString(16).slice(1);
    return id;
  };

  const send = async (body, tries) => {
    body.set('page_token', view.page_token);
    try {
      const answer = await fetch(address, { method: 'POST', body, credentials: 'omit' });
      const said = await answer.json(), faults = said.fields || {};
      if (answer.ok) return thank(said);
      if (answer.status > 499) throw said;
      if (said.question) pose(said.question);
      if (!faults.page_token || !tries) return tell(said.messages || {}, faults);
      await load();
      send(body, 0);
    } catch (lost) {
      if (tries) setTimeout(send, 3000 / tries, body, tries - 1);
      else tell({});
    }
  };

  // A post that looks like a machine's is kept once this question is answered; it belongs to the page token beside it.
  const pose = question => {
    each(`[data-name=${question.name}]`, node => node.remove());
    view.page_token = question.page_token;
    view.fields.unshift(question);
    form[view.honeypot].value = '';
    form.querySelector('.send').before(make('div', { 'data-name': question.name }, ...typed(question)));
  };

  const clear = () => {
    each('.fault,.summary', node => node.remove());
    each('[aria-invalid]', node => node.removeAttribute('aria-invalid'));
    each(`[${told}]`, node => node.setAttribute(told, node.getAttribute(told).replace(/ ?e-\S+/, '')));
  };

  const tell = (messages, faults) => {
    const list = make('ul', {}), names = Object.keys(messages);
    for (const name of names) {
      const row = root.querySelector(`[data-name="${name}"]`), target = row && root.getElementById('f-' + name);
      const field = view.fields.find(field => field.name === name);
      const group = faults[name] === 'one_of', label = field && !group ? field.label + (/[?؟]$/.test(field.label) ? ' ' : ': ') : '';
      const link = make(target ? 'a' : 'span', { href: target && '#' }, label + messages[name]);
      list.append(make('li', {}, link));
      if (!target) continue;
      link.onclick = event => { event.preventDefault(); target.focus(); };
      if (group) continue;
      row.prepend(make('p', { class: 'fault', id: 'e-' + name }, messages[name]));
      const box = row.querySelector('fieldset') || target;
      box.setAttribute(told, `${box.getAttribute(told) || ''} e-${name}`);
      row.querySelectorAll('[role=radiogroup],[type=checkbox],.box').forEach(node => node.setAttribute('aria-invalid', true));
    }
    const summary = make('div', { class: 'summary', role: 'alert', tabindex: -1 },
      make('p', {}, names.length ? words.summary : words.not_sent), list);
    live.textContent = '';
    form.ariaBusy = 'false';
    form.prepend(summary);
    summary.focus();
  };

  const thank = said => {
    const box = make('div', { class: 'done', tabindex: -1, role: 'status', lang: view.language, dir: view.direction },
      make('h2', {}, view.thanks_title), make('p', {}, view.thanks),
      said.number ? make('p', {}, words.number + ' ', make('b', { dir: 'ltr' }, said.number)) : '',
      make('p', {}, view.next));
    root.replaceChildren(box);
    box.focus();
  };

  const load = async () => {
    const answer = await fetch(address + '/schema' + query, { credentials: 'omit' });
    if (!answer.ok) throw new Error(`the server answered ${answer.status}`);
    view = (await answer.json())['x-form'];
  };

  // Where the form cannot stand, a visitor gets a link, and whoever looks after the page is told what to do.
  const give = fault => {
    console.error(`Regulars: the form "${asked.form}" cannot stand here (${fault.message}). Its "origins" must name`
      + ` ${location.origin}, and connect-src ${new URL(address).origin} (docs/forms.md).`);
    const spoken = OPEN[lang.slice(0, 2)] ? lang.slice(0, 2) : 'en';
    const words = asked.title ? [asked.title, lang] : [OPEN[spoken], spoken];
    root.replaceChildren(make('a', { href: address + query, lang: words[1], dir: 'auto' }, words[0]));
  };

  // Inside the shadow a page's own shortcuts no longer see that somebody is typing: keep the keys here.
  for (const name of ['keydown', 'keypress', 'keyup']) host.addEventListener(name, event => event.stopPropagation());
  script.after(host);
  load().then(draw).catch(give);
})();
