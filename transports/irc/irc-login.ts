import type { Secret } from '@vumi/core';
import { LoginRefused } from '../socket/dialing-network.ts';
import type { IrcConfig } from './config.ts';
import type { IrcLine } from './irc-line.ts';

/** What a server may want of us, and never will from these (RFC 2812 §5.2, IRCv3 SASL). */
const REFUSALS: ReadonlySet<string> = new Set([
  '432',
  '463',
  '464',
  '465',
  '902',
  '904',
  '905',
  '906',
  '908',
]);
const NICKNAME_TAKEN: ReadonlySet<string> = new Set(['433', '436', '437']);
const WELCOME = '001';
const SASL_DONE = '903';
const MOST_TRIES = 10;

type Say = (command: string, ...params: readonly string[]) => void;

/** From the first line to the welcome. */
export class IrcLogin {
  readonly #config: IrcConfig;
  readonly #say: Say;
  readonly #done = Promise.withResolvers<string>();
  #nickname: string;
  #tries = 0;

  constructor(config: IrcConfig, say: Say) {
    this.#config = config;
    this.#say = say;
    this.#nickname = config.nickname;
    this.#done.promise.catch(() => {});
    const { password, sasl_username: account, username, realname } = config;
    if (account !== undefined) say('CAP', 'REQ', 'sasl');
    if (password !== undefined) say('PASS', password.reveal());
    say('NICK', this.#nickname);
    say('USER', username, '0', '*', realname);
  }

  /** The nickname that the server gave; rejects with `LoginRefused`. */
  get welcomed(): Promise<string> {
    return this.#done.promise;
  }

  fail(error: Error): void {
    this.#done.reject(error);
  }

  /** Takes a line that came before the welcome. */
  take({ command, params }: IrcLine): void {
    if (command === WELCOME) this.#done.resolve(params[0] ?? this.#nickname);
    else if (NICKNAME_TAKEN.has(command)) this.#tryAnother();
    else if (REFUSALS.has(command)) this.#refuse(params.at(-1) ?? command);
    else if (command === 'CAP') this.#takeCapability(params);
    else if (command === 'AUTHENTICATE') this.#say('AUTHENTICATE', ...this.#credentials());
    else if (command === SASL_DONE) this.#say('CAP', 'END');
  }

  #tryAnother(): void {
    this.#tries += 1;
    this.#nickname += '^';
    if (this.#tries > MOST_TRIES) this.#refuse(`the nickname "${this.#config.nickname}" is taken`);
    else this.#say('NICK', this.#nickname);
  }

  #takeCapability(params: readonly string[]): void {
    const answer = params[1]?.toUpperCase();
    if (answer === 'ACK') this.#say('AUTHENTICATE', 'PLAIN');
    if (answer === 'NAK') this.#refuse('the server knows no SASL: see nickserv_password');
  }

  #credentials(): string[] {
    const { sasl_username: name = '', sasl_password: password } = this.#config;
    return [Buffer.from(`\0${name}\0${revealed(password)}`).toString('base64')];
  }

  #refuse(reason: string): void {
    this.#done.reject(new LoginRefused(reason));
  }
}

function revealed(secret: Secret | undefined): string {
  return secret?.reveal() ?? '';
}
