// Lists who is registered, the next visit first, and writes to them, through the JSON API of this page's own origin.
const AREAS = { hill: 'Hill Street', market: 'Market', river: 'River View' };
const REMINDERS = {
  planned: 'will be reminded',
  none: 'no reminder: the day is over or too far away',
  sent: 'reminder sent',
  delivered: 'reminder delivered',
  failed: 'not reached: call',
  stopped: 'wants no texts: call',
};
const REFRESH_MS = 5000;

const note = document.querySelector('#note');
const area = document.querySelector('#area');
const visits = document.querySelector('#visits');
let mothers = [];
let maySend = false;

async function fetchJson(path, options) {
  const response = await fetch(path, options);
  const answer = await response.json();
  if (response.ok) return answer;
  throw new Error(
    answer.grant === undefined ? answer.detail : `An owner of the account says: ${answer.grant}`,
  );
}

async function readMothers() {
  const { token, scopes } = await fetchJson('/api/v1/token', { method: 'POST' });
  const headers = { authorization: `Bearer ${token}` };
  maySend = scopes.includes('send:contact');
  const { value: group } = await fetchJson('/api/v1/state/mothers', { headers });
  const found = [];
  let cursor = '';
  do {
    const query = new URLSearchParams({ group: group ?? 'none', limit: '100', cursor });
    const page = await fetchJson(`/api/v1/contacts?${query}`, { headers });
    found.push(...page.items.map(motherOf));
    cursor = page.next_cursor ?? '';
  } while (cursor !== '');
  return found.sort((a, b) => a.visit.localeCompare(b.visit) || a.name.localeCompare(b.name));
}

function motherOf({ person, number, name, extra }) {
  const { clinic_area: place, clinic_visit: visit, clinic_reminder: reminder } = extra;
  return { person, number, name: name ?? '', area: place, visit: visit ?? '', reminder };
}

function textIn(name, text) {
  const element = document.createElement(name);
  element.textContent = text;
  return element;
}

function rowOf({ person, name, number, area: place, visit, reminder }) {
  const row = document.createElement('li');
  row.dataset.reminder = reminder;
  const day = textIn(
    'time',
    new Date(`${visit}T12:00:00Z`).toLocaleDateString('en-GB', { dateStyle: 'medium' }),
  );
  day.dateTime = visit;
  row.append(textIn('strong', name), day, textIn('span', AREAS[place] ?? place), callOf(number));
  row.append(textIn('em', REMINDERS[reminder] ?? reminder));
  if (maySend) row.append(writeOf(person, name));
  return row;
}

/** A number that is mostly dots cannot be called. */
function callOf(number) {
  if (!/^\+\d+$/.test(number)) return textIn('span', number);
  const call = textIn('a', number);
  call.href = `tel:${number}`;
  return call;
}

function writeOf(person, name) {
  const write = document.createElement('details');
  const form = document.createElement('form');
  const text = document.createElement('textarea');
  text.maxLength = 300;
  text.required = true;
  text.setAttribute('aria-label', `Text to ${name}`);
  const status = textIn('output', '');
  form.append(text, textIn('button', 'Send'), status);
  write.append(textIn('summary', `Write to ${name}`), form);
  // Pressed twice, it is one message.
  let key = newKey();
  const submit = async () => {
    try {
      await send({ person, content: text.value }, key);
      key = newKey();
      text.value = '';
      status.textContent = 'Sent.';
    } catch (error) {
      status.textContent = error.message;
    }
  };
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    void submit();
  });
  return write;
}

function newKey() {
  return Array.from(crypto.getRandomValues(new Uint32Array(4)), (part) => part.toString(36)).join('-');
}

async function send(message, key) {
  const { token } = await fetchJson('/api/v1/token', { method: 'POST' });
  await fetchJson('/api/v1/send/contact', {
    method: 'POST',
    headers: {
      authorization: `Bearer ${token}`,
      'content-type': 'application/json',
      'idempotency-key': key,
    },
    body: JSON.stringify(message),
  });
}

function show() {
  const shown = mothers.filter((mother) => area.value === '' || mother.area === area.value);
  note.textContent =
    shown.length === 0
      ? 'Nobody is registered yet.'
      : `${shown.length} ${shown.length === 1 ? 'visit' : 'visits'}`;
  visits.replaceChildren(...shown.map(rowOf));
}

/** What somebody is writing stays. */
async function refresh() {
  try {
    if (visits.querySelector('details[open]') === null) {
      mothers = await readMothers();
      show();
    }
  } catch (error) {
    note.textContent = `The list cannot be read. ${error.message}`;
  }
  setTimeout(() => void refresh(), REFRESH_MS);
}

area.addEventListener('change', show);
await refresh();
