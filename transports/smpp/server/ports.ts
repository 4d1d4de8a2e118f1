import type {
  Clock,
  Handler,
  KeyedState,
  Ledger,
  Logger,
  SmppClientSettings,
  TransportEvent,
  UserMessage,
} from '@vumi/core';
import type { ReceiptNote } from './receipt.ts';

/** A client as the platform knows it now. */
export interface ServerClient extends SmppClientSettings {
  readonly account: string;
  readonly system_id: string;
  /** Changes with the password. */
  readonly password_set_at: string;
}

/** Which events of a message its client hears of, and what is needed to tell it. */
interface ReceiptWish {
  /** As `eventStatus` of `@vumi/core` names them. */
  readonly events: readonly string[];
  readonly note: ReceiptNote;
}

/** A whole message of a client. */
export interface Submission {
  /** Every step behind knows the message by it: submitting the same one twice sends once. */
  readonly messageId: string;
  /** '' when the client names no sender. */
  readonly from: string;
  readonly to: string;
  readonly content: string;
  readonly metadata: Readonly<Record<string, unknown>>;
  readonly receipt: ReceiptWish | null;
}

/** What query_sm is answered from. */
export interface FoundMessage {
  readonly from: string | null;
  /** As lists of messages show it. */
  readonly status: string;
  /** Of the last event, ISO 8601; null when there was none. */
  readonly changedAt: string | null;
}

/** Parts of one long message. */
export interface PartGroup {
  readonly systemId: string;
  readonly key: string;
}

export interface PartStore {
  /** Keeps a part, unless there is one of its number, and answers all that are there, by number. */
  add(group: PartGroup, part: number, body: unknown): Promise<ReadonlyMap<number, unknown>>;
  remove(group: PartGroup): Promise<void>;
  /** Those to which nothing was added since a time. */
  stale(
    before: number,
    limit: number,
  ): Promise<(PartGroup & { readonly parts: ReadonlyMap<number, unknown> })[]>;
}

/** Takes what waits for a client. A rejection that is an outage puts it back. */
export interface ClientHandlers {
  readonly inbound: Handler<UserMessage>;
  readonly event: Handler<TransportEvent>;
}

/** What the server works with. It knows neither brokers nor databases. */
export interface SmppServerPorts {
  /** Null when there is no client of that name; names are compared as they are written. */
  client(systemId: string): ServerClient | null;
  /** Whether the account may send and receive. */
  isActive(account: string): boolean;
  verify(systemId: string, password: string): Promise<boolean>;
  /** Runs the listener whenever clients or accounts may have changed, until what it answers is disposed of. */
  onClientsChanged(listener: () => void): Disposable;
  /**
   * Resolves when the message is durably queued. A VumiError that cannot be tried again says why it never will be:
   * `route.none`, `account.inactive`.
   */
  submit(client: ServerClient, submission: Submission): Promise<void>;
  /** Records a message that will not be sent and tells its client so. */
  fail(client: ServerClient, submission: Submission, reason: string): Promise<void>;
  find(client: ServerClient, messageId: string): Promise<FoundMessage | null>;
  /** Whether the message is not sent any more; false: it was, or may have been. */
  cancel(client: ServerClient, messageId: string): Promise<boolean>;
  readonly parts: PartStore;
  /** Gets what waits for the client, until disposed. */
  consume(client: ServerClient, handlers: ClientHandlers): Promise<AsyncDisposable>;
  /** Writes down what became of a message for a client. */
  recordInbound(message: UserMessage, status: 'received' | 'failed'): Promise<void>;
  /** Keys begin with `smpp-server/`. */
  readonly state: Pick<KeyedState, 'get' | 'set' | 'increment' | 'putField'>;
  /** What clients of this process have acknowledged. */
  readonly ledger: Ledger;
  /** Names this process among those that serve SMPP, also after a restart. */
  readonly process: string;
  readonly logger: Logger;
  readonly clock: Clock;
}
