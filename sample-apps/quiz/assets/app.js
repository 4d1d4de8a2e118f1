// Shows the scores through the JSON API of this page's own origin, and keeps them fresh.
const REFRESH_MS = 5000;
// A token lives a few minutes: a new one is fetched a while before it ends.
const EARLY_S = 30;

const table = document.querySelector('table');
const rows = document.querySelector('tbody');
const note = document.querySelector('#note');
let token = { value: '', until: 0 };

async function fetchJson(path, options) {
  const response = await fetch(path, options);
  if (!response.ok) throw new Error(`${path} answered ${response.status}`);
  return response.json();
}

async function bearer() {
  if (Date.now() < token.until) return token.value;
  const fresh = await fetchJson('/api/v1/token', { method: 'POST' });
  token = { value: fresh.token, until: Date.now() + (fresh.expires_in - EARLY_S) * 1000 };
  return token.value;
}

async function loadScores() {
  const authorization = `Bearer ${await bearer()}`;
  const state = await fetchJson('/api/v1/state/scores', { headers: { authorization } });
  return state.value ?? [];
}

function rowOf({ player, best, games }, index) {
  const row = document.createElement('tr');
  for (const text of [index + 1, player, best, games]) {
    const cell = document.createElement('td');
    cell.textContent = String(text);
    row.append(cell);
  }
  return row;
}

async function refresh() {
  try {
    const scores = await loadScores();
    rows.replaceChildren(...scores.map(rowOf));
    table.hidden = scores.length === 0;
    note.textContent = scores.length === 0 ? 'No scores yet: be the first.' : '';
  } catch {
    // A token also ends when another version of the app becomes active.
    token.until = 0;
    note.textContent = 'The scores cannot be read just now; trying again.';
  }
  setTimeout(() => void refresh(), REFRESH_MS);
}

await refresh();
