/** The WebSocket of the chat: it is made again for as long as it takes, and each text is sent until it is taken. */
const FIRST_WAIT_MS = 500;
const LONGEST_WAIT_MS = 30_000;
const PING_MS = 25_000;
const TOKEN_REFUSED = 4401;
/** Coming again would change nothing: the page, or its site, is not allowed. */
const FINAL = new Set([4400, 4403, 4409]);

export class Connection {
  #url;
  #talk;
  #onStatus;
  #socket = null;
  #failures = 0;
  /** The text that is on its way: the next goes when it is taken, so that their order stays. */
  #sending = null;
  #heard = false;
  #retry = null;
  #isClosed = false;
  #beats;

  /**
   * @param {string} url of the WebSocket
   * @param {import('./talk.js').Talk} talk
   * @param onStatus told `connecting`, `open`, or `refused` with the reason
   */
  constructor(url, talk, onStatus) {
    this.#url = url;
    this.#talk = talk;
    this.#onStatus = onStatus;
    this.#beats = setInterval(() => this.#beat(), PING_MS);
    this.#open();
  }

  /** There is something to send. */
  pump() {
    const { next } = this.#talk;
    if (next === undefined || this.#sending !== null || !this.#isOpen) return;
    const { id, text, payload } = next;
    this.#sending = id;
    this.#say(payload === undefined ? { id, text } : { id, text, payload });
  }

  /** Now, if it waits for its next attempt. */
  hurry() {
    if (this.#retry !== null) this.#open();
  }

  close() {
    this.#isClosed = true;
    clearInterval(this.#beats);
    clearTimeout(this.#retry);
    this.#socket?.close();
  }

  get #isOpen() {
    return this.#socket?.readyState === WebSocket.OPEN;
  }

  #say(frame) {
    if (this.#isOpen) this.#socket.send(JSON.stringify(frame));
  }

  #open() {
    clearTimeout(this.#retry);
    this.#retry = null;
    if (this.#isClosed || this.#socket !== null) return;
    this.#onStatus('connecting');
    const made = new WebSocket(this.#url);
    this.#socket = made;
    const { session, token, last } = this.#talk;
    const who = session === null ? {} : { session, token };
    /** One that was given up has nothing more to say. */
    const on = (name, work) => made.addEventListener(name, (event) => made === this.#socket && work(event));
    on('open', () => this.#say({ hello: { last }, ...who }));
    on('message', ({ data }) => this.#take(JSON.parse(data)));
    on('close', ({ code, reason }) => this.#lose(code, reason));
  }

  #lose(code, reason) {
    this.#socket = null;
    this.#sending = null;
    if (this.#isClosed) return;
    if (FINAL.has(code)) {
      this.close();
      this.#onStatus('refused', reason);
      return;
    }
    if (code === TOKEN_REFUSED) this.#talk.identify(null, null);
    this.#onStatus('connecting');
    const wait = Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** this.#failures);
    this.#failures += 1;
    this.#retry = setTimeout(() => this.#open(), wait * (0.5 + Math.random() / 2));
  }

  #take(frame) {
    this.#heard = true;
    if (frame.session !== undefined) this.#begin(frame);
    else if (frame.ack !== undefined) this.#settle(() => this.#talk.sent(frame.ack));
    else if (frame.error !== undefined) this.#refuse(frame);
    else if (frame.id !== undefined) {
      this.#talk.hear(frame);
      this.#say({ got: frame.id });
    }
  }

  #begin({ session, token }) {
    this.#failures = 0;
    this.#talk.identify(session, token);
    this.#onStatus('open');
    this.pump();
  }

  #settle(note) {
    this.#sending = null;
    note();
    this.pump();
  }

  #refuse({ id, error, message, retry_after: seconds = 1 }) {
    if (error !== 'too_fast') this.#settle(() => this.#talk.failed(id, message));
    else
      setTimeout(() => {
        this.#sending = null;
        this.pump();
      }, seconds * 1000);
  }

  /** A network that has changed tells nobody: who hears nothing asks, and comes again when nothing is answered. */
  #beat() {
    if (!this.#isOpen) return;
    if (this.#heard) {
      this.#heard = false;
      this.#say({ ping: true });
      return;
    }
    // It may never say goodbye.
    const gone = this.#socket;
    this.#socket = null;
    this.#sending = null;
    this.#heard = true;
    gone.close();
    this.#open();
  }
}
