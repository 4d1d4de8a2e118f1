import { bodyOf, parseUserMessage, type ApplicationEnd, type UserMessage } from '@vumi/core';
import { GatheringTurn, stateKey, type Turn, type TurnOptions } from './turn.ts';

/** How long it is remembered what was done: a message that is delivered again later than that is done again. */
const MARKER_TTL_MS = 7 * 24 * 3600 * 1000;

/** Runs an application's work so that each piece of it takes effect once. */
export class Turns {
  readonly #end: Pick<ApplicationEnd, 'publishOutbound'>;
  readonly #options: TurnOptions;

  constructor(end: Pick<ApplicationEnd, 'publishOutbound'>, options: TurnOptions) {
    this.#end = end;
    this.#options = options;
  }

  /**
   * Runs the work unless it was done already under this id: a message's, an event's, or the one that a client gave its
   * request. Either way what it had to say is safe when this resolves. Answers it, oldest first.
   */
  async run(id: string, work: (turn: Turn) => Promise<void>): Promise<readonly UserMessage[]> {
    const marker = stateKey(this.#options.worker, 'done', id);
    const earlier = await this.#options.state.committed(marker);
    const messages = earlier?.map(parseUserMessage) ?? (await this.#runFirst(marker, { id, work }));
    for (const message of messages) await this.#end.publishOutbound(message);
    return messages;
  }

  async #runFirst(
    marker: string,
    { id, work }: { id: string; work: (turn: Turn) => Promise<void> },
  ): Promise<readonly UserMessage[]> {
    const turn = new GatheringTurn(id, this.#options);
    await work(turn);
    const { fresh, outbox } = await this.#options.state.commit({
      marker,
      markerTtlMs: MARKER_TTL_MS,
      writes: turn.state.writes,
      outbox: turn.messages.map((message) => bodyOf(message)),
    });
    // Somebody else has done it meanwhile: only what that one said counts.
    return fresh ? turn.messages : outbox.map(parseUserMessage);
  }
}
