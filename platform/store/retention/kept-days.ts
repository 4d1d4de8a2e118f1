import type { Statements } from '../database.ts';

/** How long the messages of an account are kept. */
export interface KeptDays {
  /** Null: messages of no account. */
  readonly account: string | null;
  /** Null: for ever. */
  readonly days: number | null;
}

export async function readKeptDays(statements: Statements, platform: number | null): Promise<KeptDays[]> {
  const accounts = await statements.query<KeptDays>(
    'select name as account, coalesce(retention_days, $1::integer) as days from accounts order by name',
    [platform],
  );
  return [...accounts, { account: null, days: platform }];
}

/** The longest of all; null: somebody keeps his for ever. */
export function longestOf(kept: readonly KeptDays[]): number | null {
  return kept.reduce<number | null>(
    (longest, { days }) => (longest === null || days === null ? null : Math.max(longest, days)),
    0,
  );
}
