import type { OptoutOptions, Optouts, OptoutStatus } from '@vumi/sdk';
import { freeze, text } from './primordials.ts';
import { ask, askFor } from './turn-resource.ts';
import type { Turn } from './turn.ts';

function addressed(address: string, { type = 'msisdn' }: OptoutOptions): Record<string, unknown> {
  return { address_type: text(type), address_value: text(address) };
}

/** `app.optouts`. */
export class TurnOptouts implements Optouts {
  readonly #turn: Turn;

  constructor(turn: Turn) {
    this.#turn = turn;
    freeze(this);
  }

  status(address: string, options: OptoutOptions = {}): Promise<OptoutStatus> {
    return ask(this.#turn, 'optout.status', addressed(address, options));
  }

  optOut(address: string, options: OptoutOptions = {}): Promise<OptoutStatus> {
    return ask(this.#turn, 'optout.optout', addressed(address, options));
  }

  cancel(address: string, options: OptoutOptions = {}): Promise<OptoutStatus> {
    return ask(this.#turn, 'optout.cancel_optout', addressed(address, options));
  }

  count(): Promise<number> {
    return askFor(this.#turn, 'optout.count', { args: {}, member: 'count' });
  }
}
freeze(TurnOptouts.prototype);
