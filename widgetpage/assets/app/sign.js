// Reading and signing.

// pad is a place to sign. What is drawn is kept as points, measured in the
// size the pad had when the first stroke began.
function pad(label) {
  const canvas = el('canvas');
  canvas.setAttribute('role', 'img');
  canvas.setAttribute('aria-label', label);
  const strokes = [];
  let base = null;
  let active = null;

  function draw() {
    const {width, height} = canvas.getBoundingClientRect();
    if (!width) return;
    const dots = window.devicePixelRatio || 1;
    canvas.width = Math.round(width * dots);
    canvas.height = Math.round(height * dots);
    if (!base) return;
    const ink = canvas.getContext('2d');
    const scale = dots * Math.min(width / base.width, height / base.height);
    ink.scale(scale, scale);
    ink.lineWidth = 2.4;
    ink.lineCap = ink.lineJoin = 'round';
    ink.strokeStyle = '#16264c';
    ink.stroke(new Path2D(path()));
  }

  // Through the middles of neighbouring points, which rounds the corners. Of
  // the points every so many are enough.
  function path(every = 1) {
    const n = (value) => String(Math.round(value * 10) / 10);
    return strokes.map((points) => {
      const [first, ...rest] = points.filter((_, i) => i % every === 0 || i === points.length - 1);
      let d = `M${n(first.x)} ${n(first.y)}`;
      if (!rest.length) return `${d}L${n(first.x + 0.1)} ${n(first.y)}`;
      for (let i = 0; i < rest.length - 1; i++) {
        const [a, b] = [rest[i], rest[i + 1]];
        d += `Q${n(a.x)} ${n(a.y)} ${n((a.x + b.x) / 2)} ${n((a.y + b.y) / 2)}`;
      }
      const last = rest.at(-1);
      return `${d}L${n(last.x)} ${n(last.y)}`;
    }).join('');
  }

  function add(event) {
    const box = canvas.getBoundingClientRect();
    const scale = Math.min(box.width / base.width, box.height / base.height);
    for (const e of event.getCoalescedEvents?.().length ? event.getCoalescedEvents() : [event]) {
      const point = {x: (e.clientX - box.left) / scale, y: (e.clientY - box.top) / scale};
      const last = active.at(-1);
      if (!last || Math.hypot(point.x - last.x, point.y - last.y) >= 1.5) active.push(point);
    }
    draw();
  }

  canvas.addEventListener('pointerdown', (event) => {
    if (active || event.button !== 0) return;
    event.preventDefault();
    try {
      canvas.setPointerCapture(event.pointerId);
    } catch { /* the stroke then ends at the edge */ }
    if (!strokes.length) {
      const {width, height} = canvas.getBoundingClientRect();
      base = {width, height};
    }
    strokes.push(active = []);
    add(event);
    canvas.dispatchEvent(new Event('signed', {bubbles: true}));
  });
  canvas.addEventListener('pointermove', (event) => active && add(event));
  for (const end of ['pointerup', 'pointercancel', 'lostpointercapture']) {
    canvas.addEventListener(end, () => {
      active = null;
    });
  }
  new ResizeObserver(draw).observe(canvas);

  return {
    canvas,
    clear() {
      strokes.length = 0;
      base = active = null;
      draw();
    },
    empty: () => !strokes.length,
    // A slip of the pen is no signature.
    short() {
      let length = 0;
      for (const points of strokes) {
        for (let i = 1; i < points.length; i++) length += Math.hypot(points[i].x - points[i - 1].x, points[i].y - points[i - 1].y);
      }
      return length < 40;
    },
    // As fine as it was drawn, unless that takes more than so many characters.
    svg(room) {
      for (let every = 1; ; every *= 2) {
        const text = btoa(`<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${Math.round(base.width)} ${Math.round(base.height)}">` +
          `<path d="${path(every)}" fill="none" stroke="#000" stroke-width="2.4" stroke-linecap="round" stroke-linejoin="round"/></svg>`);
        if (text.length <= room || every > 1000) return text;
      }
    },
  };
}

// signature is a pad with its heading, its button and its complaint.
function signature({title, required, body, link}) {
  const p = pad(t('sign.pad', {title}));
  const clear = el('button', {type: 'button', className: 'quiet', textContent: t('sign.clear'), hidden: true});
  const complaint = el('p', {className: 'complaint', role: 'alert'});
  const node = el('section', {className: 'text'},
    el('h2', {}, title, ' ', el('small', {textContent: t(required ? 'sign.required' : 'sign.optional')})));
  if (body) node.append(el('p', {className: 'body', textContent: body}));
  if (link) node.append(el('p', {}, el('a', {href: link.url, target: '_blank', rel: 'noopener noreferrer', textContent: link.title})));
  node.append(el('div', {className: 'pad'}, p.canvas, clear), complaint);
  clear.addEventListener('click', () => {
    p.clear();
    clear.hidden = true;
  });
  node.addEventListener('signed', () => {
    clear.hidden = false;
    complaint.textContent = '';
  });
  return {
    node,
    signed: () => !p.empty(),
    svg: p.svg,
    check() {
      complaint.textContent = p.empty() ? (required ? t('sign.missing') : '') : p.short() ? t('sign.short') : '';
      return complaint.textContent === '';
    },
  };
}

function signForm(s) {
  const texts = (s.texts ?? []).map((text) => ({
    id: text.id,
    ...signature({
      title: text.title, required: text.required, body: text.body,
      link: text.linkUrl && {url: text.linkUrl, title: text.linkTitle || text.linkUrl},
    }),
  }));
  const contract = s.contract ? signature({title: t('sign.contract'), required: true}) : null;
  const all = contract ? [...texts, contract] : texts;

  const accept = el('button', {type: 'submit', className: 'main', textContent: t('sign.accept')});
  const refuse = el('button', {type: 'button', className: 'quiet', textContent: t('sign.refuse')});
  const buttons = el('div', {className: 'buttons'}, accept, refuse);
  const form = el('form', {noValidate: true}, el('p', {className: 'muted', textContent: t('sign.intro')}), ...all.map((one) => one.node), buttons);

  form.addEventListener('submit', (event) => {
    event.preventDefault();
    const wrong = all.filter((one) => !one.check());
    if (wrong.length) {
      wrong[0].node.scrollIntoView({block: 'center'});
      return;
    }
    accept.disabled = refuse.disabled = true;
    const room = 500000 / all.length; // the server takes 512 KiB
    bring('/api/signature', {
      number: s.number, refused: false, contract: contract ? contract.svg(room) : '',
      signatures: Object.fromEntries(texts.filter((one) => one.signed()).map((one) => [one.id, one.svg(room)])),
    });
  });
  refuse.addEventListener('click', () => {
    const yes = el('button', {type: 'button', className: 'main', textContent: t('refuse.yes')});
    const no = el('button', {type: 'button', className: 'quiet', textContent: t('refuse.no')});
    const question = el('div', {className: 'notice warn'}, el('h2', {textContent: t('refuse.title')}), el('p', {textContent: t('refuse.text')}),
      el('div', {className: 'buttons'}, yes, no));
    buttons.replaceWith(question);
    no.focus();
    no.addEventListener('click', () => {
      question.replaceWith(buttons);
      refuse.focus();
    });
    yes.addEventListener('click', () => {
      yes.disabled = no.disabled = true;
      page.refused = s.number;
      bring('/api/signature', {number: s.number, refused: true, contract: '', signatures: {}});
    });
  });
  return form;
}
