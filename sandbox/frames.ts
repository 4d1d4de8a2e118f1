import type { Duplex } from 'node:stream';
import type { AppKind } from './app-kind.ts';

/**
 * What platform and runner say to each other: lines of fields between tabs. A field is a word, a number or a JSON
 * text, none of which holds a tab or a line break. An *instance* is one loading of an app's version into an isolate, a
 * *turn* one run of a handler; both are numbers that are never used again.
 */
export type ToRunner =
  /** Asks for the snapshot of a classic guest, JSON text of whose code this is. */
  | readonly ['snap', code: string]
  /** A classic guest, as base64 of its snapshot: sent to the runners that need it, once each. */
  | readonly ['guest', name: string, snapshot: string]
  | readonly [
      'load',
      instance: string,
      app: string,
      kind: AppKind,
      limits: string,
      settings: string,
      /** JSON text; empty where it was sent before. */
      code: string,
      /** Name of a `guest`, or nothing for the one that the runner came with. */
      guest: string,
      /** Of code that was sent before; else empty. */
      digest: string,
    ]
  /** Code of a large worker as JSON text, to be kept, with V8's code cache of it as base64 where there is one. */
  | readonly ['learn', digest: string, code: string, cache: string]
  | readonly ['forget', digest: string]
  /** Asks for the code cache of a worker, JSON text of whose code this is. Runs nothing of it. */
  | readonly ['compile', digest: string, code: string]
  /**
   * `care` is `1` for a turn that may have killed a runner: it runs on a thread and is told of as soon as it runs.
   * `strict` is `1` where somebody waits: its limit of time is that of the wall.
   */
  | readonly [
      'turn',
      instance: string,
      turn: string,
      wallMs: string,
      care: '1' | '',
      strict: '1' | '',
      start: string,
    ]
  | readonly ['settle', instance: string, turn: string, answers: string]
  | readonly ['unload', instance: string]
  | readonly ['ping', number: string];

export type FromRunner =
  | readonly ['up']
  /** Base64. */
  | readonly ['snapshot', snapshot: string]
  /** Base64; empty when the worker does not compile. */
  | readonly ['compiled', digest: string, cache: string]
  | readonly ['loaded', instance: string, handlers: string]
  | readonly ['unloadable', instance: string, reason: FailureReason, text: string]
  /** The isolate is no more; its turns are answered for one by one. */
  | readonly ['gone', instance: string]
  | readonly ['done', turn: string, cpuMicros: string, effects: string]
  | readonly ['failed', turn: string, reason: FailureReason, cpuMicros: string, text: string]
  /** Ended through no fault of its own: run it again. */
  | readonly ['lost', turn: string]
  /** Lost, too: its process grew while it ran, beside apps that may have made it grow. Run it where nobody else is. */
  | readonly ['suspected', turn: string, reason: string]
  /** The handler starts only now, so many milliseconds after the frame that asked for it: others came first. */
  | readonly ['waited', turn: string, ms: string]
  | readonly ['log', turn: string, line: string]
  | readonly ['call', turn: string, call: string]
  /** So many characters of answers, TOLD_LENGTH or more, have entered the guest. */
  | readonly ['took', turn: string, characters: string]
  /** Code of a turn that has ended goes on: what it does is dropped. */
  | readonly ['late', turn: string]
  /** Turns, between commas, whose code is running for some time now: the suspects should this runner die. */
  | readonly ['busy', turns: string]
  /** Code of the app has made this process unfit. Comes before `poisoned`. */
  | readonly ['accused', app: string, reason: string]
  /** Guest code cannot be stopped: kill this process. */
  | readonly ['poisoned', reason: string]
  | readonly ['pong', number: string, rssMb: string, isolates: string];

/** Why a turn failed: what the author did, or which limit was broken; `overload` is the machine's fault. */
export type FailureReason = 'threw' | 'load' | 'cpu' | 'wall' | 'memory' | 'calls' | 'runner' | 'overload';

/** Answers so long are counted until the guest has them; shorter ones are not worth a frame. */
export const TOLD_LENGTH = 4096;

/** A line longer than anything that the limits allow. */
const MAX_LINE = 16 * 1024 * 1024;
/** Of UTF-8: no byte of a longer character looks like it. */
const LINE_BREAK = 0x0a;

/**
 * One end of the wire. What is sent while frames are being read leaves in one write when all have been read, whatever
 * else is sent leaves in one write when `defer` calls back.
 */
export class Channel<Out extends readonly string[], In extends readonly string[]> {
  readonly #stream: Duplex;
  readonly #onFrame: (frame: In) => void;
  readonly #defer: (flush: () => void) => void;
  #outgoing = '';
  /** Of a line whose end has not come yet. */
  #parts: Buffer[] = [];
  #pending = 0;
  #reading = false;
  readonly #flush = (): void => {
    const lines = this.#outgoing;
    this.#outgoing = '';
    if (lines !== '' && !this.#stream.destroyed) this.#stream.write(lines);
  };

  constructor(stream: Duplex, onFrame: (frame: In) => void, defer: (flush: () => void) => void) {
    this.#stream = stream;
    this.#onFrame = onFrame;
    this.#defer = defer;
    // A broken pipe shows as the end of the process, which the platform watches.
    stream.on('error', () => stream.destroy());
  }

  send(frame: Out): void {
    if (this.#outgoing === '' && !this.#reading) this.#defer(this.#flush);
    this.#outgoing += `${frame.join('\t')}\n`;
  }

  /** Takes what has come over the wire: `length` bytes, which the caller may overwrite afterwards. */
  receive(bytes: Buffer, length: number = bytes.length): void {
    const end = bytes[length - 1] === LINE_BREAK ? length - 1 : bytes.lastIndexOf(LINE_BREAK, length - 1);
    if (end >= 0) this.#read(bytes, end);
    if (end + 1 < length) this.#keep(Buffer.from(bytes.subarray(end + 1, length)));
  }

  /** Reads the lines before `end`. */
  #read(bytes: Buffer, end: number): void {
    const text =
      this.#parts.length === 0
        ? bytes.toString('utf8', 0, end)
        : Buffer.concat([...this.#parts, bytes.subarray(0, end)]).toString();
    this.#parts = [];
    this.#pending = 0;
    this.#reading = true;
    for (const line of text.split('\n')) this.#onFrame(line.split('\t') as unknown as In);
    this.#reading = false;
    this.#flush();
  }

  #keep(part: Buffer): void {
    this.#parts.push(part);
    this.#pending += part.length;
    if (this.#pending > MAX_LINE) this.#stream.destroy(new Error('a frame is too long'));
  }
}
