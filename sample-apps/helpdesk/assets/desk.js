// Shows the questions that this page was opened for, and gives what is typed to the conversation, which sends it.
const note = document.querySelector('#note');
const form = document.querySelector('form');
const list = document.querySelector('#questions');

async function fetchJson(path, options) {
  const response = await fetch(path, options);
  if (!response.ok) throw new Error(`${path} answered ${response.status}`);
  return response.status === 204 || response.status === 202 ? null : response.json();
}

async function headers() {
  const { token } = await fetchJson('/api/v1/token', { method: 'POST' });
  return { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
}

function rowOf({ number, text, at }) {
  const row = document.createElement('li');
  const label = document.createElement('label');
  const asked = document.createElement('strong');
  const time = document.createElement('time');
  const answer = document.createElement('textarea');
  asked.textContent = text;
  time.dateTime = at;
  time.textContent = new Date(at).toLocaleString('en-GB', { dateStyle: 'medium', timeStyle: 'short' });
  answer.maxLength = 400;
  answer.rows = 3;
  answer.dataset.number = number;
  label.append(asked, time, answer);
  row.append(label);
  return row;
}

async function send() {
  const answers = [...list.querySelectorAll('textarea')]
    .map(({ value, dataset }) => ({ number: Number(dataset.number), text: value.trim() }))
    .filter(({ text }) => text !== '');
  if (answers.length === 0) {
    note.textContent = 'Type an answer first.';
    return;
  }
  const button = form.querySelector('button');
  button.disabled = true;
  try {
    await fetchJson('/api/v1/answer', {
      method: 'POST',
      headers: await headers(),
      body: JSON.stringify(answers),
    });
    form.hidden = true;
    note.textContent = 'Sent. Text "ask" when more questions wait.';
  } catch {
    button.disabled = false;
    note.textContent = 'That was not sent; try again, or text "ask" for a new address.';
  }
}

form.addEventListener('submit', (event) => {
  event.preventDefault();
  void send();
});

try {
  const { value } = await fetchJson('/api/v1/user/open', { headers: await headers() });
  list.append(...(value ?? []).map(rowOf));
  note.textContent = `${list.children.length} ${list.children.length === 1 ? 'question waits' : 'questions wait'}.`;
  form.hidden = list.children.length === 0;
} catch {
  note.textContent = 'The questions cannot be read: text "ask" for a new address.';
}
