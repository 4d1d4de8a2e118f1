import type { Page, PageQuery } from '../records.ts';

/** The proof of what was erased: it does not have the address, but who has can check that it is the one. */
export interface Erasure {
  readonly id: string;
  readonly account: string;
  /** What came later was not touched. */
  readonly before: string;
  /** Nothing was erased: the counts say what would be. */
  readonly dry_run: boolean;
  readonly requested_by: string;
  readonly requested_at: string;
  /** Null while it goes on. */
  readonly finished_at: string | null;
  /** By the table, or the kind of state, how many rows and keys were erased or cleaned. */
  readonly counts: Readonly<Record<string, number>>;
  readonly salt: string;
  readonly address_hash: string;
  /** Of the erasure before it; null for the first. */
  readonly previous_seal: string | null;
  /** Of all of the above with the platform's key. */
  readonly seal: string | null;
}

export interface NewErasure {
  readonly account: string;
  readonly address: string;
  readonly dryRun: boolean;
  /** Who asked. */
  readonly actor: string;
}

/** An erasure that goes on. */
export interface OpenErasure {
  readonly id: string;
  readonly account: string;
  readonly address: string;
  readonly dryRun: boolean;
  /** Whether the rows are done, and it is the turn of what is kept elsewhere; its place there as `noteState` left it. */
  readonly isAtState: boolean;
  readonly statePosition: string | null;
}

export interface ErasureCheck {
  /** Whether the report is as it was sealed. */
  readonly seal_valid: boolean;
  /** Whether it was this address. */
  readonly address_matches: boolean;
}

/** Forgetting one person's address in an account. `not_found` for an id that is none of the account's. */
export interface Erasures {
  /** Everything until now, in bounded steps from then on. */
  request(erasure: NewErasure): Promise<Erasure>;
  get(account: string, id: string): Promise<Erasure>;
  /** Newest first. */
  list(account: string, page: PageQuery): Promise<Page<Erasure>>;
  check(account: string, id: string, address: string): Promise<ErasureCheck>;
  /** The first that is not finished and was asked for some seconds ago, so that what is written late is there. */
  next(): Promise<OpenErasure | null>;
  /** One step through the rows; what it did and where it stands are committed together. */
  eraseRows(id: string): Promise<void>;
  /** What a step elsewhere did. `position` null: that was the last one, and the erasure is sealed. */
  noteState(id: string, counts: Readonly<Record<string, number>>, position: string | null): Promise<void>;
}
