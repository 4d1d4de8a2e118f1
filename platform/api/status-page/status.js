/** The page of components: one stream of server-sent events, and a table that follows it. */
const byId = (id) => document.getElementById(id);
const ORDER = ['down', 'degraded', 'ok'];
const SYMBOLS = { ok: '●', degraded: '▲', down: '✖' };
const KEY = 'vumi-token';
const AGAIN_MS = 2000;
/** The platform says something at least every 15 s. */
const SILENT_MS = 45_000;

const components = new Map();
const rows = new Map();
let heldToken = sessionStorage.getItem(KEY);
let connection = null;
let heardAt = 0;

function ago(iso) {
  const seconds = Math.max(0, Math.round((Date.now() - Date.parse(iso)) / 1000));
  if (seconds < 100) return `${seconds} s`;
  if (seconds < 6000) return `${Math.round(seconds / 60)} min`;
  if (seconds < 172_800) return `${Math.round(seconds / 3600)} h`;
  return `${Math.round(seconds / 86_400)} days`;
}

function setText(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

/** Texts come from workers and networks: they are never read as HTML. */
function element(name, className = '', text = '') {
  const made = document.createElement(name);
  made.className = className;
  made.textContent = text;
  return made;
}

function rowOf(name) {
  const known = rows.get(name);
  if (known !== undefined) return known;
  const row = document.createElement('tr');
  const head = element('th');
  head.scope = 'row';
  row.append(head);
  for (const [label, className] of [
    ['Level', 'level'],
    ['Message', ''],
    ['Since', 'number'],
    ['Heard', 'number'],
    ['Beats', 'number'],
    ['Processes', ''],
  ]) {
    const cell = element('td', className);
    cell.dataset.label = label;
    row.append(cell);
  }
  rows.set(name, row);
  return row;
}

function show({ name, worker, part, kind, system_id, level, message, type, ...rest }) {
  const row = rowOf(name);
  const [head, ofLevel, ofMessage, , , ofBeats, ofProcesses] = row.cells;
  row.className = level;
  row.dataset.name = name;
  head.replaceChildren(
    part === null ? worker.replace(/^process:/, '') : `${worker} · ${part}`,
    element('span', 'kind', `${kind === 'part' ? 'part of a transport' : kind}, ${system_id}`),
  );
  setText(ofLevel, `${SYMBOLS[level]} ${level}`);
  ofMessage.replaceChildren(message, element('span', 'more', type));
  const beats = rest.processes.reduce((sum, process) => sum + process.beats, 0);
  setText(ofBeats, rest.min_procs === null ? '' : String(beats));
  const list = rest.processes.map(({ hostname, pid }) => element('li', '', `${hostname} ${pid}`));
  const few = rest.min_procs !== null && rest.processes.length < rest.min_procs;
  if (few) list.push(element('li', 'more', `${rest.processes.length} of ${rest.min_procs}`));
  const all = element('ul');
  all.append(...list);
  ofProcesses.replaceChildren(...(list.length === 0 ? [] : [all]));
}

/** What grows older by itself. */
function showTimes() {
  for (const { name, since, heard_at: heard } of components.values()) {
    const [, , , ofSince, ofHeard] = rowOf(name).cells;
    setText(ofSince, ago(since));
    ofSince.title = since;
    setText(ofHeard, heard === null ? '' : ago(heard));
    ofHeard.title = heard ?? '';
  }
  if (connection !== null && Date.now() - heardAt > SILENT_MS) connection.abort();
}

function matches({ name, level }) {
  const wanted = byId('search').value.toLowerCase();
  return name.toLowerCase().includes(wanted) && !(byId('unwell').checked && level === 'ok');
}

/** The worst first; a row that stays where it is keeps its focus. */
function arrange() {
  const shown = [...components.values()]
    .filter(matches)
    .sort((a, b) => ORDER.indexOf(a.level) - ORDER.indexOf(b.level) || (a.name < b.name ? -1 : 1))
    .map(({ name }) => rowOf(name));
  const body = byId('rows');
  const kept = new Set(shown);
  const hidden = Array.from(body.rows).filter((row) => !kept.has(row));
  for (const row of hidden) row.remove();
  shown.forEach((row, index) => {
    if (body.rows[index] !== row) body.insertBefore(row, body.rows[index] ?? null);
  });
  byId('none').hidden = shown.length > 0;
}

function showSummary({ level, counts, monitored_at: monitored }) {
  const all = counts.ok + counts.degraded + counts.down;
  const silent = monitored === null || Date.now() - Date.parse(monitored) > 60_000;
  const said = [
    `${all} components: ${counts.down} down, ${counts.degraded} degraded, ${counts.ok} ok.`,
    ...(silent ? ['Nobody listens to heartbeats: the worker heartbeat_monitor does not run.'] : []),
  ];
  setText(byId('summary'), said.join(' '));
  document.title = level === 'ok' ? 'Status · Vumi' : `${SYMBOLS[level]} ${level} · Vumi`;
}

function take({ items, gone, summary }) {
  for (const item of items) {
    components.set(item.name, item);
    show(item);
  }
  for (const name of gone) {
    components.delete(name);
    rows.delete(name);
  }
  showTimes();
  arrange();
  showSummary(summary);
}

function live(text) {
  setText(byId('live'), text);
}

/** EventSource sends no token; what a stream says is the same. */
async function read(body) {
  const reader = body.pipeThrough(new TextDecoderStream()).getReader();
  let text = '';
  for (;;) {
    const { value, done } = await reader.read();
    if (done) return;
    heardAt = Date.now();
    text += value;
    const events = text.split('\n\n');
    text = events.pop();
    for (const event of events) {
      const data = /^data: (.*)$/m.exec(event);
      if (data !== null) take(JSON.parse(data[1]));
    }
  }
}

function signOut(reason) {
  heldToken = null;
  sessionStorage.removeItem(KEY);
  connection?.abort();
  components.clear();
  rows.clear();
  byId('rows').replaceChildren();
  byId('components').hidden = true;
  byId('sign-out').hidden = true;
  byId('sign-in').hidden = false;
  setText(byId('refused'), reason);
  live('Not connected');
  byId('token').focus();
}

/** False when there is nothing to be tried again. */
async function connect() {
  connection = new AbortController();
  heardAt = Date.now();
  const answer = await fetch('/api/v1/components/follow', {
    headers: { authorization: `Bearer ${heldToken}` },
    signal: connection.signal,
  });
  if (!answer.ok) {
    const { detail } = await answer.json();
    if (answer.status >= 500) throw new Error(detail);
    signOut(detail);
    return false;
  }
  sessionStorage.setItem(KEY, heldToken);
  byId('sign-in').hidden = true;
  byId('components').hidden = false;
  byId('sign-out').hidden = false;
  components.clear();
  live('Live');
  await read(answer.body);
  return heldToken !== null;
}

async function follow() {
  for (let again = true; again;) {
    again = await connect().catch(() => heldToken !== null);
    if (!again) return;
    live('Live updates lost, trying again');
    await new Promise((resolve) => setTimeout(resolve, AGAIN_MS));
  }
}

byId('sign-in').addEventListener('submit', (event) => {
  event.preventDefault();
  heldToken = byId('token').value.trim();
  byId('token').value = '';
  setText(byId('refused'), '');
  void follow();
});
byId('sign-out').addEventListener('click', () => signOut(''));
byId('search').addEventListener('input', arrange);
byId('unwell').addEventListener('change', arrange);
setInterval(showTimes, 1000);
if (heldToken === null) byId('sign-in').hidden = false;
else void follow();
