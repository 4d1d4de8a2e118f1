import type { MetricEffect, StoreEffect, StoreEffects } from '@vumi/core';
import { indexedId } from './recorder.ts';
import type { Database, Statements } from './database.ts';
import type { EffectsStore } from './store.ts';

export function openEffects(database: Database): EffectsStore {
  return {
    apply: (effects) =>
      database.transaction(async (statements) => {
        await waitForTurn(statements, effects.account);
        if (await isNew(statements, effects.marker)) await applyAll(statements, effects);
      }),
  };
}

/** Effects of one account follow one another: two that touch the same rows in another order would block each other. */
async function waitForTurn(statements: Statements, account: string): Promise<void> {
  await statements.query("select pg_advisory_xact_lock(hashtextextended('store effects ' || $1, 0))", [
    account,
  ]);
}

async function isNew(statements: Statements, marker: string): Promise<boolean> {
  const inserted = await statements.query(
    'insert into applied_effects (marker) values ($1) on conflict do nothing returning marker',
    [indexedId(marker)],
  );
  return inserted.length > 0;
}

async function applyAll(statements: Statements, { account, effects }: StoreEffects): Promise<void> {
  for (const effect of effects) await applyOne(statements, account, effect);
}

async function applyOne(statements: Statements, account: string, effect: StoreEffect): Promise<void> {
  switch (effect.kind) {
    case 'metric':
      await addToMetric(statements, account, effect);
      break;
  }
}

async function addToMetric(
  statements: Statements,
  account: string,
  { store, metric, aggregator, value, at }: MetricEffect,
): Promise<void> {
  await statements.query(
    `insert into metrics as known (account, store, metric, aggregator, minute, count, sum, min, max, last, last_at)
     select $1, $2, $3, $4, date_trunc('minute', at), 1, $5, $5, $5, $5, at from to_timestamp($6) as at
     on conflict (account, store, metric, aggregator, minute) do update set
       count = known.count + 1,
       sum = known.sum + excluded.sum,
       min = least(known.min, excluded.min),
       max = greatest(known.max, excluded.max),
       last = case when excluded.last_at >= known.last_at then excluded.last else known.last end,
       last_at = greatest(known.last_at, excluded.last_at)`,
    [account, store, metric, aggregator, value, at / 1000],
  );
}
