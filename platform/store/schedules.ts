import { OPTOUT_SCHEDULES, VumiError, type AppRef } from '@vumi/core';
import type { ScheduleEffect } from '@vumi/records';
import { z } from 'zod';
import { requireAccount } from './accounts.ts';
import { encodeTextArray } from './array-parameter.ts';
import { checkRef, checkSlug } from './checks.ts';
import type { Changes } from './changes.ts';
import type { Database, Statements } from './database.ts';
import { decodeCursor, pageLimit, toPage } from './page.ts';
import type { Page, PageQuery, Schedule } from './records.ts';
import type { Schedules } from './record-ports.ts';

const COLUMNS =
  "account, app, id, name, nullif(user_address, '') as user, due_at, data, chain, repeat, created_at";
const cursorSchema = z.tuple([z.literal('schedules'), z.string(), z.string()]);

/** Of those that are due so many are looked at: thousands of one app may come first. */
const LOOKED_AT = 5000;

/** A condition whose two parameters, from that number on, are those of `appNames`. */
function notOf(parameter: number): string {
  return `(account, app) not in (select * from unnest($${parameter}::text[], $${parameter + 1}::text[]))`;
}

function appNames(apps: readonly AppRef[]): [string[], string[]] {
  return [apps.map(({ account }) => account), apps.map(({ app }) => app)];
}

export function openSchedules(database: Database, changes: Changes): Schedules {
  return {
    list: (account, query) => listSchedules(database, account, query),
    async cancel(ref, id) {
      checkRef(ref);
      const cancelled = await changes.write('schedules', (statements) =>
        statements.query('delete from schedules where account = $1 and app = $2 and id = $3 returning id', [
          ref.account,
          ref.app,
          id,
        ]),
      );
      if (cancelled.length > 0) return;
      throw new VumiError(
        'not_found',
        `app "${ref.app}" has no open schedule "${id}": it was fired or cancelled, or never there`,
      );
    },
    due: (at, { limit, perApp, except }) =>
      database.query<Schedule>(
        `select ${COLUMNS} from (
           select *, row_number() over (partition by account, app order by due_at, id) as place from (
             select * from schedules where due_at <= $1 and ${notOf(4)} order by due_at, id limit ${LOOKED_AT}
           ) as overdue
         ) as placed where place <= $2 order by due_at, id limit $3`,
        [new Date(at).toISOString(), perApp, limit, ...appNames(except)],
      ),
    async next(except) {
      const [first] = await database.query<{ due_at: string }>(
        `select due_at from schedules where ${notOf(1)} order by due_at, id limit 1`,
        appNames(except),
      );
      return first === undefined ? null : Date.parse(first.due_at);
    },
    async repeat(next) {
      await database.query(
        `update schedules set due_at = to_timestamp(given.due)
         from unnest($1::text[], $2::float8[]) as given (id, due) where schedules.id = given.id`,
        [next.map(({ id }) => id), next.map(({ due }) => due / 1000)],
      );
    },
    async remove(ids) {
      await database.query('delete from schedules where id = any($1)', [ids]);
    },
  };
}

/** By time. */
async function listSchedules(
  database: Database,
  account: string,
  { app, ...page }: PageQuery & { readonly app?: string },
): Promise<Page<Schedule>> {
  checkSlug('account', account);
  const limit = pageLimit(page.limit);
  const [, due, id] = decodeCursor(cursorSchema, page.cursor) ?? ['schedules', '-infinity', ''];
  const rows = await database.query<Schedule>(
    `select ${COLUMNS} from schedules
     where account = $1 and ($2::text is null or app = $2) and (due_at, id) > ($3::timestamptz, $4)
     order by due_at, id limit $5`,
    [account, app ?? null, due, id, limit + 1],
  );
  if (rows.length === 0) await requireAccount(database, account);
  return toPage(rows, limit, { key: (row) => ['schedules', row.due_at, row.id], item: (row) => row });
}

/** Open schedules that an app has made: by others it is told who has opted out. */
export async function countSchedules(database: Database, ref: AppRef): Promise<number> {
  const [row] = await database.query<{ count: number }>(
    'select count(*)::int as count from schedules where account = $1 and app = $2 and not starts_with(name, $3)',
    [ref.account, ref.app, OPTOUT_SCHEDULES],
  );
  return row?.count ?? 0;
}

type Put = ScheduleEffect & { readonly kind: 'schedule.put' };

/** Carries out what was done to schedules; of each name the last counts. Those for an app that is gone are dropped. */
export async function applyToSchedules(
  statements: Statements,
  ref: AppRef,
  effects: readonly ScheduleEffect[],
): Promise<void> {
  if (effects.length === 0) return;
  const last = new Map(effects.map((effect) => [JSON.stringify([effect.name, effect.user]), effect]));
  const cancelled = [...last.values()].filter(({ kind }) => kind === 'schedule.cancel');
  if (cancelled.length > 0) {
    await statements.query(
      `delete from schedules where account = $1 and app = $2
         and (name, user_address) in (select * from unnest($3::text[], $4::text[]))`,
      [ref.account, ref.app, ...namesOf(cancelled)],
    );
  }
  const puts = [...last.values()].filter((effect) => effect.kind === 'schedule.put');
  if (puts.length > 0) await putSchedules(statements, ref, puts);
}

function namesOf(effects: readonly ScheduleEffect[]): Buffer[] {
  return [
    encodeTextArray(
      'text',
      effects.map(({ name }) => name),
    ),
    encodeTextArray(
      'text',
      effects.map(({ user }) => user ?? ''),
    ),
  ];
}

/** Each takes the place of an open one of its name and user. */
export async function putSchedules(statements: Statements, ref: AppRef, puts: readonly Put[]): Promise<void> {
  const text = (column: (put: Put) => string): Buffer => encodeTextArray('text', puts.map(column));
  await statements.query(
    `insert into schedules (account, app, name, user_address, id, due_at, data, chain, repeat, created_at)
     select $1, $2, name, user_address, id, due_at::timestamptz, data, chain, repeat, now()
     from unnest($3::text[], $4::text[], $5::text[], $6::text[], $7::json[], $8::json[], $9::json[])
       as given (name, user_address, id, due_at, data, chain, repeat)
     where exists (select from apps where apps.account = $1 and apps.app = $2)
     on conflict (account, app, name, user_address) do update set
       id = excluded.id, due_at = excluded.due_at, data = excluded.data, chain = excluded.chain,
       repeat = excluded.repeat,
       created_at = excluded.created_at`,
    [
      ref.account,
      ref.app,
      ...namesOf(puts),
      text(({ id }) => id),
      text(({ due }) => new Date(due).toISOString()),
      encodeTextArray(
        'json',
        puts.map(({ data }) => JSON.stringify(data)),
      ),
      encodeTextArray(
        'json',
        puts.map(({ chain }) => (chain === undefined ? null : JSON.stringify(chain))),
      ),
      encodeTextArray(
        'json',
        puts.map(({ repeat }) => (repeat === undefined ? null : JSON.stringify(repeat))),
      ),
    ],
  );
}
