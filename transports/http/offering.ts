import { sleep, type UserMessage } from '@vumi/core';
import type { HttpAnswer } from '@vumi/http';
import type { ChannelConfig, ChannelRequest, ChannelRoute, HttpChannel, Reading } from './channel.ts';
import { NOTHING_GIVEN } from './channel-offering.ts';
import { Offers, type OffersPorts } from './offers.ts';

export interface OfferingPorts<C> extends Omit<OffersPorts, 'options' | 'ids' | 'asksForFates' | 'phoneOf'> {
  readonly config: C;
  /** Aborted when the transport closes. */
  readonly closing: AbortSignal;
}

/** A request of which all is published, and what it said. */
interface Taken {
  readonly asked: ChannelRequest;
  readonly readings: readonly Reading[];
  readonly made: readonly UserMessage[];
  /** Aborts when who asked has gone. */
  readonly gone: AbortSignal;
}

/** The answers of a channel to a network that asks for what to send. */
export class Offering<C extends ChannelConfig> {
  readonly offers: Offers;
  readonly #config: C;
  readonly #closing: AbortSignal;
  readonly #delayMs: number;
  /** Answers that are held back for replies. */
  #delayed = 0;

  private constructor(channel: NonNullable<HttpChannel<C>['offering']>, ports: OfferingPorts<C>) {
    const { config, closing } = ports;
    const options = channel.options(config);
    this.#config = config;
    this.#closing = closing;
    this.#delayMs = options.reply_delay * 1000;
    this.offers = new Offers({
      ...ports,
      options,
      ids: channel.ids,
      asksForFates: channel.asksForFates === true,
      phoneOf: (message) => (channel.phoneOf === undefined ? '' : channel.phoneOf(message, config)),
    });
  }

  /** Null: its network does not ask. */
  static open<C extends ChannelConfig>(
    { offering }: HttpChannel<C>,
    ports: OfferingPorts<C>,
  ): Offering<C> | null {
    return offering === undefined ? null : new Offering(offering, ports);
  }

  async answer(route: ChannelRoute<C>, { asked, readings, made, gone }: Taken): Promise<HttpAnswer> {
    const asking = route.asks?.(asked, this.#config) ?? null;
    if (asking === null) return route.answer(made, asked, this.#config, NOTHING_GIVEN);
    this.offers.noteAsked();
    const ids = readings.flatMap((reading) => (reading.kind === 'confirmed' ? [reading.id] : []));
    const confirmed = await this.offers.confirm(ids);
    if (made.length > 0 && asking.messages) await this.#awaitReplies(gone);
    const { offered, onSending, onSent } = this.offers.handOut(asking);
    const untold = asking.untold === true ? this.offers.untold() : [];
    try {
      const answer = route.answer(made, asked, this.#config, { offered, confirmed, untold });
      return { ...answer, onSending, onSent };
    } catch (error) {
      onSent(false);
      throw error;
    }
  }

  /** Replies may go with the answer to what they reply to. */
  async #awaitReplies(gone: AbortSignal): Promise<void> {
    if (this.#delayMs === 0 || this.#delayed >= this.#config.max_pending) return;
    this.#delayed += 1;
    await sleep(this.#delayMs, AbortSignal.any([gone, this.#closing])).catch(() => {});
    this.#delayed -= 1;
  }
}
