/** One way to read a receipt's id. */
export interface IdReading {
  /** The id of a response, plain. */
  readonly id: string;
  /** Names the way, to be learned. */
  readonly base: string;
  /** Whether a message of that id proves the reading. */
  readonly certain: boolean;
}

/** How the receipts of a network spell the ids of its responses. */
export interface IdSpelling {
  /** Nothing is left to be learned. */
  readonly isKnown: boolean;
  /** What all spellings of an id have in common. */
  plain(id: string): string;
  /** By what has been learned of this network. */
  preferred(receiptId: string): IdReading;
  /** The readings that nothing speaks for until there is a message of that id. */
  others(receiptId: string): readonly IdReading[];
  /** There is a message of this id. True when that is news about how the network spells ids. */
  confirm(reading: IdReading): boolean;
  /** What a former life has learned; a base that is none is passed over. */
  learn(base: string): void;
}

/** Receipts have the very ids of responses. */
export const EXACT_IDS: IdSpelling = {
  isKnown: true,
  plain: (id) => id,
  preferred: (id) => ({ id, base: 'same', certain: true }),
  others: () => [],
  confirm: () => false,
  learn: () => {},
};
