import type { ReadStream, WriteStream } from 'node:tty';
import type { Size } from './screen.ts';

const ESC = '\u001b';
/** The screen that programs have for themselves, without a cursor; what was there before comes back. */
const ENTER = `${ESC}[?1049h${ESC}[?25l`;
const LEAVE = `${ESC}[?25h${ESC}[?1049l`;
const HOME = `${ESC}[H`;
const END_OF_LINE = `${ESC}[K`;
const END_OF_SCREEN = `${ESC}[J`;
const INVERSE = `${ESC}[7m`;
const PLAIN = `${ESC}[0m`;

/** What a live view needs of a terminal. */
type Input = Pick<ReadStream, 'setRawMode' | 'on' | 'off' | 'resume' | 'pause' | 'setEncoding'>;
type Output = Pick<WriteStream, 'write' | 'columns' | 'rows' | 'on' | 'off'>;

export interface Listeners {
  readonly onText: (text: string) => void;
  readonly onResize: () => void;
}

/** Somebody's terminal, taken for a while. Disposal gives it back as it was, and so does the end of the process. */
export class LiveTerminal implements Disposable {
  readonly #input: Input;
  readonly #output: Output;
  readonly #listeners: Listeners;
  readonly #leave = (): void => void this.#output.write(LEAVE);
  readonly #onData = (text: string): void => this.#listeners.onText(text);
  readonly #onResize = (): void => this.#listeners.onResize();

  constructor(input: Input, output: Output, listeners: Listeners) {
    this.#input = input;
    this.#output = output;
    this.#listeners = listeners;
    // Keys come one by one, Ctrl-C among them.
    input.setRawMode(true);
    input.setEncoding('utf8');
    input.on('data', this.#onData);
    input.resume();
    output.on('resize', this.#onResize);
    output.write(ENTER);
    process.once('exit', this.#leave);
  }

  get size(): Size {
    // A terminal may not say how large it is.
    return { columns: this.#output.columns || 80, rows: this.#output.rows || 24 };
  }

  /** `lines` are plain text; those at `marked` stand out. */
  draw(lines: readonly string[], marked: ReadonlySet<number>): void {
    const shown = lines.map(
      (line, index) => (marked.has(index) ? `${INVERSE}${line}${PLAIN}` : line) + END_OF_LINE,
    );
    this.#output.write(`${HOME}${shown.join('\r\n')}${END_OF_SCREEN}`);
  }

  [Symbol.dispose](): void {
    process.off('exit', this.#leave);
    this.#output.off('resize', this.#onResize);
    this.#input.off('data', this.#onData);
    this.#input.setRawMode(false);
    this.#input.pause();
    this.#leave();
  }
}
