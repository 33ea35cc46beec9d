// What everything else stands on: words, elements, waits, calls.

const NONCE = document.currentScript.nonce;
const KEY = 'frontdesk.key';
const OUTBOX = 'frontdesk.outbox';
const MOUNTED = 'frontdesk.mounted';

// page is what this tab knows: its key, what the server said last, and whether
// it is the tab that acts.
const page = {key: '', state: null, acting: false, ended: false};

// Until the server has said its timers.
const timers = () => page.state?.timers ?? {heartbeat: 10000, retryMin: 250, retryMax: 4000};

const $ = (id) => document.getElementById(id);

function el(tag, props = {}, ...children) {
  const e = Object.assign(document.createElement(tag), props);
  e.append(...children);
  return e;
}

let words = TEXTS.en;

function speak(tag) {
  const lang = String(tag || 'en').toLowerCase().split(/[-_]/)[0];
  const known = Object.hasOwn(TEXTS, lang) ? lang : 'en';
  words = {...TEXTS.en, ...TEXTS[known]};
  document.documentElement.lang = known;
}

function t(name, values = {}) {
  return words[name].replace(/\{(\w+)\}/g, (_, key) => values[key]);
}

// say is read out and shown in small print.
function say(text) {
  $('say').textContent = text;
}

// pause can be cut short by kick, when there is a reason to try again now.
const pauses = new Set();

function pause(ms) {
  return new Promise((done) => {
    const end = () => {
      clearTimeout(timer);
      pauses.delete(end);
      done();
    };
    const timer = setTimeout(end, ms);
    pauses.add(end);
  });
}

function kick() {
  for (const end of [...pauses]) end();
}

function call(path, {body, key = page.key, ...options} = {}) {
  const headers = key ? {'X-Widgetpage-Key': key} : {};
  if (body !== undefined) {
    headers['Content-Type'] = 'application/json';
    Object.assign(options, {method: 'POST', body: JSON.stringify(body)});
  }
  return fetch(path, {headers, cache: 'no-store', redirect: 'error', ...options});
}

async function note(kind, {text = '', number = 0, ...options} = {}) {
  try {
    return (await call('/api/note', {body: {kind, text: String(text).slice(0, 1000), number}, ...options})).ok;
  } catch {
    return false;
  }
}

// Storage can be switched off; then a reload loses what only this tab knew.
const store = {
  get(name) {
    try {
      return sessionStorage.getItem(name);
    } catch {
      return null;
    }
  },
  set(name, value) {
    try {
      if (value) sessionStorage.setItem(name, value);
      else sessionStorage.removeItem(name);
    } catch { /* kept in memory only */ }
  },
};

// The bank appended it for the payment form, which has read it by now.
function cleanAddress() {
  if (location.search || location.hash) history.replaceState(history.state, '', '/');
}
