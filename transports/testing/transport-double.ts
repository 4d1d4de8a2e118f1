/** What somebody writes who uses the network. */
export interface UserText {
  readonly from: string;
  readonly to: string;
  readonly content: string;
  /** The network's id for it, where it gives one. */
  readonly id?: string;
}

/** What the network was told about a message that it brought. */
export interface Told {
  /** `later`: it is to bring it again. */
  readonly kind: 'taken' | 'later' | 'refused';
  /** What the user sees, or why it was refused. */
  readonly text: string;
}

/** What the network does with the next message that it is sent. */
export type NetworkTurn =
  | 'accept'
  | 'never answer'
  | 'cut'
  | 'unauthorized'
  | 'redirect'
  | { readonly refuse: string }
  | { readonly laterMs: number };

/** A message that the network got. */
export interface Got {
  readonly to: string;
  readonly content: string;
  readonly at: number;
}

/** Ways in which somebody may bring a message that it must not take. */
export interface BadRequest {
  readonly label: string;
  /** What is answered begins with it, such as a status. */
  readonly answer: string;
  readonly send: () => Promise<string>;
}

export interface DoublePlace {
  /** Where the transport is called; throws while it is not. */
  readonly url: string;
}

/**
 * The other side of a transport: a network that speaks its protocol, refuses what a real one would, and does what a test
 * says.
 */
export interface TransportDouble extends AsyncDisposable {
  /** Options with which the transport reaches it. */
  readonly config: Readonly<Record<string, unknown>>;
  /** Of the options; must show nowhere. */
  readonly secret: string;
  /** How the network writes somebody whom the contract calls by a number. Absent: so. */
  addressOf?(number: string): string;
  /** What the network has got, each attempt that it took notice of. */
  readonly got: readonly Got[];
  /** A user writes. Resolves when the network knows what became of it. */
  bring(text: UserText, signal?: AbortSignal): Promise<Told>;
  /** What it does with what it is sent next, in this order; then it accepts. */
  will(...turns: readonly NetworkTurn[]): void;
  /** How a user gets the reply of an app. */
  readonly replies: 'in the response' | 'as messages' | 'never';
  /** What a user sees to whom nobody replies in time. Absent: an answer of 504. */
  readonly unanswered?: Told;
  /**
   * Each text is typed in a session that was opened before it, by a message without content that any answer will do for.
   */
  readonly opensSessions?: boolean;
  /** Whether a text that was answered is known again when the network repeats it. Absent: it is. */
  readonly knowsSteps?: boolean;
  /** How many users write at once where many do. Absent: 1000. */
  readonly crowd?: number;
  /** Options with which it soon gives up waiting for an answer. */
  readonly impatient: Readonly<Record<string, unknown>>;
  /** Type of the status while nobody is there, and what a nack says of a refusal for which the double has this text. */
  readonly words: { readonly away: string; refusal(text: string): string };
  /** Longer than ASCII, and all of it must arrive. */
  readonly oddText: string;
  /** Nobody is there, until `back`. */
  away(): Promise<void>;
  back(): Promise<void>;
  /** Says what became of the message that it got as the nth, under the id that it calls it by. */
  report(
    of: { readonly nth: number } | { readonly id: string },
    state: 'pending' | 'delivered' | 'failed',
  ): Promise<void>;
  /** What must be refused, by the numbers of the contract's cases. */
  badRequests(): Readonly<Record<number, readonly BadRequest[]>>;
}

/** A way in which a type of transports can be set up, and what of the contract it has to keep. */
export interface TransportSetUp {
  readonly type: string;
  /** Of several ways: which. */
  readonly label: string;
  open(place: DoublePlace): Promise<TransportDouble>;
  /** Cases of the contract that do not apply, by number, each with the reason. */
  readonly notApplicable: Readonly<Record<number, string>>;
}
