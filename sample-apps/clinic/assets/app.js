// Lists who is registered, the next visit first, through the JSON API of this page's own origin.
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

async function fetchJson(path, options) {
  const response = await fetch(path, options);
  if (!response.ok) throw new Error(`${path} answered ${response.status}`);
  return response.json();
}

async function readMothers() {
  const { token } = await fetchJson('/api/v1/token', { method: 'POST' });
  const headers = { authorization: `Bearer ${token}` };
  const found = [];
  let cursor = '';
  do {
    const page = await fetchJson(`/api/v1/state?prefix=mother:${cursor}`, { headers });
    found.push(...page.items.map(({ key, value }) => ({ ...value, number: key.slice('mother:'.length) })));
    cursor = page.next_cursor === null ? '' : `&cursor=${encodeURIComponent(page.next_cursor)}`;
  } while (cursor !== '');
  return found.sort((a, b) => a.visit.localeCompare(b.visit) || a.name.localeCompare(b.name));
}

function textIn(name, text) {
  const element = document.createElement(name);
  element.textContent = text;
  return element;
}

function rowOf({ name, number, area: place, visit, reminder }) {
  const row = document.createElement('li');
  row.dataset.reminder = reminder;
  const day = textIn(
    'time',
    new Date(`${visit}T12:00:00Z`).toLocaleDateString('en-GB', { dateStyle: 'medium' }),
  );
  day.dateTime = visit;
  const call = textIn('a', number);
  call.href = `tel:${number}`;
  row.append(textIn('strong', name), day, textIn('span', AREAS[place] ?? place), call);
  const state = textIn('em', REMINDERS[reminder] ?? reminder);
  row.append(state);
  return row;
}

function show() {
  const shown = mothers.filter((mother) => area.value === '' || mother.area === area.value);
  note.textContent =
    shown.length === 0
      ? 'Nobody is registered yet.'
      : `${shown.length} ${shown.length === 1 ? 'visit' : 'visits'}`;
  visits.replaceChildren(...shown.map(rowOf));
}

async function refresh() {
  try {
    mothers = await readMothers();
    show();
  } catch {
    note.textContent = 'The list cannot be read just now; trying again.';
  }
  setTimeout(() => void refresh(), REFRESH_MS);
}

area.addEventListener('change', show);
await refresh();
