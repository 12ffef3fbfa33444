/* Shows a form one step at a time. Without this script, and in print, all steps stand on the page. The address after #
   says which step is open, so that the browser's own back button and the links of a summary lead to steps too. */
(() => {
  'use strict';
  const find = (wanted, where = document) => where.querySelector(wanted);
  const form = find('form'), texts = form.dataset, title = find('h1'), intro = find('.intro');
  const steps = [...form.querySelectorAll('.step')], [send, next, back] = form.querySelectorAll('.way button');
  let open;

  const show = () => {
    const moved = open != null, target = document.getElementById(location.hash.slice(1));
    const found = steps.findIndex(step => step.contains(target));
    open = found < 0 ? (target && moved ? open : +texts.start) : found;
    const step = steps[open];
    steps.forEach(each => each.hidden = each !== step);
    send.hidden = !step.dataset.sends;
    next.hidden = !(next.textContent = step.dataset.onward);
    next.className = send.hidden ? '' : 'other';
    back.hidden = !open;
    if (intro) intro.hidden = open > 0;
    if (moved) (target && target !== step ? target : find('legend', step) || title).focus();
  };
  const lead = number => location.hash = steps[number].id;

  const tell = box => {
    const row = box.closest('.field'), told = find('.fault', row) || document.createElement('p');
    told.textContent = box.type === 'checkbox' ? texts.tick : texts.fill;
    told.className = 'fault';
    told.id = 'e-' + box.name;
    find('.ask, .pick', row).after(told);
    row.classList.add('wrong');
    box.setAttribute('aria-invalid', true);
    box.setAttribute('aria-describedby', `h-${box.name} ${told.id}`);
    box.oninput = () => {
      told.remove();
      row.classList.remove('wrong');
      box.removeAttribute('aria-invalid');
    };
    box.focus();
  };

  next.onclick = () => {
    const lacking = [...steps[open].elements].find(({ validity: is }) => is.valueMissing || is.badInput);
    lacking ? tell(lacking) : lead(open + 1);
  };
  back.onclick = () => lead(open - 1);
  form.onclick = ({ target }) => {
    if (target.className !== 'clear') return;
    const picked = find(':checked', target.parentNode);
    picked.checked = false;
    picked.focus();
  };
  form.onkeydown = event => {
    if (event.keyCode !== 13 || event.target.tagName !== 'INPUT' || !send.hidden) return;
    event.preventDefault();
    next.click();
  };
  form.querySelectorAll('.progress').forEach(line => line.hidden = line.parentNode.hidden = false);
  form.classList.add('stepped');
  title.tabIndex = -1;
  onhashchange = show;
  show();
})();
