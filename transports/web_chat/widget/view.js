import { element, icon, textOf } from './elements.js';
import { entryOf } from './entries.js';
import { applyStyle } from './style.js';

const BUBBLE = 'M21 12a8 8 0 0 1-8 8H4l2.2-2.9A8 8 0 1 1 21 12Z';
const CROSS = 'M6 6l12 12M18 6L6 18';
const LONGEST_TEXT = 4096;
/** Who is so close to the end of what was said follows it, in pixels. */
const NEAR = 80;

/** What the visitor sees and does, in a shadow root: the page and the chat do not see each other's styles. */
export class View {
  #words;
  #actions;
  #parts;
  /** Elements by the ids of entries. */
  #shown = new Map();
  #entries = [];
  /** So many were there when the chat was open last. */
  #seen = 0;
  #status = 'connecting';

  /** @param actions `say(text, payload)`, `again(id)`, `opened()` */
  constructor({ title, greeting, colour, side, words }, actions) {
    this.#words = words;
    this.#actions = actions;
    const host = element('div');
    const root = host.attachShadow({ mode: 'open' });
    applyStyle(root, host, colour);
    this.#parts = createParts(title, words);
    const { launcher, panel, log } = this.#parts;
    root.append(element('div', { className: side }, [launcher, panel]));
    if (greeting !== undefined) log.append(element('div', { className: 'entry' }, [textOf(greeting)]));
    this.#listen();
    document.body.append(host);
  }

  open() {
    this.#toggle(true);
  }

  /** `isFirst`: of a visit before, none of it is news. */
  show(entries, isFirst = false) {
    this.#entries = entries;
    if (isFirst) this.#seen = entries.length;
    this.#draw();
    if (isFirst) this.#toEnd();
  }

  tell(status) {
    const { status: line, input, send } = this.#parts;
    this.#status = status;
    const isRefused = status === 'refused';
    line.textContent = isRefused ? this.#words.refused : this.#words.connecting;
    line.hidden = status === 'open';
    input.disabled = isRefused;
    send.disabled = isRefused;
    this.#draw();
  }

  #listen() {
    const { launcher, close, panel, form, input } = this.#parts;
    launcher.addEventListener('click', () => this.#toggle(true));
    close.addEventListener('click', () => this.#toggle(false));
    panel.addEventListener('keydown', (event) => {
      if (event.key === 'Escape') this.#toggle(false);
      // Keys that the page has a meaning for are the chat's here.
      event.stopPropagation();
    });
    form.addEventListener('submit', (event) => {
      event.preventDefault();
      this.#submit();
    });
    input.addEventListener('keydown', (event) => {
      if (event.key !== 'Enter' || event.shiftKey || event.isComposing) return;
      event.preventDefault();
      this.#submit();
    });
  }

  #toggle(isWanted) {
    const { panel, launcher, input } = this.#parts;
    panel.hidden = !isWanted;
    launcher.hidden = isWanted;
    (isWanted ? input : launcher).focus();
    if (!isWanted) return;
    this.#actions.opened();
    this.#count();
    this.#toEnd();
  }

  #submit() {
    const { input } = this.#parts;
    const text = input.value;
    if (text.trim() === '') return;
    input.value = '';
    this.#actions.say(text);
    this.#toEnd();
    input.focus();
  }

  #draw() {
    const { log } = this.#parts;
    const isFollowed = log.scrollHeight - log.scrollTop - log.clientHeight < NEAR;
    const known = new Set(this.#entries.map(({ id }) => id));
    for (const [id, one] of this.#shown) {
      if (known.has(id)) continue;
      one.remove();
      this.#shown.delete(id);
    }
    for (const entry of this.#entries) this.#drawEntry(entry);
    this.#count();
    if (isFollowed) this.#toEnd();
  }

  /** Only what looks different is made anew: what stays is not read out again. */
  #drawEntry(entry) {
    const status = entry.state === 'sending' ? this.#status : '';
    const isLast = entry === this.#entries.at(-1);
    const looks = JSON.stringify([entry, status, isLast]);
    const before = this.#shown.get(entry.id);
    if (before?.dataset.looks === looks) return;
    const made = entryOf(entry, { words: this.#words, actions: this.#actions, status, isLast });
    made.dataset.looks = looks;
    if (before === undefined) this.#parts.log.append(made);
    else before.replaceWith(made);
    this.#shown.set(entry.id, made);
  }

  /** Messages that came while the chat was closed. */
  #count() {
    const { panel, unread } = this.#parts;
    if (!panel.hidden) this.#seen = this.#entries.length;
    const count = this.#entries.slice(this.#seen).filter(({ mine }) => !mine).length;
    unread.hidden = count === 0;
    unread.textContent = String(count);
  }

  #toEnd() {
    const { log } = this.#parts;
    log.scrollTop = log.scrollHeight;
  }
}

function createParts(title, words) {
  const button = (className, label, children) =>
    element('button', { className, type: 'button', ariaLabel: label }, children);
  const unread = element('span', { className: 'unread', hidden: true });
  const launcher = button('launcher', `${words.open}: ${title}`, [icon(BUBBLE), unread]);
  const close = button('close', words.close, [icon(CROSS)]);
  const heading = element('h2', { id: 'title', text: title, dir: 'auto' });
  const status = element('div', { className: 'status', role: 'status', text: words.connecting });
  const log = element('div', { className: 'log', role: 'log', tabIndex: 0, ariaLive: 'polite' });
  const form = createForm(words);
  const head = element('div', { className: 'head' }, [heading, close]);
  const inside = [head, status, log, form.form];
  const panel = element('section', { className: 'panel', role: 'dialog', hidden: true }, inside);
  for (const named of [log, panel]) named.setAttribute('aria-labelledby', 'title');
  return { unread, launcher, close, status, log, panel, ...form };
}

function createForm(words) {
  const label = element('label', { className: 'unseen', htmlFor: 'input', text: words.label });
  const looks = { maxLength: LONGEST_TEXT, placeholder: words.label, dir: 'auto', autocomplete: 'off' };
  const input = element('textarea', { id: 'input', rows: 1, ...looks });
  const send = element('button', { className: 'send', text: words.send });
  return { input, send, form: element('form', { className: 'form' }, [label, input, send]) };
}
