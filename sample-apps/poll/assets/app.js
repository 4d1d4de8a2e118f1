// Counts the votes through the JSON API of this page's own origin, every two seconds.
const REFRESH_MS = 2000;
// A token lives a few minutes: a new one is fetched a while before it ends.
const EARLY_S = 30;

const question = document.querySelector('#question');
const bars = document.querySelector('#bars');
const note = document.querySelector('#note');
let token = { value: '', until: 0 };

async function fetchJson(path, options) {
  const response = await fetch(path, options);
  if (response.status === 404) return null;
  if (!response.ok) throw new Error(`${path} answered ${response.status}`);
  return response.json();
}

async function headers() {
  if (Date.now() >= token.until) {
    const fresh = await fetchJson('/api/v1/token', { method: 'POST' });
    token = { value: fresh.token, until: Date.now() + (fresh.expires_in - EARLY_S) * 1000 };
  }
  return { authorization: `Bearer ${token.value}` };
}

async function load() {
  const known = await fetchJson('/api/v1/state/poll', { headers: await headers() });
  const { items } = await fetchJson('/api/v1/state?prefix=votes:', { headers: await headers() });
  const votes = new Map(items.map(({ key, value }) => [key.slice('votes:'.length), Number(value)]));
  return { poll: known?.value ?? null, votes };
}

/** A bar for each option is made once: what changes afterwards is its length, which moves. */
function barOf(key, label) {
  const found = bars.querySelector(`[data-key="${CSS.escape(key)}"]`);
  if (found !== null) return found;
  const bar = document.createElement('li');
  bar.dataset.key = key;
  bar.innerHTML = '<span class="label"></span><span class="count"></span><meter min="0"></meter>';
  bar.querySelector('.label').textContent = label;
  bars.append(bar);
  return bar;
}

function show({ poll, votes }) {
  if (poll === null) {
    note.textContent = 'Nobody has voted yet: text "vote".';
    return;
  }
  question.textContent = poll.question;
  const all = [...votes.values()].reduce((sum, count) => sum + count, 0);
  for (const [key, label] of Object.entries(poll.options)) {
    const count = votes.get(key) ?? 0;
    const bar = barOf(key, label);
    const meter = bar.querySelector('meter');
    meter.max = Math.max(1, ...votes.values());
    meter.value = count;
    const share = all === 0 ? 0 : Math.round((100 * count) / all);
    bar.querySelector('.count').textContent = `${count} (${share} %)`;
  }
  note.textContent = all === 1 ? '1 vote' : `${all} votes`;
}

async function refresh() {
  try {
    show(await load());
  } catch {
    // A token also ends when another version of the app becomes active.
    token.until = 0;
    note.textContent = 'The votes cannot be read just now; trying again.';
  }
  setTimeout(() => void refresh(), REFRESH_MS);
}

await refresh();
