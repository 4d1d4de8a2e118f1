import {
  foldText,
  readPhoneNumber,
  type KeyedState,
  type QuickReply,
  type Received,
  type UserMessage,
} from '@vumi/core';
import { createOffering } from './offering.ts';
import type { Holder } from './route-table-router.ts';

/** As long as a user may take for his answer. */
const OFFERED_MS = 24 * 3_600_000;
/** No title is longer, nor what people type around a number: what is longer answers no offer. */
const LONGEST_ANSWER = 100;

/** The buttons that somebody was last offered. */
interface Offer {
  readonly message_id: string;
  readonly buttons: readonly QuickReply[];
  /** They were numbered lines of the text. */
  readonly numbered: boolean;
}

/** Between whom: an app or a connector, and a user of a transport. */
export interface OfferPlace {
  readonly holder: Holder;
  readonly transport: string;
  readonly user: string;
}

/**
 * What users were last offered to choose from. It counts until its holder says something else to the user, or a day has
 * passed; a newer one takes its place.
 */
export interface Offers {
  offer(place: OfferPlace, offer: Offer): Promise<void>;
  /** Something else was said. */
  end(place: OfferPlace): Promise<void>;
  /** The message as an answer to what its sender was offered; as it is where it is none. */
  answered(message: UserMessage, place: OfferPlace): Promise<UserMessage>;
}

export function createOffers(
  state: Pick<KeyedState, 'get' | 'set' | 'delete'>,
  { prefix }: { readonly prefix: string },
): Offers {
  const offering = createOffering(state, { prefix: `${prefix}by/`, lastsMs: OFFERED_MS });
  const keyOf = ({ holder, transport, user }: OfferPlace): string =>
    prefix + JSON.stringify([holder, transport, user.replace(/^\+(?=\d)/, '')]);
  return {
    async offer(place, offer) {
      await offering.announce(JSON.stringify(place.holder));
      await state.set(keyOf(place), JSON.stringify(offer), OFFERED_MS);
    },
    async end(place) {
      if (await offering.mayHave(JSON.stringify(place.holder))) await state.delete(keyOf(place));
    },
    async answered(message, place) {
      const typed = message.content;
      if (typed === null || typed.trim() === '' || typed.length > LONGEST_ANSWER) return message;
      if (!(await offering.mayHave(JSON.stringify(place.holder)))) return message;
      const found = await state.get(keyOf(place));
      return found === null ? message : asChosen(message, typed, JSON.parse(found) as Offer);
    },
  };
}

function asChosen(message: UserMessage, typed: string, { buttons, numbered }: Offer): UserMessage {
  const folded = foldText(typed).trim();
  const chosen =
    buttons.find(({ title }) => foldText(title).trim() === folded) ??
    (numbered ? buttons[numberIn(typed) - 1] : undefined);
  if (chosen === undefined) return message;
  const received = { ...(message.helper_metadata['received'] as Received | undefined) };
  const { payload: pressed, ...others } = received;
  const wasTyped = pressed === undefined && typed !== chosen.title;
  const answer: Received = {
    ...others,
    // Networks must give each button an id; of one without a payload apps know nothing.
    ...(chosen.payload === undefined ? {} : { payload: chosen.payload }),
    ...(wasTyped ? { typed } : {}),
  };
  return {
    ...message,
    content: chosen.title,
    helper_metadata: { ...message.helper_metadata, received: answer },
  };
}

/** `2`, `2.`, `(2)`, `２`; 0 where it is no number of a line. */
function numberIn(typed: string): number {
  const number = readPhoneNumber(typed) ?? '';
  return /^[1-9]\d?$/.test(number) ? Number(number) : 0;
}
