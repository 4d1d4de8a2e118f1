import type { DeliveryStatus } from '@vumi/core';

/** What a network says about a message that it took earlier. */
export interface Receipt {
  /** The network's id of that message, as the receipt spells it. */
  readonly remoteId: string;
  /** Another id that the receipt has, which counts where the first is not known. */
  readonly otherId?: string;
  /** The state as the receipt spells it. */
  readonly state: string;
  /** Whatever the state is, it is not the last. */
  readonly intermediate?: boolean;
  /** It is told after a final state, too: the message was read. */
  readonly follows?: boolean;
  /** The network's code for what went wrong. */
  readonly error: string | null;
  /** The receipt as it came, where it is to be shown with its message. */
  readonly frame?: Buffer;
  /** What else there is to tell of it, for `transport_metadata` of the report. */
  readonly details?: Readonly<Record<string, unknown>>;
}

export type StatusOf = (state: string) => DeliveryStatus;

/** The state by which receipts of one message are told apart: an intermediate UNDELIV is not the final one. */
export function stateOf({ state, intermediate }: Pick<Receipt, 'state' | 'intermediate'>): string {
  return intermediate === true ? `INTERMEDIATE ${state}` : state;
}
