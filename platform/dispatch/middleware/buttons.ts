import { inText, readRich, showsButtons, stampOf, type Middleware, type UserMessage } from '@vumi/core';
import type { LimitsOf } from '../rich-limits.ts';
import type { OfferPlace, Offers } from '../offers.ts';
import { holderOf } from '../route-table-router.ts';
import { both } from './both.ts';

export interface ButtonPorts {
  readonly offers: Offers;
  readonly limitsOf: LimitsOf;
}

/**
 * Sends what a network cannot show beside text as text, before it is counted and paid for; and understands a user who
 * types the number or the title of a button as if he had pressed it (spec channels §1.7).
 */
export function createButtons({ offers, limitsOf }: ButtonPorts): Middleware {
  const show = async (message: UserMessage, transport: string): Promise<UserMessage> => {
    const rich = readRich(message);
    const limits = limitsOf(transport);
    const place = placeOf(message, transport, message.to_addr);
    const { quick_replies: buttons } = rich;
    if (place !== null && buttons.length === 0) await offers.end(place);
    else if (place !== null) {
      // A user may answer before this has returned.
      const numbered = !showsButtons(message, rich, limits);
      await offers.offer(place, { message_id: message.message_id, buttons, numbered });
    }
    return inText(message, rich, limits);
  };
  return async (transit, next) => {
    if (transit.stage !== 'publish') return next(transit);
    const { flow, connector } = transit;
    if (flow === 'inbound') {
      const { message } = transit;
      const place = placeOf(message, message.transport_name ?? '', message.from_addr);
      if (place === null) return next(transit);
      return next({ ...transit, message: await offers.answered(message, place) });
    }
    if (flow !== 'outbound') return next(transit);
    const { message } = transit;
    if (message.helper_metadata['send'] !== undefined) {
      return next({ ...transit, message: await show(message, connector) });
    }
    const place = placeOf(message, connector, message.to_addr);
    return place === null ? next(transit) : both(offers.end(place), next(transit));
  };
}

/** Null where nobody could be offered anything: a group, or a message of nobody's. */
function placeOf(message: UserMessage, transport: string, user: string | null): OfferPlace | null {
  const stamp = stampOf(message);
  const holder = stamp === null ? null : holderOf(stamp);
  return holder === null || user === null ? null : { holder, transport, user };
}
