import type { AddressPattern } from '@vumi/core';
import type { Statements } from '../database.ts';
import type { AddressHash } from './address-hash.ts';

/** Rows of one step. */
export const STEP = 500;

/** What a step works on. */
export interface ErasureWork {
  readonly statements: Statements;
  readonly hash: AddressHash;
  readonly account: string;
  readonly pattern: AddressPattern;
  readonly before: string;
  /** Counts only. */
  readonly dryRun: boolean;
}

export interface StepDone {
  readonly counts: Readonly<Record<string, number>>;
  /** Where the stage goes on; null: it is done. */
  readonly position: unknown;
}
