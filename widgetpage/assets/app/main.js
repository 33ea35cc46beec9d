// How a tab comes to act, and how it hears from the desk.

async function boot() {
  speak(navigator.language);
  heading(t('loading'), t('loading'));
  const code = new URLSearchParams(location.hash.slice(1)).get('k');
  page.key = store.get(KEY) || '';
  if (code && !await claim(code)) return;
  if (page.key) return takePart();
  try {
    await call('/api/state'); // is refused, and tells the desk that somebody stands at the door
  } catch { /* nor is there a desk */ }
  screen('nokey', {mark: 'stop'});
  emptyOutbox();
}

async function claim(code) {
  let answer;
  try {
    answer = await call('/api/claim', {body: {code}, key: ''});
    if (answer.ok) page.key = (await answer.json()).key;
  } catch {
    const again = el('button', {type: 'button', className: 'second', textContent: t('retry')});
    again.addEventListener('click', async () => {
      if (await claim(code)) takePart();
    });
    screen('gone', {mark: 'stop', extra: [again]});
    return false;
  }
  if (answer.ok) {
    store.set(KEY, page.key);
    store.set(MOUNTED, '');
  }
  // Only now: a reload before the answer tries again.
  history.replaceState(history.state, '', location.pathname + location.search);
  if (answer.ok) return true;
  if (page.key) return true; // an old link opened over a page that works
  screen({409: 'used', 410: 'old'}[answer.status] ?? 'wrong', {mark: 'stop'});
  return false;
}

// Only one tab acts: the one that holds the lock. Its name has the key in it,
// so a page opened anew never waits for a tab of before.
const lock = {release: null, wait: 0};

async function takePart({steal = false} = {}) {
  if (!navigator.locks) return act();
  clearTimeout(lock.wait);
  lock.wait = setTimeout(waitElsewhere, 500);
  try {
    await navigator.locks.request(`frontdesk ${page.key}`, {steal}, () => {
      clearTimeout(lock.wait);
      act();
      return new Promise((release) => {
        lock.release = release;
      });
    });
  } catch { // another tab took it over
    stopListening();
    leaveWith('elsewhere', {mark: 'wait', extra: [hereInstead()]});
    takePart();
  }
}

// waitElsewhere has no stream and asks now and then: the other tab may have been
// replaced, and this one with it.
async function waitElsewhere() {
  const answer = await call('/api/state').catch(() => null);
  if (page.acting) return;
  if (answer?.ok) {
    page.state = await answer.json();
    render();
  }
  if (answer?.status === 401) return endHere('replaced');
  if (shown !== 'elsewhere') leaveWith('elsewhere', {mark: 'wait', extra: [hereInstead()]});
  lock.wait = setTimeout(waitElsewhere, timers().retryMax);
}

function hereInstead() {
  const button = el('button', {type: 'button', className: 'second', textContent: t('elsewhere.here')});
  button.addEventListener('click', () => takePart({steal: true}));
  return button;
}

function act() {
  if (page.acting) return;
  page.acting = true;
  shown = '';
  emptyOutbox();
  listen();
}

// endHere is for a tab whose key is worth nothing any more.
function endHere(name) {
  stopListening();
  store.set(KEY, '');
  store.set(MOUNTED, '');
  leaveWith(name, {mark: 'stop'});
  lock.release?.();
}

// sayFarewell tells the desk that the end is on the screen, and leaves nothing
// behind in the browser.
let farewell = false;

async function sayFarewell() {
  if (farewell) return;
  farewell = true;
  store.set(KEY, '');
  store.set(MOUNTED, '');
  await note('ended');
  setTimeout(() => outbox.items.length || window.close(), timers().closeTab);
}

const ear = {control: null, turn: 0};

function stopListening() {
  ear.turn++;
  ear.control?.abort();
}

async function listen() {
  stopListening();
  const turn = ear.turn;
  let wait = timers().retryMin;
  let silence = 0;
  let offline = 0;
  while (turn === ear.turn) {
    ear.control = new AbortController();
    const {control} = ear;
    try {
      const answer = await call('/api/events', {signal: control.signal});
      if (answer.status === 401) return endHere('replaced');
      if (!answer.ok) throw new Error(String(answer.status));
      clearTimeout(offline);
      offline = 0;
      if ($('alert').dataset.offline) {
        delete $('alert').dataset.offline;
        alertMember('');
      }
      wait = timers().retryMin;
      sayVisibility();
      emptyOutbox();
      for await (const line of lines(answer.body)) {
        clearTimeout(silence);
        silence = setTimeout(() => control.abort(), timers().heartbeat * 2.5);
        if (turn !== ear.turn) return;
        try {
          hear(JSON.parse(line));
        } catch (error) { // ours; the connection is not to blame
          reportError(error);
        }
      }
    } catch { /* tried again below */ }
    clearTimeout(silence);
    if (turn !== ear.turn) return;
    offline ||= setTimeout(() => {
      if (turn !== ear.turn) return;
      alertMember(t('offline'));
      $('alert').dataset.offline = 'yes';
    }, 800);
    await pause(wait);
    wait = Math.min(wait * 2, timers().retryMax);
  }
}

async function* lines(body) {
  let rest = '';
  for (const reader = body.pipeThrough(new TextDecoderStream()).getReader(); ;) {
    const {value, done} = await reader.read();
    if (done) return;
    const parts = (rest + value).split('\n');
    rest = parts.pop();
    yield* parts.filter(Boolean);
  }
}

function hear({t: type, state}) {
  if (state) {
    page.state = state;
    render();
  }
  switch (type) {
    case 'replaced':
      endHere('replaced');
      break;
    case 'superseded':
      stopListening();
      leaveWith('elsewhere', {mark: 'wait', extra: [hereInstead()]});
      break;
    case 'bye':
      stopListening();
      store.set(KEY, '');
      store.set(MOUNTED, '');
      if (!['done', 'cancelled'].includes(state.status)) leaveWith('ended', {mark: 'stop'});
      break;
  }
}

let covered = 0;

// A page that is being left is hidden first; that is not worth a word.
function sayVisibility() {
  clearTimeout(covered);
  if (document.hidden) covered = setTimeout(() => page.acting && note('hidden'), 400);
  else if (page.acting) note('visible');
}

document.addEventListener('visibilitychange', sayVisibility);

// A page in the browser's back/forward cache keeps its connections: the desk
// would see it as open while the member is at the bank.
addEventListener('pagehide', () => {
  clearTimeout(covered);
  if (!page.acting) return;
  note('pagehide', {keepalive: true});
  stopListening();
  lock.release?.();
});

addEventListener('pageshow', ({persisted}) => {
  kick();
  if (!persisted || !page.acting) return;
  page.acting = false;
  takePart();
});

addEventListener('online', kick);
addEventListener('hashchange', () => location.hash && location.reload());

document.addEventListener('securitypolicyviolation', ({effectiveDirective, blockedURI}) => {
  let host = blockedURI;
  try {
    host = new URL(blockedURI).host || blockedURI.split(':')[0];
  } catch { /* inline, eval and their like */ }
  if (page.key) note('csp', {text: `${effectiveDirective} ${host}`});
});

boot();
