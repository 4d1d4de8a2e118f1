/** The phone of `vumi dev`: SMS or USSD to the app that is worked on, with its log beside. */
const byId = (id) => document.getElementById(id);
const MOST_LINES = 1000;

let numbers = { sms: '', ussd: '' };
let isOpen = false;

const from = () => byId('from').value.trim();

/** One after the other: the app hears what was typed in the order in which it was typed. */
let last = Promise.resolve();

function post(place, body) {
  const sent = JSON.stringify({ from: from(), ...body });
  const answered = last.then(() => postNow(place, sent));
  last = answered;
  return answered;
}

async function postNow(place, body) {
  byId('fault').textContent = '';
  try {
    const response = await fetch(place, { method: 'POST', body });
    const answer = await response.json();
    if (response.ok) return answer;
    byId('fault').textContent = answer.message;
  } catch {
    byId('fault').textContent = '"vumi dev" does not answer: is it still running?';
  }
  return null;
}

/** Texts come from apps: they are never read as HTML. */
function addText(text, className, note) {
  const item = document.createElement('li');
  item.className = className;
  item.textContent = text;
  if (note !== '') {
    const small = document.createElement('small');
    small.textContent = note;
    item.append(small);
  }
  byId('texts').append(item);
  item.scrollIntoView({ block: 'nearest' });
}

function addLine(text) {
  const lines = byId('lines');
  const isAtEnd = lines.scrollHeight - lines.scrollTop - lines.clientHeight < 40;
  const item = document.createElement('li');
  item.className = text.includes('✗') ? 'fault' : '';
  item.textContent = text;
  lines.append(item);
  if (lines.children.length > MOST_LINES) lines.firstElementChild.remove();
  if (isAtEnd) lines.scrollTop = lines.scrollHeight;
}

function show(way) {
  const isSms = way === 'sms';
  byId('by-sms').setAttribute('aria-pressed', String(isSms));
  byId('by-ussd').setAttribute('aria-pressed', String(!isSms));
  byId('texts').hidden = !isSms;
  byId('sms').hidden = !isSms;
  byId('ussd').hidden = isSms;
  byId(isSms ? 'text' : 'input').focus();
}

function setSession(open) {
  isOpen = open;
  byId('dial').textContent = open ? 'Send' : 'Dial';
  byId('hang-up').hidden = !open;
  byId('input').value = open ? '' : numbers.ussd;
}

function hangUp() {
  byId('screen').textContent = '';
  byId('size').textContent = '';
  setSession(false);
}

/** What was due is in the log, as what comes of it. */
async function next() {
  byId('next').disabled = true;
  await post('next', {});
  byId('next').disabled = false;
}

byId('next').addEventListener('click', () => void next());
byId('by-sms').addEventListener('click', () => show('sms'));
byId('by-ussd').addEventListener('click', () => show('ussd'));
byId('hang-up').addEventListener('click', hangUp);
byId('from').addEventListener('change', hangUp);

async function write() {
  const field = byId('text');
  const text = field.value;
  field.value = '';
  if ((await post('sms', { text })) !== null) addText(text, 'mine', '');
  else if (field.value === '') field.value = text;
}

async function type() {
  const typed = byId('input').value;
  const answer = await post('ussd', isOpen ? { input: typed } : { dial: typed });
  if (answer === null) return;
  byId('screen').textContent = answer.text;
  byId('size').textContent = `${answer.units} characters${answer.ends ? ', and the session has ended' : ''}`;
  setSession(!answer.ends);
}

for (const [form, submit] of [
  ['sms', write],
  ['ussd', type],
])
  byId(form).addEventListener('submit', (event) => {
    event.preventDefault();
    void submit();
  });

const events = new EventSource('events');
events.addEventListener('hello', ({ data }) => {
  const hello = JSON.parse(data);
  numbers = hello.numbers;
  if (from() === '') byId('from').value = hello.from;
  byId('text').placeholder = `Write to ${numbers.sms}`;
  byId('live').textContent = '';
  byId('next').hidden = !hello.hasClock;
  byId('lines').replaceChildren();
  if (!isOpen) setSession(false);
});
events.addEventListener('line', ({ data }) => addLine(JSON.parse(data)));
events.addEventListener('sms', ({ data }) => {
  const { from: to, text, units, segments } = JSON.parse(data);
  if (to === from()) addText(text, '', `${units} characters, ${segments} SMS`);
});
events.addEventListener('error', () => {
  byId('live').textContent = 'not connected: is "vumi dev" still running?';
});
show('sms');
