import type { Duplex } from 'node:stream';
import type { AppKind } from './app-kind.ts';

/**
 * What supervisor and runner say to each other: lines of fields between tabs. A field is a word, a number or a JSON
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
      code: string,
      /** Name of a `guest`, or nothing for the one that the runner came with. */
      guest: string,
      /** V8's code cache of the code as base64; empty where there is none. */
      cache: string,
    ]
  /** Asks for the code cache of a worker, JSON text of whose code this is. Runs nothing of it. */
  | readonly ['compile', digest: string, code: string]
  /** `care` is `1` for a turn that may have killed a runner: it runs on a thread and is told of as soon as it runs. */
  | readonly ['turn', instance: string, turn: string, wallMs: string, care: '1' | '', start: string]
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
  /** The handler starts only now, so many milliseconds after the frame that asked for it: others came first. */
  | readonly ['waited', turn: string, ms: string]
  | readonly ['log', turn: string, line: string]
  | readonly ['call', turn: string, call: string]
  /** Turns, between commas, whose code is running for some time now: the suspects should this runner die. */
  | readonly ['busy', turns: string]
  /** Code of the app has made this process unfit. Comes before `poisoned`. */
  | readonly ['accused', app: string, reason: string]
  /** Guest code cannot be stopped: kill this process. */
  | readonly ['poisoned', reason: string]
  | readonly ['pong', number: string, rssMb: string, isolates: string];

/** Why a turn failed: what the author did, or which limit was broken. */
export type FailureReason = 'threw' | 'load' | 'cpu' | 'wall' | 'memory' | 'calls' | 'runner';

/** A line longer than anything that the limits allow. */
const MAX_LINE = 16 * 1024 * 1024;

/** One end of the wire. What is sent within one turn of the event loop leaves in one write. */
export class Channel<Out extends readonly string[], In extends readonly string[]> {
  readonly #stream: Duplex;
  readonly #onFrame: (frame: In) => void;
  #outgoing: string[] = [];
  #parts: string[] = [];
  #pending = 0;
  readonly #flush = (): void => {
    const lines = this.#outgoing;
    this.#outgoing = [];
    if (!this.#stream.destroyed) this.#stream.write(lines.join(''));
  };

  constructor(stream: Duplex, onFrame: (frame: In) => void) {
    this.#stream = stream;
    this.#onFrame = onFrame;
    stream.setEncoding('utf8');
    stream.on('data', (chunk: string) => this.#receive(chunk));
    // A broken pipe shows as the end of the process, which the supervisor watches.
    stream.on('error', () => stream.destroy());
  }

  send(frame: Out): void {
    if (this.#outgoing.push(`${frame.join('\t')}\n`) === 1) setImmediate(this.#flush);
  }

  #receive(chunk: string): void {
    const lines = chunk.split('\n');
    const last = lines.pop() ?? '';
    for (const line of lines) {
      this.#parts.push(line);
      const whole = this.#parts.length === 1 ? line : this.#parts.join('');
      this.#parts = [];
      this.#pending = 0;
      this.#onFrame(whole.split('\t') as unknown as In);
    }
    if (last === '') return;
    this.#parts.push(last);
    this.#pending += last.length;
    if (this.#pending > MAX_LINE) this.#stream.destroy(new Error('a frame is too long'));
  }
}
