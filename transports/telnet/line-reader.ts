/** Commands of the Telnet protocol (RFC 854). */
const IAC = 255;
const SB = 250;
const SE = 240;
/** WILL, WONT, DO, DONT: each has an option behind it. */
const FIRST_WITH_OPTION = 251;
const LAST_WITH_OPTION = 254;
const CR = 13;
const LF = 10;
const NUL = 0;

type State = 'text' | 'after CR' | 'command' | 'option' | 'negotiation' | 'negotiation command';

/** Octets of a terminal in, lines of text out, without what terminals tell each other. */
export class LineReader {
  readonly #onLine: (line: string) => void;
  readonly #longest: number;
  #state: State = 'text';
  #octets: number[] = [];

  /** A line of more than `longest` octets is cut there, and goes on in the next. */
  constructor(longest: number, onLine: (line: string) => void) {
    this.#longest = longest;
    this.#onLine = onLine;
  }

  push(chunk: Buffer): void {
    for (const octet of chunk) this.#take(octet);
  }

  #take(octet: number): void {
    switch (this.#state) {
      case 'text':
        return this.#takeText(octet);
      case 'after CR':
        this.#state = 'text';
        if (octet === LF || octet === NUL) return;
        return this.#takeText(octet);
      case 'command':
        return this.#takeCommand(octet);
      case 'option':
        this.#state = 'text';
        return;
      case 'negotiation':
        if (octet === IAC) this.#state = 'negotiation command';
        return;
      case 'negotiation command':
        this.#state = octet === SE ? 'text' : 'negotiation';
        return;
      default:
    }
  }

  #takeText(octet: number): void {
    if (octet === IAC) this.#state = 'command';
    else if (octet === CR || octet === LF) this.#end(octet === CR ? 'after CR' : 'text');
    else this.#add(octet);
  }

  #takeCommand(octet: number): void {
    this.#state = 'text';
    if (octet === IAC) this.#add(octet);
    else if (octet === SB) this.#state = 'negotiation';
    else if (octet >= FIRST_WITH_OPTION && octet <= LAST_WITH_OPTION) this.#state = 'option';
  }

  #add(octet: number): void {
    this.#octets.push(octet);
    if (this.#octets.length >= this.#longest) this.#end(this.#state);
  }

  #end(next: State): void {
    const line = Buffer.from(this.#octets).toString('utf8');
    this.#octets = [];
    this.#state = next;
    this.#onLine(line);
  }
}
