// What the member sees. It follows from the state and is built anew only when
// that asks for something else, so that nothing half done is wiped.

let shown = '';

// screen shows a message with no payment form and nothing to fill in.
function screen(name, {mark = '', extra = [], tab = ''} = {}) {
  shown = name;
  $('session').hidden = $('own').hidden = true;
  $('progress').hidden = true;
  $('head').dataset.mark = mark;
  $('purpose').textContent = t(`${name}.text`);
  $('stage').replaceChildren(...extra);
  heading(t(`${name}.title`), tab || t(`${name}.title`));
}

function heading(text, tab) {
  $('heading').textContent = text;
  document.title = page.state?.studio ? `${tab} · ${page.state.studio}` : tab;
  say('');
  if (document.activeElement === document.body || $('stage').contains(document.activeElement)) $('heading').focus({preventScroll: true});
}

// leaveWith ends this tab's part with a message.
function leaveWith(name, options) {
  page.acting = false;
  alertMember('');
  $('help').hidden = true;
  settleWidget();
  screen(name, options);
}

function alertMember(text, label, action) {
  const box = $('alert');
  if (box.contains(document.activeElement)) $('heading').focus({preventScroll: true});
  box.replaceChildren();
  box.hidden = !text;
  if (!text) return;
  box.append(el('p', {textContent: text}));
  if (label) {
    const button = el('button', {type: 'button', className: 'second', textContent: label});
    button.addEventListener('click', action);
    box.append(button);
  }
  box.scrollIntoView({block: 'nearest'});
}

function render() {
  const s = page.state;
  speak(s.lang);
  document.querySelector('header').hidden = false;
  $('studio').textContent = s.studio;
  $('match-label').textContent = t('code');
  $('match-code').textContent = s.match;
  if (!page.acting) return;
  offerHelp(!['done', 'cancelled'].includes(s.status));
  settleWidget();

  const what = JSON.stringify([s.status, s.number, s.answered, s.expired, s.step, s.total, s.title, s.purpose, s.amount, s.lang]);
  if (what !== shown) renew(s);
  shown = what;
  countDown(s);
}

function renew(s) {
  alertMember('');
  if (s.answered) {
    screen(page.refused === s.number ? 'refused' : 'thanks', {mark: 'wait'});
  } else if (s.expired) {
    screen('expired', {mark: 'wait'});
  } else if (s.status === 'done') {
    screen('done', {mark: 'done', tab: t('done.tab')});
    page.ended = true;
    if (!outbox.items.length) sayFarewell();
  } else if (s.status === 'cancelled') {
    screen('cancelled', {mark: 'stop'});
  } else {
    task(s);
  }
}

// task is a step: which of how many, what, how much, what for.
function task(s) {
  const progress = s.total ? t('step', {step: s.step, total: s.total}) : '';
  const title = s.title || t('wait.title');
  $('head').dataset.mark = s.status === 'wait' ? 'wait' : '';
  $('progress').hidden = !progress;
  $('progress').replaceChildren(progress, s.total > 1 ? dots(s) : '');
  $('purpose').textContent = s.purpose || (s.status === 'wait' ? t('wait.text') : '');
  heading(title, progress || title);
  if (s.amount) $('heading').replaceChildren(`${title} `, el('span', {className: 'amount', textContent: s.amount}));
  if (s.status === 'sign') $('stage').replaceChildren(signForm(s));
  else if (s.status === 'wait' && s.purpose) $('stage').replaceChildren(el('p', {className: 'muted', textContent: t('wait.text')}));
  else $('stage').replaceChildren();
}

function dots({step, total}) {
  const row = el('span', {className: 'dots'});
  row.setAttribute('aria-hidden', 'true');
  for (let i = 1; i <= Math.min(total, 9); i++) row.append(el('i', {className: i < step ? 'past' : i === step ? 'now' : ''}));
  return row;
}

// The seconds left are counted from when the server said them; this machine's
// calendar is not asked.
const countdown = {until: 0, warned: 0};

function countDown(s) {
  countdown.until = s.left === undefined || s.expired || s.answered ? 0 : performance.now() + s.left * 1000;
  showLeft();
}

function showLeft() {
  const line = $('session');
  line.hidden = !countdown.until || page.state?.status !== 'pay' || !page.acting;
  $('own').hidden = line.hidden || $('widget').hidden || $('widget').inert; // there is nothing to enter
  if (line.hidden) return;
  $('own').textContent = t('pay.own');
  const left = Math.max(0, Math.floor((countdown.until - performance.now()) / 1000));
  const soon = left * 1000 <= timers().expiring;
  line.classList.toggle('soon', soon);
  if (left < 120) line.textContent = t('session.short', {time: `${Math.floor(left / 60)}:${String(left % 60).padStart(2, '0')}`});
  else line.textContent = t('session', {n: Math.round(left / 60)});
  if (soon && countdown.warned !== page.state.number) {
    countdown.warned = page.state.number;
    say(t('session.soon'));
  }
}
setInterval(showLeft, 1000);

function offerHelp(offered) {
  const footer = $('help');
  footer.hidden = !offered;
  if (!offered || footer.dataset.lang === document.documentElement.lang) return;
  footer.dataset.lang = document.documentElement.lang;
  const open = el('button', {type: 'button', className: 'quiet', textContent: t('help.open')});
  const answer = el('p', {className: 'muted'});
  answer.setAttribute('role', 'status');
  open.addEventListener('click', () => {
    const field = el('input', {id: 'help-text', maxLength: 200, autocomplete: 'off'});
    const back = el('button', {type: 'button', className: 'quiet', textContent: t('help.back')});
    const form = el('form', {}, el('label', {htmlFor: 'help-text', textContent: t('help.label')}), field,
      el('div', {className: 'buttons'}, el('button', {type: 'submit', className: 'second', textContent: t('help.send')}), back));
    const close = (text) => {
      form.replaceWith(open, answer);
      answer.textContent = text;
      open.focus();
    };
    back.addEventListener('click', () => close(''));
    form.addEventListener('submit', async (event) => {
      event.preventDefault();
      close(await note('help', {text: field.value, number: page.state?.number}) ? t('help.sent') : t('help.failed'));
    });
    footer.replaceChildren(form);
    field.focus();
  });
  footer.replaceChildren(open, answer);
}
