import { VumiError } from '@vumi/core';
import { z } from 'zod';
import type { Changes } from '../changes.ts';
import type { Database, Statements } from '../database.ts';
import { decodeCursor, pageLimit, toPage } from '../page.ts';
import type { Components } from './component-ports.ts';
import { edgeOf, type KnownStatus } from './edge.ts';
import {
  COMPONENT_LEVELS,
  type ChangePlaces,
  type Component,
  type ComponentChange,
  type ComponentReport,
  type ToldChange,
} from './records.ts';

/** Changes of a component that are kept. */
const KEPT = 100;
const MOST_TROUBLES = 1000;
const COLUMNS = 'name, kind, system_id, worker, part, level, type, message, details, since, changed_at';

const listCursor = z.tuple([z.literal('components'), z.string()]);
const historyCursor = z.tuple([z.literal('component_changes'), z.string().regex(/^\d{1,18}$/)]);

export function openComponents(database: Database, changes: Changes): Components {
  return {
    put: (reports) =>
      changes.write('components', async (statements) => {
        const made: ComponentChange[] = [];
        for (const report of reports) made.push(...(await putOne(statements, report)));
        return made;
      }),
    async list({ level = null, kind = null, search = null, partsOf = null, ...page }) {
      const limit = pageLimit(page.limit);
      const after = decodeCursor(listCursor, page.cursor)?.[1] ?? null;
      const rows = await database.query<Component>(
        `select ${COLUMNS} from component_states
         where ($1::text is null or level = $1) and ($2::text is null or kind = $2)
           and ($3::text is null or position(lower($3) in lower(name)) > 0)
           and ($4::text[] is null or (kind = 'part' and worker = any($4)))
           and ($5::text is null or name > $5 collate "C")
         order by name limit $6`,
        [level, kind, search, partsOf, after, limit + 1],
      );
      return toPage(rows, limit, { key: ({ name }) => ['components', name], item: (row) => row });
    },
    async get(name) {
      const [row] = await database.query<Component>(
        `select ${COLUMNS} from component_states where name = $1`,
        [name],
      );
      if (row !== undefined) return row;
      throw new VumiError('not_found', `there is no component "${name}": GET /api/v1/components lists them`);
    },
    history: (name, page) => readHistory(database, name, page),
    changesOf: (worker, places) => readChanges(database, worker, places),
    async counts() {
      const rows = await database.query<{ level: Component['level']; count: number }>(
        'select level, count(*)::int as count from component_states group by level',
      );
      const none = Object.fromEntries(COMPONENT_LEVELS.map((level) => [level, 0]));
      return { ...none, ...Object.fromEntries(rows.map(({ level, count }) => [level, count])) } as Record<
        Component['level'],
        number
      >;
    },
    troubles: () =>
      database.query<Component>(
        `select ${COLUMNS} from components where level <> 'ok' order by name limit ${MOST_TROUBLES}`,
      ),
    retain: (kind, names) =>
      removed(database, changes, ['kind = $1 and name <> all($2::text[])', [kind, names]]),
    retainPartsOf: (systemId, workers) =>
      removed(database, changes, [
        "kind = 'part' and system_id = $1 and worker <> all($2::text[])",
        [systemId, workers],
      ]),
  };
}

async function putOne(statements: Statements, report: ComponentReport): Promise<ComponentChange[]> {
  const { name, kind, system_id, worker, part, level, type, message } = report;
  const at = new Date(report.at).toISOString();
  const details = JSON.stringify(report.details);
  const [known = null] = await statements.query<KnownStatus & Pick<Component, 'level'>>(
    'select level, types from components where name = $1 for update',
    [name],
  );
  const { isNewLevel, isEdge, types } = edgeOf(known, report);
  await statements.query(
    `insert into components (name, kind, system_id, worker, part, level, type, types, message, details, since, changed_at)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $11)
     on conflict (name) do update set kind = excluded.kind, system_id = excluded.system_id, worker = excluded.worker,
       part = excluded.part, level = excluded.level, type = excluded.type, types = excluded.types,
       message = excluded.message, details = excluded.details, changed_at = excluded.changed_at,
       since = case when $12 then excluded.since else components.since end`,
    [name, kind, system_id, worker, part, level, type, types, message, details, at, isNewLevel],
  );
  if (!isEdge) return [];
  const change = {
    name,
    level,
    level_before: known?.level ?? null,
    type,
    message,
    details: report.details,
    at,
  };
  await statements.query(
    `insert into component_changes (name, level, level_before, type, message, details, at)
     values ($1, $2, $3, $4, $5, $6, $7)`,
    [name, level, change.level_before, type, message, details, at],
  );
  await statements.query(
    `delete from component_changes where name = $1 and seq <=
       (select seq from component_changes where name = $1 order by seq desc offset ${KEPT} limit 1)`,
    [name],
  );
  return [change];
}

async function readHistory(
  database: Database,
  name: string,
  page: Parameters<Components['history']>[1],
): ReturnType<Components['history']> {
  const limit = pageLimit(page.limit);
  const before = decodeCursor(historyCursor, page.cursor)?.[1] ?? null;
  const rows = await database.query<ComponentChange & { seq: string }>(
    `select seq::text, name, level, level_before, type, message, details, at from component_changes
     where name = $1 and ($2::bigint is null or seq < $2) order by component_changes.seq desc limit $3`,
    [name, before, limit + 1],
  );
  return toPage(rows, limit, {
    key: ({ seq }) => ['component_changes', seq],
    item: ({ name: of, level, level_before, type, message, details, at }) => ({
      name: of,
      level,
      level_before,
      type,
      message,
      details,
      at,
    }),
  });
}

function readChanges(database: Database, worker: string, places: ChangePlaces): Promise<ToldChange[]> {
  return database.query<ToldChange>(
    `select h.seq::text, h.name, c.part, h.level, h.level_before, h.type, h.message, h.details, h.at
     from components c join component_changes h on h.name = c.name
     where c.worker = $1 and h.seq > coalesce(($2::jsonb ->> c.name)::bigint,
       (select max(seq) - 1 from component_changes where name = c.name))
     order by h.seq limit ${KEPT}`,
    [worker, JSON.stringify(places)],
  );
}

/** Looks before it writes: mostly there is nothing to be forgotten. */
async function removed(
  database: Database,
  changes: Changes,
  [where, values]: readonly [string, readonly unknown[]],
): Promise<void> {
  const found = await database.query(`select from components where ${where} limit 1`, values);
  if (found.length === 0) return;
  await changes.write('components', (statements) =>
    statements.query(`delete from components where ${where}`, values),
  );
}
