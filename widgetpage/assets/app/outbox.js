// What the member did, until the server has it. Nothing is dropped: not by a
// reload, not by a server that is away, not by a key that has been replaced.

const outbox = {
  items: JSON.parse(store.get(OUTBOX) || '[]'),
  busy: false,
};

function saveOutbox() {
  store.set(OUTBOX, outbox.items.length ? JSON.stringify(outbox.items) : '');
}

function bring(path, body) {
  const item = {path, body, key: page.key};
  const twin = JSON.stringify(item);
  if (!outbox.items.some((other) => JSON.stringify(other) === twin)) {
    outbox.items.push(item);
    saveOutbox();
  }
  return emptyOutbox();
}

async function emptyOutbox() {
  if (outbox.busy) return;
  outbox.busy = true;
  let wait = timers().retryMin;
  let stuck = 0; // so many at the head of the line were turned down for good
  while (outbox.items.length > stuck) {
    const item = outbox.items[stuck];
    const status = await attempt(item);
    if (status >= 200 && status < 300) {
      outbox.items.splice(stuck, 1);
      saveOutbox();
      showUnsent(stuck > 0);
      cleanAddress();
      wait = timers().retryMin;
    } else if (status >= 400 && status < 500 && ![408, 425, 429].includes(status)) {
      stuck++;
      showUnsent(true);
    } else {
      showUnsent(true);
      await pause(wait);
      wait = Math.min(wait * 2, timers().retryMax);
    }
  }
  outbox.busy = false;
  if (page.ended && !outbox.items.length) sayFarewell();
}

async function attempt({path, body, key}) {
  try {
    return (await call(path, {body, key, signal: AbortSignal.timeout(20000)})).status;
  } catch {
    return 0;
  }
}

// showUnsent has a place of its own, so that no other message hides it.
function showUnsent(unsent) {
  const box = $('unsent');
  const item = outbox.items[0];
  if (!unsent || !item) {
    box.hidden = true;
    box.replaceChildren();
    return;
  }
  if (!box.hidden && box.dataset.token === String(item.body.token)) return;
  box.dataset.token = String(item.body.token);
  box.replaceChildren(el('h2', {textContent: t('unsent.title')}));
  if (item.body.token) {
    const code = el('code', {textContent: item.body.token});
    const copy = el('button', {type: 'button', className: 'quiet', textContent: t('copy')});
    copy.addEventListener('click', async () => {
      getSelection().selectAllChildren(code);
      try {
        await navigator.clipboard.writeText(item.body.token);
        copy.textContent = t('copied');
      } catch { /* it is selected, ctrl+c does it */ }
    });
    box.append(el('p', {textContent: t('unsent.token')}), el('div', {className: 'token'}, code, copy));
  } else {
    box.append(el('p', {textContent: t('unsent.sign')}));
  }
  box.hidden = false;
}
