// The payment form: one at a time, for the session that the state names.

const widget = {
  number: 0, // of the step it is mounted for
  handle: null,
  failed: 0, // this step's form failed; only the member's wish tries again
  queue: Promise.resolve(),
  stuck: 0, // timers: a frame that went elsewhere is silent, nothing is to be seen
  blank: 0,
};

// LOOKS are what the form is told about the ground it stands on.
const LOOKS = {
  light: {
    primaryColor: '#1f5f5b', secondaryColor: '#f5f5f2', textColorMain: '#1d2230', textColorSecondary: '#5c6272',
    borderColor: '#8a90a0', borderRadius: '10px', boxShadow: 'none',
  },
  dark: {
    primaryColor: '#2a8078', secondaryColor: '#15181e', textColorMain: '#eceef2', textColorSecondary: '#a3aab8',
    borderColor: '#6b7385', borderRadius: '10px', boxShadow: 'none',
  },
};

// styling follows the browser, unless the studio has colours of its own: those
// were chosen for one ground, the light one.
function styling(own = {}) {
  const dark = matchMedia('(prefers-color-scheme: dark)').matches && !Object.keys(own).some((name) => name.includes('Color'));
  const ground = dark ? 'dark' : 'light';
  $('widget').dataset.ground = ground;
  return {...LOOKS[ground], ...own, stripe: {appearance: {theme: dark ? 'night' : 'stripe'}}};
}

// settleWidget makes the screen agree with the state. Its runs queue up, so a
// form is gone before the next one comes, however slowly it goes.
function settleWidget() {
  widget.queue = widget.queue.then(settle).catch(() => {});
}

function wantedNumber() {
  const s = page.state;
  return page.acting && s?.status === 'pay' && s.widget ? s.number : 0;
}

async function settle() {
  const number = wantedNumber();
  if (widget.number === number) return;
  await unmount();
  if (!number || widget.failed === number) return;
  const {widget: config, timers: {script}} = page.state;
  // A query that came back from the bank belongs to the form that left for it.
  if (store.get(MOUNTED) !== String(number)) cleanAddress();
  const look = styling(config.styling);
  const loading = el('p', {className: 'muted', textContent: t('pay.loading')});
  $('widget').hidden = false; // forms that start out of sight stay empty
  showLeft();
  $('widget').replaceChildren(loading);
  try {
    await loadScript(config.script, script);
  } catch (error) {
    return formFailed(number, error, t('script.failed'));
  }
  if (wantedNumber() !== number) return settle();
  const container = el('div', {id: 'payment-form'});
  $('widget').replaceChildren(container);
  widget.number = number;
  store.set(MOUNTED, String(number));
  let done = false;
  let processing = false;
  try {
    // Some versions answer with a promise.
    widget.handle = Promise.resolve(window.paymentWidget.init({
      userSessionToken: config.token,
      environment: config.environment,
      countryCode: config.country,
      locale: config.locale,
      container,
      styling: look,
      onSuccess(token, details) {
        done = true;
        paid(number, token, details);
      },
      onError(error) {
        if (done || widget.number !== number) return;
        clearTimeout(widget.stuck);
        alertMember(t('widget.failed'));
        note('widget-failed', {text: error?.message ?? error, number});
      },
      onPaymentStateChange(change) {
        if (widget.number !== number || Boolean(change?.isProcessing) === processing) return;
        processing = !processing;
        clearTimeout(widget.stuck);
        if (processing) alertMember('');
        note(processing ? 'processing' : 'idle', {number});
      },
    }));
  } catch (error) {
    return formFailed(number, error, t('widget.failed'));
  }
  const fails = (error, text) => {
    widget.queue = widget.queue.then(() => widget.number === number && !done && formFailed(number, error, text));
  };
  widget.handle.catch((error) => fails(error, t('widget.failed')));
  widget.blank = setTimeout(() => container.childNodes.length || container.shadowRoot || fails('nothing to be seen', t('script.failed')), script);
  note('mounted', {number});
}

async function unmount() {
  const {handle} = widget;
  widget.number = 0;
  widget.handle = null;
  clearTimeout(widget.stuck);
  clearTimeout(widget.blank);
  try {
    await Promise.race([handle?.then((form) => form?.destroy?.()), new Promise((done) => setTimeout(done, 2000))]);
  } catch { /* it goes either way */ }
  $('widget').replaceChildren();
  $('widget').hidden = true;
  dim(false);
}

function dim(sent) {
  $('widget').classList.toggle('sent', sent);
  $('widget').inert = sent;
  showLeft();
}

async function formFailed(number, error, text) {
  await unmount();
  widget.failed = number;
  alertMember(text, t('retry'), () => {
    alertMember('');
    widget.failed = 0;
    settleWidget();
  });
  note('widget-failed', {text: error?.message ?? error, number});
}

function loadScript(src, patience) {
  if (window.paymentWidget) return Promise.resolve();
  return new Promise((loaded, failed) => {
    const tag = el('script', {src, async: true, nonce: NONCE});
    const end = (error) => {
      clearTimeout(timer);
      tag.onload = tag.onerror = null;
      if (error) tag.remove();
      if (error) failed(error);
      else loaded();
    };
    const timer = setTimeout(() => end(new Error('script: no answer')), patience);
    tag.onload = () => end(window.paymentWidget ? null : new Error('script: no paymentWidget in it'));
    tag.onerror = () => end(new Error('script: not loaded'));
    document.head.append(tag);
  });
}

function paid(number, token, details) {
  clearTimeout(widget.stuck);
  if (typeof token !== 'string' || token === '') {
    note('widget-failed', {text: 'success without a token', number});
    return;
  }
  alertMember('');
  if (widget.number === number) {
    say(t('pay.sending'));
    dim(true); // once is enough
  }
  bring('/api/result', {number, token, ...brief(details)});
}

// brief keeps the method, the brand and the last four characters. Names, full
// numbers and signatures stay in the payment form.
function brief(details) {
  const kept = {method: '', brand: '', last4: ''};
  const [method, data] = Object.entries(details ?? {}).find(([, value]) => value && typeof value === 'object') ?? [];
  if (!method) return kept;
  kept.method = method;
  if (typeof data.brand === 'string') kept.brand = data.brand;
  const account = data.cardNumber ?? data.bankAccountDetails?.iban ?? data.bankAccountNumber;
  if (account) kept.last4 = String(account).replace(/\s/g, '').slice(-4);
  return kept;
}

// A frame that has gone elsewhere and says nothing is at the bank, or it shows
// the browser's own error, which nothing can be heard of.
const frameLoads = new WeakMap();
$('widget').addEventListener('load', ({target}) => {
  if (target.tagName !== 'IFRAME' || !widget.number) return;
  frameLoads.set(target, (frameLoads.get(target) ?? 0) + 1);
  if (frameLoads.get(target) < 2) return;
  clearTimeout(widget.stuck);
  widget.stuck = setTimeout(() => alertMember(t('frame.stuck')), timers().frame);
}, true);
