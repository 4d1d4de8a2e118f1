import type { CommandAnswer, GuestLimits } from '../host.ts';
import { errorText } from '../error-text.ts';
import { andThen, apply, cut, hasOwn, parse, stringify, text, TrustedError } from '../primordials.ts';
import type { Turn } from '../turn.ts';
import type { Timekeeper } from './later.ts';
import { later } from './libraries.ts';
import { withoutUserDump } from './user-dump.ts';

export type Callback = (this: unknown, reply: unknown) => void;

interface Command extends Record<string, unknown> {
  readonly cmd?: unknown;
  readonly cmd_id?: unknown;
}

const LINE_LENGTH = 1000;
type Level = 'debug' | 'info' | 'warn' | 'error';
const LEVELS: Readonly<Record<string, Level>> = {
  'log.debug': 'debug',
  'log.info': 'info',
  'log.warning': 'warn',
  'log.error': 'error',
  'log.critical': 'error',
};

/** The numbers of `log.log` are Python's. */
function levelOf(command: Command): Level | undefined {
  const name = command.cmd;
  if (name !== 'log.log') return typeof name === 'string' && hasOwn(LEVELS, name) ? LEVELS[name] : undefined;
  const level = command['level'];
  if (typeof level !== 'number') return 'info';
  if (level < 20) return 'debug';
  if (level < 30) return 'info';
  return level < 40 ? 'warn' : 'error';
}

/** One run of a classic app: its commands on their way to the host and back. */
export class Run implements Timekeeper {
  readonly turn: Turn;
  /** The app's configuration, as texts. */
  readonly #config: Readonly<Record<string, string>>;
  readonly #limits: GuestLimits;
  #commands = 0;
  /** Commands with an effect that the host has not answered yet: the run does not end before. */
  #effects = 0;
  #ending = false;

  constructor(turn: Turn, config: Readonly<Record<string, string>>) {
    this.turn = turn;
    this.#config = config;
    this.#limits = turn.limits;
  }

  /** Carries a command out; its reply goes to `callback` with `self` as its `this`. */
  send(message: object, self: unknown, callback: Callback | undefined): void {
    if (this.turn.finished) return this.turn.tellLate();
    if (++this.#commands > this.#limits.host_calls)
      throw new TrustedError(`limit: a message may make ${this.#limits.host_calls} commands`);
    const json: unknown = stringify(message);
    if (typeof json !== 'string') throw new TrustedError('a command is an object');
    const command = parse(json) as Command;
    const answer = (reply: Record<string, unknown>): void => this.#reply(command, reply, { self, callback });
    const known = this.#answerHere(command);
    if (known === null) this.#ask(command, answer);
    else later(() => answer(known));
  }

  /** The app has said that it is done. */
  end(): void {
    this.#ending = true;
    if (this.#effects === 0) this.turn.finish();
  }

  fail(error: unknown): void {
    this.turn.fail(errorText(error));
  }

  wait(milliseconds: number, callback: () => void): void {
    const done = this.turn.call({ call: 'delay', milliseconds });
    void andThen(done, callback, (reason) => this.fail(reason));
  }

  #reply(
    { cmd, cmd_id }: Command,
    reply: Record<string, unknown>,
    to: { self: unknown; callback: Callback | undefined },
  ): void {
    reply['cmd'] = cmd;
    reply['cmd_id'] = cmd_id;
    reply['reply'] = true;
    if (typeof to.callback === 'function' && !this.turn.finished) apply(to.callback, to.self, [reply]);
  }

  /** What needs nobody outside; null for the rest. */
  #answerHere(command: Command): Record<string, unknown> | null {
    if (command.cmd === 'config.get') return this.#configOf(command['key']);
    const level = levelOf(command);
    return level === undefined ? null : this.#log(level, command['msg']);
  }

  #configOf(key: unknown): Record<string, unknown> {
    if (key === undefined || key === null) return { success: false };
    const name = text(key);
    return { success: true, value: hasOwn(this.#config, name) ? this.#config[name] : null };
  }

  #log(level: Level, message: unknown): Record<string, unknown> {
    if (message === undefined || message === null)
      return { success: false, reason: 'Value expected for msg' };
    const line = typeof message === 'string' ? message : stringify(message);
    this.turn.log({ level, text: cut(withoutUserDump(line), LINE_LENGTH) });
    return { success: true };
  }

  #ask(command: Command, answer: (reply: Record<string, unknown>) => void): void {
    const isLive = typeof command.cmd === 'string' && cut(command.cmd, 5) === 'http.';
    if (!isLive) this.#effects++;
    const whenAnswered = (given: unknown): void => {
      if (!isLive) this.#effects--;
      const answered = given as CommandAnswer;
      if ('kill' in answered) return this.turn.fail(answered.kill);
      this.#guard(() => answer(answered.reply));
      if (this.#ending) this.end();
    };
    void andThen(this.turn.call({ call: 'command', command }), whenAnswered, (reason) => this.fail(reason));
  }

  #guard(task: () => void): void {
    try {
      task();
    } catch (error) {
      this.fail(error);
    }
  }
}
