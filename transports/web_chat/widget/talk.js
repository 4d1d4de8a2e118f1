const MOST_ENTRIES = 200;
const NOTHING = { session: null, token: null, last: null, entries: [] };

/**
 * What was said, as the page keeps it: in the storage of the site, so that it is there again after a reload and in other
 * tabs. Texts wait in it until the platform has them.
 */
export class Talk {
  #storage;
  #key;
  #isStored;
  #kept;
  #listener = () => {};

  /** @param {Pick<Storage, 'getItem' | 'setItem'> | null} storage null: for as long as the page is there. */
  constructor(storage, key) {
    this.#storage = storage;
    this.#key = key;
    this.#isStored = storage !== null;
    this.#kept = this.#read();
  }

  get session() {
    return this.#kept.session;
  }

  get token() {
    return this.#kept.token;
  }

  /** The id of the last message that came. */
  get last() {
    return this.#kept.last;
  }

  get entries() {
    return this.#kept.entries;
  }

  /** The next text to be sent. */
  get next() {
    return this.entries.find(({ mine, state }) => mine && state === 'sending');
  }

  /** Told after each change. */
  onChange(told) {
    this.#listener = told;
  }

  /** Another tab has written. */
  reread() {
    this.#kept = this.#read();
    this.#listener();
  }

  /** Who the visitor is; null: somebody new, whose texts are still to be sent. */
  identify(session, token) {
    this.#write((before) => ({ session, token, last: session === before.session ? before.last : null }));
  }

  /** The visitor writes, or presses a button. */
  say(text, payload) {
    const entry = { id: randomId(), mine: true, text, state: 'sending' };
    const said = payload === undefined ? entry : { ...entry, payload };
    this.#write(({ entries }) => ({ entries: [...entries, said] }));
  }

  sent(id) {
    this.#change(id, { state: 'sent' });
  }

  failed(id, reason) {
    this.#change(id, { state: 'failed', reason });
  }

  again(id) {
    this.#change(id, { state: 'sending' });
  }

  /** A message has come; the same one again changes nothing. */
  hear(message) {
    this.#write(({ entries }) => {
      if (entries.some(({ id }) => id === message.id)) return {};
      return { last: message.id, entries: [...entries, { ...message, mine: false }] };
    });
  }

  #change(id, changed) {
    this.#write(({ entries }) => ({
      entries: entries.map((entry) => (entry.id === id ? { ...entry, ...changed } : entry)),
    }));
  }

  #read() {
    try {
      const found = JSON.parse(this.#storage?.getItem(this.#key) ?? 'null');
      return Array.isArray(found?.entries) ? { ...NOTHING, ...found } : NOTHING;
    } catch {
      return NOTHING;
    }
  }

  /** `change` gives what is different: of what other tabs have written meanwhile, too. */
  #write(change) {
    const before = this.#isStored ? this.#read() : this.#kept;
    const after = { ...before, ...change(before) };
    this.#kept = { ...after, entries: after.entries.slice(-MOST_ENTRIES) };
    try {
      this.#storage?.setItem(this.#key, JSON.stringify(this.#kept));
    } catch {
      // A full storage, or one that the site may not use: this page still has it.
      this.#isStored = false;
    }
    this.#listener();
  }
}

/** Pages without https have no `crypto.randomUUID`. */
function randomId() {
  const octets = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(octets, (octet) => octet.toString(16).padStart(2, '0')).join('');
}
