// Reads all answers through the JSON API of this page's own origin: sums for the eye, a CSV file for the desk.
const COLUMNS = ['at', 'village', 'people', 'source', 'minutes', 'boils', 'ill'];
const SOURCES = { tap: 'Tap', well: 'Well', river: 'River', truck: 'Truck' };

const note = document.querySelector('#note');
const sums = document.querySelector('#sums');
const link = document.querySelector('#export');

async function fetchJson(path, options) {
  const response = await fetch(path, options);
  if (!response.ok) throw new Error(`${path} answered ${response.status}`);
  return response.json();
}

async function readAnswers() {
  const { token } = await fetchJson('/api/v1/token', { method: 'POST' });
  const headers = { authorization: `Bearer ${token}` };
  const answers = [];
  let cursor = '';
  do {
    const page = await fetchJson(`/api/v1/state?prefix=answers:${cursor}`, { headers });
    answers.push(...page.items.map(({ value }) => value));
    cursor = page.next_cursor === null ? '' : `&cursor=${encodeURIComponent(page.next_cursor)}`;
  } while (cursor !== '');
  return answers;
}

/** Quoted where it has to be; what a spreadsheet would take for a formula is none. */
function cell(value) {
  const given = String(value ?? '');
  const safe = /^[=+\-@\t\r]/.test(given) ? `'${given}` : given;
  return /[",\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

function add(term, value) {
  const name = document.createElement('dt');
  const what = document.createElement('dd');
  name.textContent = term;
  what.textContent = value;
  sums.append(name, what);
}

function show(answers) {
  note.textContent = `${answers.length} ${answers.length === 1 ? 'household has' : 'households have'} answered.`;
  if (answers.length === 0) return;
  const count = (test) => `${answers.filter(test).length} of ${answers.length}`;
  for (const [key, label] of Object.entries(SOURCES))
    add(
      label,
      count(({ source }) => source === key),
    );
  add(
    'Somebody was ill',
    count(({ ill }) => ill),
  );
  const lines = [COLUMNS, ...answers.map((answer) => COLUMNS.map((column) => answer[column]))];
  const csv = lines.map((line) => line.map(cell).join(',')).join('\r\n');
  link.href = URL.createObjectURL(new Blob(['\uFEFF', csv], { type: 'text/csv' }));
  link.hidden = false;
}

try {
  show(await readAnswers());
} catch {
  note.textContent = 'The answers cannot be read just now; load the page again.';
}
