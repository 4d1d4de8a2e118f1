import type { Clock } from '@vumi/core';
import type { RequestOutcome } from '@vumi/http';
import type { Answered, ChannelRequestOut, ChannelToken } from './channel-sending.ts';

interface TokenPorts {
  readonly clock: Clock;
  readonly send: (request: ChannelRequestOut) => Promise<RequestOutcome>;
}

/** What asking for a token came to. */
export type TokenOutcome = { readonly kind: 'token'; readonly token: string } | RequestOutcome;

interface Kept {
  readonly token: string;
  /** A new one is asked for from then on: it is not waited until the network refuses this one. */
  readonly until: number;
}

const KEPT_SHARE = 0.9;

/** Keeps the token of a network for nine tenths of its life (spec channels §F.1). */
export class TokenKeeper<C> {
  readonly #token: ChannelToken<C>;
  readonly #config: C;
  readonly #ports: TokenPorts;
  #kept: Kept | null = null;
  #asking: Promise<TokenOutcome> | null = null;

  constructor(token: ChannelToken<C>, config: C, ports: TokenPorts) {
    this.#token = token;
    this.#config = config;
    this.#ports = ports;
  }

  /** All who ask at once wait for the same request. */
  get(): Promise<TokenOutcome> {
    const kept = this.#kept;
    if (kept !== null && this.#ports.clock() < kept.until)
      return Promise.resolve({ kind: 'token', token: kept.token });
    this.#asking ??= this.#ask().finally(() => (this.#asking = null));
    return this.#asking;
  }

  /** The network does not take this one any more. */
  drop(token: string): void {
    if (this.#kept?.token === token) this.#kept = null;
  }

  async #ask(): Promise<TokenOutcome> {
    const askedAt = this.#ports.clock();
    const outcome = await this.#ports.send(this.#token.request(this.#config));
    const given = outcome.kind === 'answered' && isGiven(outcome) ? this.#token.read(outcome) : null;
    if (given === null) return outcome;
    this.#kept = { token: given.token, until: askedAt + given.lifetimeMs * KEPT_SHARE };
    return { kind: 'token', token: given.token };
  }
}

function isGiven({ status }: Answered): boolean {
  return status >= 200 && status < 300;
}
