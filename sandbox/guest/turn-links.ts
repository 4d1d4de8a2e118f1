import type { LinkOptions } from '@vumi/sdk';
import type { HostLinks, LinkPlace } from '@vumi/sdk/talks';
import { freeze, text } from './primordials.ts';
import { ask, askFor } from './turn-resource.ts';
import type { Turn } from './turn.ts';

/** `app.links`, and what `app.link` is made of. */
export class TurnLinks implements HostLinks {
  readonly #turn: Turn;

  constructor(turn: Turn) {
    this.#turn = turn;
    freeze(this);
  }

  make(path: string, options: LinkOptions & LinkPlace): Promise<string> {
    const { expires, pin, scopes, talk, question } = options;
    const args = { path: text(path), expires, pin, scopes, talk, question };
    return askFor(this.#turn, 'links.make', { args, member: 'url' });
  }

  keep(): Promise<void> {
    return ask(this.#turn, 'links.keep', {});
  }

  revoke(): Promise<void> {
    return ask(this.#turn, 'links.revoke', {});
  }
}
freeze(TurnLinks.prototype);
