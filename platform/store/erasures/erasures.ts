import { addressKey, addressPattern, newId, VumiError } from '@vumi/core';
import { z } from 'zod';
import { requireAccount } from '../accounts.ts';
import { checkSlug } from '../checks.ts';
import type { Database, Statements } from '../database.ts';
import { noteAudit } from '../note-audit.ts';
import { decodeCursor, pageLimit, toPage } from '../page.ts';
import type { Page, PageQuery } from '../records.ts';
import { hashOnce, type AddressHash } from './address-hash.ts';
import type { Erasure, ErasureCheck, Erasures, NewErasure, OpenErasure } from './erasure-ports.ts';
import { STAGES } from './erase-step.ts';

const COLUMNS = `id, account, before, dry_run, requested_by, requested_at, finished_at, counts, salt, address_hash,
  previous_seal, seal`;
/** Runs and logs are written a little after they were: none may come when their table was done. */
const BEGIN_AFTER = "interval '5 seconds'";
const cursorSchema = z.tuple([z.literal('erasures'), z.string()]);

interface Row extends Erasure {
  readonly address: string;
  readonly stage: number;
  readonly position: unknown;
}

export function openErasures(database: Database): Erasures {
  const hash = hashOnce(database);
  return {
    request: async (erasure) => {
      const known = await hash();
      return database.transaction((statements) => requestErasure(statements, known, erasure));
    },
    get: (account, id) => requireErasure(database, account, id),
    list: (account, page) => listErasures(database, account, page),
    check: async (account, id, address) => checkErasure(database, await hash(), { account, id, address }),
    next: () => nextErasure(database),
    eraseRows: async (id) => {
      const known = await hash();
      await database.transaction((statements) => eraseRows(statements, known, id));
    },
    noteState: async (id, counts, position) => {
      const known = await hash();
      await database.transaction(async (statements) => {
        const row = await lockOpen(statements, id);
        if (row === null) return;
        await noteStep(statements, row, { counts, stage: row.stage, position });
        if (position === null) await seal(statements, known, id);
      });
    },
  };
}

async function requestErasure(
  statements: Statements,
  hash: AddressHash,
  { account, address, dryRun, actor }: NewErasure,
): Promise<Erasure> {
  await requireAccount(statements, account);
  addressPattern(address);
  const [id, salt] = [newId(), newId()];
  await statements.query(
    `insert into erasures (id, account, address, salt, address_hash, before, dry_run, requested_by)
     values ($1, $2, $3, $4, $5, now(), $6, $7)`,
    [id, account, address, salt, hashOf(hash, salt, address), dryRun, actor],
  );
  await noteAudit(statements, {
    account,
    actor,
    action: 'erasure.requested',
    details: { id, dry_run: dryRun },
  });
  return requireErasure(statements, account, id);
}

function hashOf(hash: AddressHash, salt: string, address: string): string {
  return hash.hmac('address', salt, addressKey(address.trim()));
}

async function requireErasure(statements: Statements, account: string, id: string): Promise<Erasure> {
  checkSlug('account', account);
  const [row] = await statements.query<Erasure>(
    `select ${COLUMNS} from erasures where account = $1 and id = $2`,
    [account, id],
  );
  if (row !== undefined) return row;
  throw new VumiError('not_found', `account "${account}" has no erasure "${id}": list its erasures`);
}

async function listErasures(database: Database, account: string, page: PageQuery): Promise<Page<Erasure>> {
  await requireAccount(database, account);
  const limit = pageLimit(page.limit);
  const before = decodeCursor(cursorSchema, page.cursor)?.[1] ?? null;
  const rows = await database.query<Erasure>(
    `select ${COLUMNS} from erasures where account = $1 and ($2::text is null or id < $2) order by id desc limit $3`,
    [account, before, limit + 1],
  );
  return toPage(rows, limit, { key: ({ id }) => ['erasures', id], item: (row) => row });
}

async function checkErasure(
  database: Database,
  hash: AddressHash,
  { account, id, address }: { account: string; id: string; address: string },
): Promise<ErasureCheck> {
  const erasure = await requireErasure(database, account, id);
  return {
    seal_valid: erasure.seal !== null && erasure.seal === sealOf(hash, erasure),
    address_matches: hashOf(hash, erasure.salt, address) === erasure.address_hash,
  };
}

async function nextErasure(database: Database): Promise<OpenErasure | null> {
  const [row] = await database.query<Row>(
    `select ${COLUMNS}, address, stage, position from erasures where finished_at is null
       and requested_at <= now() - ${BEGIN_AFTER} order by id limit 1`,
  );
  if (row === undefined) return null;
  const { id, account, address, dry_run: dryRun, stage, position } = row;
  const isAtState = stage >= STAGES.length;
  return {
    id,
    account,
    address,
    dryRun,
    isAtState,
    statePosition: isAtState ? (position as string | null) : null,
  };
}

async function lockOpen(statements: Statements, id: string): Promise<Row | null> {
  const [row] = await statements.query<Row>(
    `select ${COLUMNS}, address, stage, position from erasures where id = $1 and finished_at is null for update`,
    [id],
  );
  return row ?? null;
}

async function eraseRows(statements: Statements, hash: AddressHash, id: string): Promise<void> {
  const row = await lockOpen(statements, id);
  const stage = STAGES[row?.stage ?? STAGES.length];
  if (row === null || stage === undefined) return;
  const { account, before, dry_run: dryRun } = row;
  const pattern = addressPattern(row.address);
  const { counts, position } = await stage(
    { statements, hash, account, pattern, before, dryRun },
    row.position,
  );
  await noteStep(statements, row, { counts, stage: position === null ? row.stage + 1 : row.stage, position });
}

async function noteStep(
  statements: Statements,
  { id, counts: before }: Row,
  step: {
    readonly counts: Readonly<Record<string, number>>;
    readonly stage: number;
    readonly position: unknown;
  },
): Promise<void> {
  const counts: Record<string, number> = { ...before };
  for (const [name, count] of Object.entries(step.counts)) counts[name] = (counts[name] ?? 0) + count;
  await statements.query('update erasures set counts = $2, stage = $3, position = $4 where id = $1', [
    id,
    JSON.stringify(counts),
    step.stage,
    step.position === null ? null : JSON.stringify(step.position),
  ]);
}

/** From here on the address stands nowhere; a chain of seals tells of reports that were taken away. */
async function seal(statements: Statements, hash: AddressHash, id: string): Promise<void> {
  // One at a time, so that each has another before it.
  await statements.query('select id from erasure_key for update');
  const [done] = await statements.query<Erasure>(
    `update erasures set address = null, finished_at = now(), previous_seal = (
       select seal from erasures where seal is not null order by finished_at desc, id desc limit 1)
     where id = $1 returning ${COLUMNS}`,
    [id],
  );
  if (done === undefined) return;
  const mark = sealOf(hash, done);
  await statements.query('update erasures set seal = $2 where id = $1', [id, mark]);
  const { account, requested_by: actor, counts } = done;
  const details = { id, dry_run: done.dry_run, counts, seal: mark };
  await noteAudit(statements, { account, actor, action: 'erasure.finished', details });
}

function sealOf(hash: AddressHash, erasure: Erasure): string {
  const counts = JSON.stringify(Object.entries(erasure.counts).toSorted(([a], [b]) => (a < b ? -1 : 1)));
  const { id, account, before, requested_by: by, requested_at: at, finished_at: end } = erasure;
  const { salt, address_hash: address, previous_seal: previous } = erasure;
  return hash.hmac(
    id,
    account,
    before,
    String(erasure.dry_run),
    by,
    at,
    end,
    counts,
    salt,
    address,
    previous,
  );
}
