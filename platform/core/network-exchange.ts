/** What a transport and its network said to each other about one message: a request, and its answer when there was one. */
export interface NetworkExchange {
  readonly message_id: string;
  readonly transport: string;
  /** When it began, milliseconds since the epoch. */
  readonly at: number;
  /** The network or the platform refused it, nobody knows what became of it, or it tells that a message did not arrive. */
  readonly failed: boolean;
  /**
   * Of a request that brought what a user typed: that of the message, or all of his session, as some networks say it each
   * time. Nobody knows yet whether it answers a secret question.
   */
  readonly typed?: 'message' | 'session';
  /** Asked for only when it is kept. Holds no secrets. */
  describe(): ExchangeDescription;
}

/** For people: fields have the names of their protocol. */
export interface ExchangeDescription {
  readonly protocol: 'smpp' | 'http';
  /** Who asked: `sent` is the transport, `received` its network. */
  readonly direction: 'sent' | 'received';
  readonly request: Readonly<Record<string, unknown>>;
  /** Null: none came. */
  readonly answer: Readonly<Record<string, unknown>> | null;
  /** From request to answer. */
  readonly ms?: number;
}

/** Keeps some of what transports are told, never at their cost: nothing waits for it, and nothing fails of it. */
export interface ExchangeBook {
  note(exchange: NetworkExchange): void;
}
