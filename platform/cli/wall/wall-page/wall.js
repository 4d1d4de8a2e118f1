/** The page of `vumi wall --page`: all phones at once, and what became of them. */
const byId = (id) => document.getElementById(id);
const STATES = ['waiting', 'talking', 'finished', 'dropped', 'stopped', 'unfinished'];

let people = [];
let states = [];
let messages = [];
let elements = [];
let chosen = null;

function element(name, text, className = '') {
  const made = document.createElement(name);
  made.textContent = text;
  made.className = className;
  return made;
}

/** Texts come from apps: they are never read as HTML. */
function greet({ seed, file, where, phones }) {
  people = phones;
  states = phones.map(() => 'waiting');
  messages = phones.map(() => 0);
  elements = phones.map(([persona, address], phone) => {
    const made = element('button', '', 'phone waiting');
    made.type = 'button';
    made.title = `${address} (${persona})`;
    made.addEventListener('click', () => choose(phone));
    return made;
  });
  byId('wall').replaceChildren(...elements);
  const place = where === 'local' ? 'in the sandbox' : `on ${where}`;
  byId('what').textContent = `${phones.length} phones · ${file} · seed ${seed} · ${place}`;
  byId('done').hidden = true;
  byId('pending').hidden = false;
  count();
}

function show(changes) {
  for (const [phone, state, screen, sent] of changes) {
    states[phone] = state;
    messages[phone] = sent;
    const made = elements[phone];
    made.className = `phone ${state}`;
    made.textContent = screen;
    if (phone === chosen) void read();
  }
  count();
}

function count() {
  for (const state of STATES)
    document.querySelector(`#counts .${state} dd`).textContent = states.filter((one) => one === state).length;
  const sum = messages.reduce((all, one) => all + one, 0);
  document.querySelector('#counts .messages dd').textContent = sum.toLocaleString('en');
}

function choose(phone) {
  if (chosen !== null) elements[chosen].setAttribute('aria-pressed', 'false');
  chosen = phone;
  byId('talk').hidden = phone === null;
  if (phone === null) return;
  elements[phone].setAttribute('aria-pressed', 'true');
  void read();
}

/** The talk of the phone that was clicked, as it is by now. */
async function read() {
  const phone = chosen;
  const [persona, address] = people[phone];
  try {
    const response = await fetch('talk', { method: 'POST', body: JSON.stringify({ phone }) });
    const talk = await response.json();
    if (phone !== chosen) return;
    byId('who').textContent = `${address} · ${persona}`;
    byId('ending').textContent =
      talk.end === null ? 'in the middle' : [talk.end.ending, talk.end.reason].filter(Boolean).join(': ');
    byId('ending').className = talk.end?.ending ?? 'talking';
    byId('lines').replaceChildren(...talk.lines.map(lineOf));
    byId('lines').scrollTop = byId('lines').scrollHeight;
  } catch {
    lost();
  }
}

function lineOf(line) {
  const kinds = { '> ': 'said', '< ': 'shown' };
  const kind = kinds[line.slice(0, 2)];
  return kind === undefined
    ? element('li', line.replace(/^\((.*)\)$/, '$1'), 'did')
    : element('li', line.slice(2), kind);
}

function report({ funnel, errors, thresholds, measured, sent }) {
  byId('done').hidden = false;
  byId('pending').hidden = true;
  byId('thresholds').replaceChildren(
    ...thresholds.map(({ name, limit, value, kept }) =>
      element('li', `${kept ? '✓' : '✗'} ${name} ${value}, limit ${limit}`, kept ? '' : 'broken'),
    ),
  );
  byId('funnel').replaceChildren(...funnel.map(stepOf));
  byId('errors').replaceChildren(
    ...(errors.length === 0 ? [element('li', 'none', 'none')] : errors.map(errorOf)),
  );
  const { replies, messagesPerSecond } = measured;
  const what = replies.of === 'cpu' ? 'CPU of a message' : 'Latency of a reply';
  const sessions = sent.sessions === 0 ? '' : ` · ${sent.sessions} sessions`;
  const cost = sent.cost === null ? '' : ` · cost ${sent.cost}`;
  byId('measured').textContent =
    `${what}: p50 ${replies.p50} ms, p95 ${replies.p95} ms · ${Math.round(messagesPerSecond)} messages/s · ` +
    `${sent.segments} SMS segments${sessions}${cost}`;
}

function stepOf({ screen, question, shown, answered, dropped }) {
  const item = document.createElement('li');
  const line = document.createElement('div');
  line.append(
    element('span', [screen, question].filter(Boolean).join(', ')),
    element('small', `${answered} of ${shown}`),
  );
  const meter = document.createElement('meter');
  meter.max = shown;
  meter.value = shown - dropped;
  meter.low = shown * 0.7;
  meter.optimum = shown;
  meter.title = `${dropped} left`;
  item.append(line, meter);
  return item;
}

function errorOf({ check, place, text, times }) {
  const item = element('li', text);
  item.append(
    document.createElement('br'),
    element('small', `${check} · ${place ?? 'no place'} · ${times} times`),
  );
  return item;
}

function lost() {
  byId('fault').textContent = '"vumi wall" does not answer: is it still running?';
}

byId('close').addEventListener('click', () => choose(null));
const events = new EventSource('events');
const on = (name, hear) => events.addEventListener(name, ({ data }) => hear(JSON.parse(data)));
on('hello', greet);
on('phones', show);
on('report', report);
events.addEventListener('open', () => (byId('fault').textContent = ''));
events.addEventListener('error', lost);
