import { errorText, type AppRef, type Logger } from '@vumi/core';
import type {
  ContactEffect,
  EffectFailure,
  GroupEffect,
  IdentityEffect,
  MetricEffect,
  OptoutEffect,
  ScheduleEffect,
  StoreEffect,
  StoreEffects,
} from '@vumi/records';
import type { Changes } from './changes.ts';
import { applyToContacts } from './contacts.ts';
import { applyToGroup } from './contact-groups.ts';
import type { Database, Statements } from './database.ts';
import { databaseError } from './database-error.ts';
import { EffectQueue } from './effect-queue.ts';
import { applyToIdentity } from './identities/apply-identity.ts';
import { addToMetrics } from './series/app-metrics.ts';
import { tellOfOptouts } from './optout-news.ts';
import { applyToOptouts } from './optouts.ts';
import { LOCK_NAME_UNTIL_COMMIT } from './postgres-only.ts';
import { indexedId } from './indexed-text.ts';
import { applyToSchedules } from './schedules.ts';
import type { EffectsStore } from './record-ports.ts';

/** Days that a marker is kept: longer than any handled message is remembered (sandbox/config.ts, marker_ttl_ms). */
const MARKER_DAYS = 8;
/** Effects applied between two looks for old markers, and old markers that one look takes away. */
const PURGE_EVERY = 1000;
const PURGE_LIMIT = 5000;
/** Who waits for schedules looks so often: an earlier one has to be told of. */
const SOON_MS = 2000;

type MetricListener = Parameters<EffectsStore['onMetrics']>[0];

export function openEffects(database: Database, changes: Changes, logger: Logger): EffectsStore {
  let untilPurge = PURGE_EVERY;
  const inOneStep = async <T>(
    batch: readonly StoreEffects[],
    work: (statements: Statements) => Promise<T>,
  ): Promise<T> => {
    const isUrgent = batch.some(({ effects }) => effects.some(isSoon));
    const result = await changes.write(isUrgent ? ['schedules'] : [], work, database);
    untilPurge -= batch.length;
    if (untilPurge > 0) return result;
    untilPurge = PURGE_EVERY;
    await purge(database).catch((error: unknown) =>
      logger.warn({ reason: errorText(error) }, 'old markers of effects could not be deleted'),
    );
    return result;
  };
  const listeners = new Set<MetricListener>();
  const tell = (account: string, applied: readonly StoreEffect[]): void => {
    const metrics = listeners.size === 0 ? [] : applied.filter(isOfMetric);
    if (metrics.length > 0) for (const listener of listeners) listener(account, metrics);
  };
  const queue = new EffectQueue({
    async write(account, batch) {
      tell(account, await inOneStep(batch, (statements) => applyNew(statements, account, batch)));
    },
    async writeEach(effects) {
      const { applied, failures } = await inOneStep([effects], (statements) =>
        applyEach(statements, effects),
      );
      tell(effects.account, applied);
      return failures;
    },
  });
  return {
    apply: (effects) => queue.add(effects),
    onMetrics(listener) {
      listeners.add(listener);
      return { [Symbol.dispose]: () => void listeners.delete(listener) };
    },
    async change(account, effects) {
      await changes.write(
        effects.some(isSoon) ? ['schedules'] : [],
        async (statements) => {
          await waitForTurn(statements, account);
          await applyAll(statements, { account, app: '' }, effects);
        },
        database,
      );
    },
  };
}

/** Whether somebody waits for what is due because of it; apps are told of opt-outs at once. */
function isSoon(effect: StoreEffect): boolean {
  if (isOfOptout(effect)) return true;
  return effect.kind === 'schedule.put' && effect.due < Date.now() + SOON_MS;
}

async function applyNew(
  statements: Statements,
  account: string,
  batch: readonly StoreEffects[],
): Promise<readonly StoreEffect[]> {
  await waitForTurn(statements, account);
  const applied: StoreEffect[][] = [];
  for (const { marker, app, effects } of batch) {
    if (!(await isNew(statements, marker))) continue;
    await applyAll(statements, { account, app }, effects);
    applied.push([...effects]);
  }
  return applied.flat();
}

/** One by one, each undone by itself when the database cannot hold it. */
async function applyEach(
  statements: Statements,
  { marker, account, app, effects }: StoreEffects,
): Promise<{ readonly applied: readonly StoreEffect[]; readonly failures: readonly EffectFailure[] }> {
  const failures: EffectFailure[] = [];
  const applied: StoreEffect[] = [];
  await waitForTurn(statements, account);
  if (!(await isNew(statements, marker))) return { applied, failures };
  for (const effect of effects) {
    await statements.query('savepoint effect');
    try {
      await applyAll(statements, { account, app }, [effect]);
      await statements.query('release savepoint effect');
      applied.push(effect);
    } catch (thrown) {
      const error = databaseError(thrown);
      if (error.outage) throw error;
      await statements.query('rollback to savepoint effect');
      failures.push({ effect, reason: errorText(error) });
    }
  }
  return { applied, failures };
}

/** Effects of one account follow one another: two that touch the same rows in another order would block each other. */
async function waitForTurn(statements: Statements, account: string): Promise<void> {
  await statements.query(LOCK_NAME_UNTIL_COMMIT, [account]);
}

async function isNew(statements: Statements, marker: string): Promise<boolean> {
  const inserted = await statements.query(
    'insert into applied_effects (marker) values ($1) on conflict do nothing returning marker',
    [indexedId(marker)],
  );
  return inserted.length > 0;
}

/** Contacts, groups and who is who in their order; other kinds have nothing to do with them, nor with each other. */
async function applyAll(statements: Statements, ref: AppRef, effects: readonly StoreEffect[]): Promise<void> {
  const { account } = ref;
  await applyToRecords(statements, account, effects);
  await addToMetrics(statements, account, effects.filter(isOfMetric));
  await tellOfOptouts(
    statements,
    account,
    await applyToOptouts(statements, account, effects.filter(isOfOptout)),
  );
  await applyToSchedules(statements, ref, effects.filter(isOfSchedule));
}

async function applyToRecords(
  statements: Statements,
  account: string,
  effects: readonly StoreEffect[],
): Promise<void> {
  const records = effects.filter(
    (effect) => isOfContact(effect) || isOfGroup(effect) || isOfIdentity(effect),
  );
  let contacts: ContactEffect[] = [];
  for (const effect of records) {
    if (isOfContact(effect)) {
      contacts.push(effect);
      continue;
    }
    // Neighbours go together, so that a contact that is made and filled is written once.
    await applyToContacts(statements, account, contacts);
    contacts = [];
    if (isOfGroup(effect)) await applyToGroup(statements, account, effect);
    else await applyToIdentity(statements, account, effect);
  }
  await applyToContacts(statements, account, contacts);
}

function isOfContact(effect: StoreEffect): effect is ContactEffect {
  return effect.kind.startsWith('contact.');
}

function isOfGroup(effect: StoreEffect): effect is GroupEffect {
  return effect.kind.startsWith('group.');
}

function isOfIdentity(effect: StoreEffect): effect is IdentityEffect {
  return effect.kind.startsWith('identity.');
}

function isOfMetric(effect: StoreEffect): effect is MetricEffect {
  return effect.kind === 'metric';
}

function isOfOptout(effect: StoreEffect): effect is OptoutEffect {
  return effect.kind.startsWith('optout.');
}

function isOfSchedule(effect: StoreEffect): effect is ScheduleEffect {
  return effect.kind.startsWith('schedule.');
}

async function purge(database: Database): Promise<void> {
  await database.query(
    `delete from applied_effects where marker in (
       select marker from applied_effects where at < now() - $1 * interval '1 day' limit $2)`,
    [MARKER_DAYS, PURGE_LIMIT],
  );
}
