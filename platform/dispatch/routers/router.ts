import type { TransportEvent, UserMessage } from '@vumi/core';

/** One copy of a message and the connector that it goes to. */
export interface Routed<M> {
  readonly connector: string;
  readonly message: M;
}

/** Where a message belongs, and who it is from or for. Nothing is published here: a router only decides. */
export interface Router {
  inbound(message: UserMessage): Promise<readonly Routed<UserMessage>[]>;
  event(event: TransportEvent): Promise<readonly Routed<TransportEvent>[]>;
  /** A VumiError `route.none` says why there is nowhere to go; its text reaches the sender as a nack. */
  outbound(message: UserMessage): Routed<UserMessage>;
  /** Notes what must be known when events of the message, or an answer to it, come. */
  noteOutbound(routed: Routed<UserMessage>): Promise<void>;
  /** The same for a message that is not sent: its sender hears of that. */
  noteRefused(routed: Routed<UserMessage>): Promise<void>;
}
