import { errorText, Lane, VumiError } from '@vumi/core';
import { callSchema, type GuestCall } from '../effects.ts';
import { TOLD_LENGTH } from '../frames.ts';
import type { Answer } from '../guest/host.ts';
import { parseGuestJson } from '../guest-json.ts';
import { TurnRecorder } from '../recording/turn-recorder.ts';
import type { LoadedApp } from '../apps/app.ts';
import type { UnreadAnswers } from './unread-answers.ts';

/** The start of `[call id, call]`. */
const CALL_ID = /^\[(\d{1,9}),/;
/** Calls of one handler that are worked on at once: what is in flight has been counted by nobody yet. */
const AT_ONCE = 8;
/** Calls that change nothing, or that belong to our own half of the guest. */
const HARMLESS: ReadonlySet<GuestCall['call']> = new Set(['get', 'secret', 'ids', 'delay', 'talks']);

/** A call as it is to be answered. */
export interface AskedCall {
  readonly id: number;
  readonly call: GuestCall;
  /** Of an HTTP call: how many the handler made before; of another its id. */
  readonly number: number;
  /** Milliseconds that the handler may wait and still say something. */
  readonly leftMs: number;
}

export interface TurnCallsOptions {
  readonly app: LoadedApp;
  /** Rejections reach the handler as texts. */
  readonly answer: (asked: AskedCall) => Promise<unknown>;
  /** Brings a JSON list of answers to the guest. */
  readonly send: (answers: string) => void;
  readonly leftMs: () => number;
  /** The handler waits for somebody outside. */
  readonly onWait: () => void;
  readonly unread: UnreadAnswers;
}

/** What one run of a handler asks, and what it is answered. */
export class TurnCalls {
  readonly recorder = new TurnRecorder();
  readonly #options: TurnCallsOptions;
  readonly #lane = new Lane();
  /** Names of the calls that are more than a look, by id. */
  readonly #names = new Map<number, string>();
  /** Ids of those that were not answered yet. */
  readonly #open = new Set<number>();
  #answers: { readonly answer: Answer; readonly json: string }[] = [];
  #httpCalls = 0;
  #characters = 0;
  #unread = 0;
  #isOver = false;

  constructor(options: TurnCallsOptions) {
    this.#options = options;
  }

  /** Takes a call off the wire. */
  ask(json: string): void {
    const id = Number(CALL_ID.exec(json)?.[1] ?? Number.NaN);
    if (Number.isNaN(id)) return;
    const parsed = callSchema.safeParse(callOf(json));
    if (!parsed.success) return this.#answer(id, false, 'the platform does not understand this call');
    const call = parsed.data;
    this.recorder.asked(id, call, json);
    if (!HARMLESS.has(call.call)) {
      this.#names.set(id, nameOf(call));
      this.#open.add(id);
    }
    if (isWaiting(call)) this.#options.onWait();
    const number = call.call === 'http' ? this.#httpCalls++ : id;
    // In a promise, so that nothing can throw before somebody listens (spec sandbox-security §2.6, rule 8).
    Promise.resolve()
      .then(() => {
        const work = (): Promise<unknown> => this.#work({ id, call, number });
        return isWaiting(call) ? work() : this.#lane.run(AT_ONCE, work);
      })
      .then(
        (value) => this.#answer(id, true, value),
        (error: unknown) =>
          this.#answer(id, false, error instanceof VumiError ? errorText(error) : 'the call failed'),
      )
      .catch(() => undefined);
  }

  /** The guest has been handed so many characters of answers. */
  taken(characters: number): void {
    const taken = Math.min(characters, this.#unread);
    this.#unread -= taken;
    this.#options.unread.gone(this.#options.app.key, taken);
  }

  /** Ends all that is under way. */
  end(): void {
    this.#isOver = true;
    this.taken(this.#unread);
  }

  /** Names of calls that come to nothing because nobody awaited them: what the guest says is open, else what is. */
  droppedOf(open: readonly number[] | null): string[] {
    return [...(open ?? this.#open)].flatMap((id) => this.#names.get(id) ?? []);
  }

  async #work(asked: Omit<AskedCall, 'leftMs'>): Promise<unknown> {
    const { app, unread, answer, leftMs } = this.#options;
    await unread.room(app.key);
    if (this.#isOver) throw new VumiError('request.invalid', 'the handler has ended');
    this.#checkRoom(0);
    return answer({ ...asked, leftMs: leftMs() });
  }

  /** Throws `app.limit` when the handler has been answered too much already, or would be now. */
  #checkRoom(more: number): void {
    const most = this.#options.app.limits.read_bytes;
    if (this.#characters + more <= most) return;
    this.#characters = most + 1;
    throw new VumiError('app.limit', `limit: a message may look up ${most} characters in all`);
  }

  /** Answers that come together enter the guest together. */
  #answer(id: number, worked: boolean, value: unknown): void {
    if (this.#isOver) return;
    this.#open.delete(id);
    const given = this.#counted([id, worked, value]);
    if (this.#answers.push(given) === 1) queueMicrotask(() => this.#flush());
  }

  #counted(answer: Answer): { answer: Answer; json: string } {
    const json = JSON.stringify(answer);
    try {
      this.#checkRoom(answer[1] ? json.length : 0);
      this.#characters += json.length;
      return { answer, json };
    } catch (error) {
      const refused: Answer = [answer[0], false, errorText(error)];
      return { answer: refused, json: JSON.stringify(refused) };
    }
  }

  #flush(): void {
    const answers = this.#answers;
    this.#answers = [];
    if (this.#isOver) return;
    const json = `[${answers.map((given) => given.json).join(',')}]`;
    this.recorder.answered(
      answers.map(({ answer }) => answer),
      json,
    );
    if (json.length >= TOLD_LENGTH) {
      this.#unread += json.length;
      this.#options.unread.sent(this.#options.app.key, json.length);
    }
    this.#options.send(json);
  }
}

/** What waits for somebody else for long keeps nobody from being answered. */
function isWaiting({ call, ...rest }: GuestCall): boolean {
  if (call === 'http' || call === 'delay') return true;
  const { command } = rest as { readonly command?: { readonly cmd?: unknown } };
  return typeof command?.cmd === 'string' && command.cmd.startsWith('http.');
}

function nameOf(call: GuestCall): string {
  if (call.call === 'resource') return call.name;
  return call.call === 'command' ? String(call.command['cmd']).slice(0, 64) : call.call;
}

/** Null for what no guest of good will posts. */
function callOf(json: string): unknown {
  try {
    const parsed = parseGuestJson(json);
    return Array.isArray(parsed) ? parsed[1] : null;
  } catch {
    return null;
  }
}
