import type { Identities, Identity, IdentityOptions } from '@vumi/sdk';
import { freeze, text } from './primordials.ts';
import { askFor } from './turn-resource.ts';
import type { Turn } from './turn.ts';

const MEMBER = 'identity';

function addressed(address: string, { type = 'msisdn' }: IdentityOptions): Record<string, unknown> {
  return { type: text(type), address: text(address) };
}

/** `app.identity`. */
export class TurnIdentity implements Identities {
  readonly #turn: Turn;

  constructor(turn: Turn) {
    this.#turn = turn;
    freeze(this);
  }

  get(): Promise<Identity> {
    return askFor(this.#turn, 'identity.get', { args: {}, member: MEMBER });
  }

  find(address: string, options: IdentityOptions = {}): Promise<Identity | null> {
    return askFor(this.#turn, 'identity.find', { args: addressed(address, options), member: MEMBER });
  }

  link(address: string, options: IdentityOptions = {}): Promise<Identity> {
    return askFor(this.#turn, 'identity.link', { args: addressed(address, options), member: MEMBER });
  }

  unlink(address: string, options: IdentityOptions = {}): Promise<Identity> {
    return askFor(this.#turn, 'identity.unlink', { args: addressed(address, options), member: MEMBER });
  }
}
freeze(TurnIdentity.prototype);
