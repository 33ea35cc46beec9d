// A stand-in for the Universal Payment Component. It touches nothing but its
// container, and the address only to go to the bank.
(() => {
  'use strict';

  const origin = new URL(document.currentScript.src).origin;
  const DEBIT = ['SEPA', 'CH_DD', 'LSV'];
  const CARD = ['CREDIT_CARD', 'BANCONTACT'];

  const TEXTS = {
    en: {
      'upc.loading': 'Loading the payment methods …',
      'upc.choose': 'How would you like to pay?',
      'upc.none': 'No payment method is available.',
      'upc.pay': 'Pay {amount}',
      'upc.save': 'Save payment method',
      'upc.continue': 'Continue',
      'upc.approved': 'This payment is authorised already.',
      'upc.working': 'One moment …',
      'upc.done': 'Thank you, this is done.',
      'upc.offline': 'The payment service cannot be reached.',
      'upc.iban': 'IBAN', 'upc.holder': 'Account holder', 'upc.mandate': 'I agree to the direct debit mandate.',
      'upc.signature': 'Signature (write your name)', 'upc.account': 'Account number', 'upc.sort': 'Sort code',
      'upc.card': 'Card number', 'upc.expiry': 'Expiry date (MM/YY)', 'upc.cvc': 'Security code',
      'upc.cardholder': 'Name on the card', 'upc.issuer': 'Bank',
      'upc.SEPA': 'SEPA direct debit', 'upc.BACS': 'Bacs direct debit', 'upc.CH_DD': 'Swiss direct debit',
      'upc.LSV': 'LSV direct debit', 'upc.CREDIT_CARD': 'Credit card', 'upc.CASH': 'Cash',
      'upc.BANK_TRANSFER': 'Bank transfer', 'upc.PAYPAL': 'PayPal', 'upc.TWINT': 'TWINT', 'upc.IDEAL': 'iDEAL',
      'upc.BANCONTACT': 'Bancontact',
    },
    de: {
      'upc.loading': 'Zahlungsarten werden geladen …',
      'upc.choose': 'Wie möchten Sie zahlen?',
      'upc.none': 'Keine Zahlungsart verfügbar.',
      'upc.pay': '{amount} zahlen',
      'upc.save': 'Zahlungsart speichern',
      'upc.continue': 'Weiter',
      'upc.approved': 'Diese Zahlung ist bereits freigegeben.',
      'upc.working': 'Einen Moment …',
      'upc.done': 'Vielen Dank, das war es.',
      'upc.offline': 'Der Zahlungsdienst ist nicht erreichbar.',
      'upc.holder': 'Kontoinhaber', 'upc.mandate': 'Ich stimme dem Lastschriftmandat zu.',
      'upc.signature': 'Unterschrift (Name schreiben)', 'upc.account': 'Kontonummer',
      'upc.card': 'Kartennummer', 'upc.expiry': 'Gültig bis (MM/JJ)', 'upc.cvc': 'Prüfziffer',
      'upc.cardholder': 'Name auf der Karte', 'upc.SEPA': 'SEPA-Lastschrift', 'upc.CREDIT_CARD': 'Kreditkarte',
      'upc.CASH': 'Barzahlung', 'upc.BANK_TRANSFER': 'Überweisung',
    },
  };

  // make builds an element; styles go through the CSSOM, which no policy blocks.
  function make(tag, style, attributes = {}, ...children) {
    const element = document.createElement(tag);
    Object.assign(element.style, style);
    for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
    element.append(...children);
    return element;
  }

  function check(config) {
    if (!config || typeof config !== 'object') throw new Error('paymentWidget.init: a configuration is required');
    for (const name of ['userSessionToken', 'environment', 'countryCode', 'locale', 'container']) {
      if (!config[name]) throw new Error(`paymentWidget.init: ${name} is required`);
    }
    if (!['test', 'sandbox', 'live'].includes(config.environment)) {
      throw new Error(`paymentWidget.init: invalid environment "${config.environment}"`);
    }
    if (!/^[A-Za-z]{2}$/.test(config.countryCode)) {
      throw new Error(`paymentWidget.init: invalid countryCode "${config.countryCode}"`);
    }
    const container = typeof config.container === 'string' ? document.getElementById(config.container) : config.container;
    if (!(container instanceof HTMLElement)) throw new Error('paymentWidget.init: container not found');
    return container;
  }

  class Widget {
    constructor(config, container) {
      this.config = config;
      this.customer = config.customerData || {};
      this.look = {
        primary: '#1a56db', text: '#1f2933', quiet: '#52606d', danger: '#b42318', border: '#cbd2d9', radius: '8px',
      };
      const styling = config.styling || {};
      if (styling.primaryColor) this.look.primary = styling.primaryColor;
      if (styling.textColorMain) this.look.text = styling.textColorMain;
      if (styling.textColorSecondary) this.look.quiet = styling.textColorSecondary;
      if (styling.borderColor) this.look.border = styling.borderColor;
      if (styling.borderRadius) this.look.radius = styling.borderRadius;
      if (styling.stripe?.appearance?.theme === 'night') this.look.danger = '#ffb4ab';
      this.stop = new AbortController();
      this.processing = false;
      this.ready = false;
      this.told = '';
      this.fields = {};
      this.root = make('div', { color: this.look.text, font: '16px/1.4 system-ui, sans-serif' }, { 'data-upc': 'root' });
      container.append(this.root);
      this.start();
    }

    text(key, values = {}) {
      if (this.config.devMode) return key;
      const language = String(this.config.locale).slice(0, 2).toLowerCase();
      const own = this.config.i18n && this.config.i18n[key];
      const text = own || (TEXTS[language] || {})[key] || TEXTS.en[key] || key;
      return text.replace(/\{(\w+)\}/g, (_, name) => values[name]);
    }

    get gone() { return this.stop.signal.aborted; }

    async call(method, path, body) {
      const response = await fetch(origin + path, {
        method,
        headers: {
          'X-User-Payment-Session-Token': this.config.userSessionToken,
          ...(body ? { 'Content-Type': 'application/json' } : {}),
        },
        body: body && JSON.stringify(body),
        signal: this.stop.signal,
        credentials: 'omit',
        cache: 'no-store',
      });
      return { status: response.status, data: await response.json() };
    }

    async start() {
      this.say('upc.loading');
      try {
        const { status, data } = await this.call('GET', '/api/v1/session');
        if (this.gone) return;
        if (status !== 200) return this.fail(data.error);
        this.session = data;
        if (await this.resume()) return;
        if (this.gone) return;
        if (data.state === 'open') this.form();
        else this.offerContinue();
      } catch (error) {
        if (!this.gone) this.fail(this.text('upc.offline'));
      }
    }

    // resume picks up a payment that comes back from the bank: its result
    // stands in the address of this page.
    async resume() {
      const redirectResult = new URLSearchParams(location.search).get('redirectResult');
      if (!redirectResult) return false;
      const { status, data } = await this.call('POST', '/api/v1/payment-requests', { redirectResult });
      if (this.gone) return true;
      if (status === 200) {
        this.succeed(data);
        return true;
      }
      if (status === 402) {
        this.form();
        this.fail(data.error);
        return true;
      }
      return false; // the result of another payment
    }

    // offerContinue serves who comes back without the result in the address.
    offerContinue() {
      const button = this.button('upc.continue', 'continue');
      button.addEventListener('click', () => this.send({ collect: true }).catch(() => {}));
      this.root.replaceChildren(make('p', {}, {}, this.text('upc.approved')), button, this.messageLine());
    }

    form() {
      const { methods } = this.session;
      if (methods.length === 0) return this.fail(this.text('upc.none'));
      this.method = methods.length === 1 ? methods[0] : '';
      const group = `upc-method-${Math.random().toString(36).slice(2)}`;
      const choice = make('fieldset', { border: '0', margin: '0', padding: '0' }, {},
        make('legend', { padding: '0', marginBottom: '8px', fontWeight: '600' }, {}, this.text('upc.choose')));
      for (const method of methods) {
        const input = make('input', { accentColor: this.look.primary, margin: '0 10px 0 0' },
          { type: 'radio', name: group, value: method, 'data-upc': `method-${method}` });
        input.checked = method === this.method;
        input.addEventListener('change', () => this.choose(method));
        choice.append(make('label', {
          display: 'flex', alignItems: 'center', padding: '10px 12px', marginBottom: '6px', cursor: 'pointer',
          border: `1px solid ${this.look.border}`, borderRadius: this.look.radius,
        }, {}, input, this.text(`upc.${method}`)));
      }
      this.details = make('div', { margin: '12px 0' }, { 'data-upc': 'details' });
      const form = make('form', { margin: '0' }, { 'data-upc': 'form', novalidate: '' }, choice, this.details);
      if (!this.config.hidePaymentButton) {
        this.submitButton = this.button('', 'submit');
        this.submitButton.type = 'submit';
        const zero = Number(this.session.amount) === 0;
        this.submitButton.textContent = zero ? this.text('upc.save')
          : this.text('upc.pay', { amount: `${this.session.amount} ${this.session.currency}` });
        form.append(this.submitButton);
      }
      form.addEventListener('submit', (event) => {
        event.preventDefault();
        this.submit().catch(() => {});
      });
      form.addEventListener('input', () => this.changed());
      this.root.replaceChildren(form, this.messageLine());
      this.ready = true;
      this.choose(this.method);
    }

    choose(method) {
      this.method = method;
      this.fields = {};
      const rows = [];
      const field = (name, mark, label, value = '', more = {}) => {
        const input = make('input', {
          display: 'block', width: '100%', boxSizing: 'border-box', font: 'inherit', padding: '9px 10px', marginTop: '4px',
          border: `1px solid ${this.look.border}`, borderRadius: this.look.radius, color: 'inherit', background: 'transparent',
        }, { type: 'text', 'data-upc': mark, autocomplete: 'off', ...more });
        input.value = value || '';
        this.fields[name] = input;
        rows.push(make('label', { display: 'block', marginBottom: '10px', color: this.look.quiet }, {}, this.text(label), input));
      };
      const digits = { inputmode: 'numeric' };
      if (DEBIT.includes(method)) {
        field('accountHolder', 'account-holder', 'upc.holder', this.customer.name);
        field('iban', 'iban', 'upc.iban', '', { spellcheck: 'false' });
        if (this.session.requireDirectDebitSignature) field('signature', 'signature', 'upc.signature');
        this.mandate = make('input', { margin: '0 10px 0 0', accentColor: this.look.primary }, { type: 'checkbox', 'data-upc': 'mandate' });
        rows.push(make('label', { display: 'flex', alignItems: 'center' }, {}, this.mandate, this.text('upc.mandate')));
      } else if (method === 'BACS') {
        field('accountHolder', 'account-holder', 'upc.holder', this.customer.name);
        field('account', 'bacs-account', 'upc.account', '', digits);
        field('sortCode', 'bacs-sort-code', 'upc.sort', '', digits);
      } else if (CARD.includes(method)) {
        field('card', 'card-number', 'upc.card', '', digits);
        field('expiry', 'card-expiry', 'upc.expiry');
        if (method === 'CREDIT_CARD') field('cvc', 'card-cvc', 'upc.cvc', '', digits);
        field('cardHolder', 'card-holder', 'upc.cardholder', this.customer.name);
      } else if (method === 'IDEAL') {
        field('issuer', 'issuer', 'upc.issuer');
      }
      this.details.replaceChildren(...rows);
      this.changed();
    }

    state() {
      const ticked = !DEBIT.includes(this.method) || Boolean(this.mandate && this.mandate.checked);
      return { isProcessing: this.processing, canSubmit: this.ready && !this.processing && Boolean(this.method) && ticked };
    }

    changed() {
      const state = this.state();
      if (this.submitButton) {
        this.submitButton.disabled = !state.canSubmit;
        this.submitButton.style.opacity = state.canSubmit ? '1' : '0.5';
      }
      const line = JSON.stringify(state);
      if (line === this.told) return;
      this.told = line;
      this.notify('onPaymentStateChange', state);
    }

    submit() {
      if (!this.state().canSubmit) return Promise.reject(new Error('the payment cannot be submitted yet'));
      const payment = { method: this.method, returnUrl: location.href.split('#')[0] };
      for (const [name, input] of Object.entries(this.fields)) {
        if (input.value.trim()) payment[name] = input.value.trim();
      }
      if (this.method === 'BACS' && this.customer.email) payment.email = this.customer.email;
      return this.send(payment);
    }

    async send(payment) {
      this.processing = true;
      this.say('upc.working');
      this.changed();
      let problem;
      try {
        const { status, data } = await this.call('POST', '/api/v1/payment-requests', payment);
        if (this.gone) return;
        if (status === 200) return this.succeed(data);
        if (status === 202) {
          location.assign(data.redirect); // stays in processing: the page is about to go
          return;
        }
        problem = data.error;
        if (this.fields[data.field]) this.fields[data.field].focus();
      } catch (error) {
        if (this.gone) return;
        problem = this.text('upc.offline');
      }
      this.processing = false;
      this.changed();
      throw this.fail(problem);
    }

    succeed(result) {
      this.processing = false;
      this.ready = false;
      this.method = '';
      this.root.replaceChildren(make('p', {}, { 'data-upc': 'done' }, this.text('upc.done')));
      this.submitButton = undefined;
      this.changed();
      this.notify('onSuccess', result.token, result.details, result.instrumentToken);
    }

    fail(message) {
      if (!this.message || !this.root.contains(this.message)) this.root.replaceChildren(this.messageLine());
      this.message.textContent = message;
      this.message.style.color = this.look.danger;
      const error = new Error(message);
      this.notify('onError', error);
      return error;
    }

    say(key) {
      if (!this.message || !this.root.contains(this.message)) this.root.append(this.messageLine());
      this.message.textContent = this.text(key);
      this.message.style.color = this.look.quiet;
    }

    messageLine() {
      this.message = make('p', { margin: '10px 0 0', minHeight: '1.4em' }, { 'data-upc': 'message', role: 'status', 'aria-live': 'polite' });
      return this.message;
    }

    button(key, mark) {
      return make('button', {
        width: '100%', padding: '11px', font: 'inherit', fontWeight: '600', cursor: 'pointer', color: '#fff',
        background: this.look.primary, border: '0', borderRadius: this.look.radius,
      }, { type: 'button', 'data-upc': mark }, key ? this.text(key) : '');
    }

    // notify keeps a failing callback of the host from stopping the widget.
    notify(name, ...values) {
      const callback = this.config[name];
      if (typeof callback !== 'function' || this.gone) return;
      try {
        callback(...values);
      } catch (error) {
        setTimeout(() => { throw error; });
      }
    }

    destroy() {
      this.stop.abort();
      this.root.remove();
    }

    fill(data) {
      this.customer = { ...this.customer, ...data };
      for (const name of ['accountHolder', 'cardHolder']) {
        if (this.fields[name] && data && data.name) this.fields[name].value = data.name;
      }
    }
  }

  window.paymentWidget = {
    init(config) {
      const widget = new Widget(config, check(config));
      return {
        destroy: () => widget.destroy(),
        submitPayment: () => widget.submit(),
        getPaymentState: () => widget.state(),
        updateCustomerData: (data) => widget.fill(data),
      };
    },
  };
})();
