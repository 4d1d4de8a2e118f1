import type { UserMessage } from '@vumi/core';
import type { OfferConfig } from './offer-options.ts';

/** What a request of a network that asks is to be given, beside the taking of what it says. */
export interface Asking {
  /** Which of the phones it is; "" where a transport has one. */
  readonly phone: string;
  /** Whether messages that wait go with the answer. */
  readonly messages: boolean;
  /** Whether it asks which messages we want to know the fate of. */
  readonly untold?: boolean;
}

export interface Offered {
  /** What the network calls it by. */
  readonly id: string;
  readonly message: UserMessage;
}

/** What an answer to a network that asks is made of. */
export interface Given {
  /** In the order in which they are to be sent. */
  readonly offered: readonly Offered[];
  /** Of the ids that the request confirmed: those that are ours. */
  readonly confirmed: readonly string[];
  /** Messages that the network has and has not told the fate of. */
  readonly untold: readonly string[];
}

export const NOTHING_GIVEN: Given = { offered: [], confirmed: [], untold: [] };

/** How a channel sends whose network asks for what to send. */
export interface ChannelOffering<C> {
  options(config: C): OfferConfig;
  /** What the network calls messages by: our ids, or whole numbers from 1 where it takes nothing else. */
  readonly ids: 'own' | 'numbers';
  /** Which phone a message leaves by; null: none that is known. Absent: there is one. */
  phoneOf?(message: UserMessage, config: C): string | null;
  /** The network asks which messages we want to know the fate of. */
  readonly asksForFates?: boolean;
}
