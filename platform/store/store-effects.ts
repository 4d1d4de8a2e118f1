import {
  errorText,
  type AppRef,
  type ContactEffect,
  type Logger,
  type StoreEffect,
  type StoreEffects,
} from '@vumi/core';
import type { Changes } from './changes.ts';
import { applyToContacts } from './contacts.ts';
import { applyToGroup } from './contact-groups.ts';
import type { Database, Statements } from './database.ts';
import { EffectQueue } from './effect-queue.ts';
import { addToMetric } from './metrics.ts';
import { applyToOptout } from './optouts.ts';
import { indexedId } from './recorder.ts';
import { applyToSchedule } from './schedules.ts';
import type { EffectsStore } from './store.ts';

/** Days that a marker is kept: longer than any handled message is remembered (sandbox/config.ts, marker_ttl_ms). */
const MARKER_DAYS = 8;
/** Effects applied between two looks for old markers, and old markers that one look takes away. */
const PURGE_EVERY = 1000;
const PURGE_LIMIT = 5000;
/** Who waits for schedules looks so often: an earlier one has to be told of. */
const SOON_MS = 2000;

export function openEffects(database: Database, changes: Changes, logger: Logger): EffectsStore {
  let untilPurge = PURGE_EVERY;
  const queue = new EffectQueue(async (account, batch) => {
    const isUrgent = batch.some(({ effects }) => effects.some(isSoon));
    await changes.write(
      isUrgent ? ['schedules'] : [],
      (statements) => applyNew(statements, account, batch),
      database,
    );
    untilPurge -= batch.length;
    if (untilPurge > 0) return;
    untilPurge = PURGE_EVERY;
    await purge(database).catch((error: unknown) =>
      logger.warn({ reason: errorText(error) }, 'old markers of effects could not be deleted'),
    );
  });
  return {
    apply: (effects) => queue.add(effects),
    async change(account, effects) {
      await database.transaction(async (statements) => {
        await waitForTurn(statements, account);
        await applyAll(statements, { account, app: '' }, effects);
      });
    },
  };
}

function isSoon(effect: StoreEffect): boolean {
  return effect.kind === 'schedule.put' && effect.due < Date.now() + SOON_MS;
}

async function applyNew(
  statements: Statements,
  account: string,
  batch: readonly StoreEffects[],
): Promise<void> {
  await waitForTurn(statements, account);
  for (const { marker, app, effects } of batch) {
    if (await isNew(statements, marker)) await applyAll(statements, { account, app }, effects);
  }
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

async function applyAll(statements: Statements, ref: AppRef, effects: readonly StoreEffect[]): Promise<void> {
  for (const [index, effect] of effects.entries()) {
    if (!isOfContact(effect)) await applyOne(statements, ref, effect);
    // Neighbours go together, so that a contact that is made and filled is written once.
    else if (!isOfContact(effects[index - 1])) {
      const end = effects.findIndex((other, at) => at > index && !isOfContact(other));
      const run = effects.slice(index, end === -1 ? effects.length : end);
      await applyToContacts(statements, ref.account, run.filter(isOfContact));
    }
  }
}

function isOfContact(effect: StoreEffect | undefined): effect is ContactEffect {
  return effect?.kind.startsWith('contact.') === true;
}

async function applyOne(
  statements: Statements,
  ref: AppRef,
  effect: Exclude<StoreEffect, ContactEffect>,
): Promise<void> {
  switch (effect.kind) {
    case 'metric':
      return addToMetric(statements, ref.account, effect);
    case 'group.create':
    case 'group.update':
    case 'group.delete':
      return applyToGroup(statements, ref.account, effect);
    case 'optout.put':
    case 'optout.delete':
      return applyToOptout(statements, ref.account, effect);
    case 'schedule.put':
    case 'schedule.cancel':
      return applyToSchedule(statements, ref, effect);
  }
}

async function purge(database: Database): Promise<void> {
  await database.query(
    `delete from applied_effects where marker in (
       select marker from applied_effects where at < now() - $1 * interval '1 day' limit $2)`,
    [MARKER_DAYS, PURGE_LIMIT],
  );
}
