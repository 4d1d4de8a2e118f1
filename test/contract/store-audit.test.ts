import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { withAuditOrigin, type Store } from '@vumi/store';
import {
  createApp,
  openQuietStore,
  openStorePlace,
  readSql,
  runSql,
  type StorePlace,
} from './store-place.ts';

const ORIGIN = { requestId: 'req-1', source: '192.0.2.7' };

let place: StorePlace;
let store: Store;

beforeAll(async () => {
  place = await openStorePlace();
  store = await openQuietStore(place.url);
});
afterAll(async () => {
  await store[Symbol.asyncDispose]();
  await place[Symbol.asyncDispose]();
});

const entry = (account: string | null, action: string) => ({
  account,
  actor: `tester of ${account ?? 'all'}`,
  action,
  target: 'it',
  details: { why: 'test' },
});

describe('the audit log', () => {
  it('has an act before it is done, and what came of it after it', async () => {
    const { account } = await createApp(store);
    const acts = ['died', 'done', 'failed'];
    const [died, done, failed] = await withAuditOrigin(ORIGIN, () =>
      Promise.all(acts.map((action) => store.audit.begin(entry(account, action)))),
    );
    await store.audit.finish(done ?? '', null);
    await store.audit.finish(failed ?? '', 'request.conflict');
    await store.audit.finish(failed ?? '', null);
    const { items } = await store.audit.list(account, {});
    expect(Object.fromEntries(items.map(({ id, outcome }) => [id, outcome]))).toEqual({
      [died ?? '']: 'unknown',
      [done ?? '']: 'done',
      [failed ?? '']: 'request.conflict',
    });
    expect(items[0]).toMatchObject({ request_id: 'req-1', source: '192.0.2.7', target: 'it' });
  });

  it('has what is written in a transaction with the request that it came by', async () => {
    const { account } = await createApp(store);
    await withAuditOrigin(ORIGIN, () => store.accounts.change(account, { active: false }, 'tester'));
    await store.tokens.issue({ account, label: 'ci', scopes: ['account'] }, 'tester');
    const { items } = await store.audit.list(account, {});
    expect(items).toMatchObject([
      { action: 'token.issued', outcome: 'done', request_id: null, source: null },
      { action: 'account.changed', outcome: 'done', request_id: 'req-1', source: '192.0.2.7' },
    ]);
  });

  it('is asked by account, actor, action, time and outcome, in pages', async () => {
    const { account } = await createApp(store);
    const { account: other } = await createApp(store);
    for (const action of ['route.put', 'route.delete', 'routes', 'token.issued'])
      for (const whose of [account, other]) await store.audit.begin(entry(whose, action));
    await store.audit.refused(entry(account, 'refused.auth.forbidden'));
    const actions = async (query: object, whose: string | null = account) =>
      (await store.audit.list(whose, query)).items.map(({ action }) => action);
    expect(await actions({ action: 'route' })).toEqual(['route.delete', 'route.put']);
    expect(await actions({ outcome: 'refused' })).toEqual(['refused.auth.forbidden']);
    expect(await actions({ outcome: 'acts', limit: 1 })).toEqual(['token.issued']);
    expect(await actions({ actor: `OF ${other}`, action: 'route.put' }, null)).toEqual(['route.put']);
    expect(await actions({ from: '2999-01-01' })).toEqual([]);
    expect(await actions({ to: '2000-01-01' })).toEqual([]);
    const first = await store.audit.list(account, { limit: 3 });
    const rest = await store.audit.list(account, { limit: 3, cursor: first.next_cursor ?? '' });
    expect([...first.items, ...rest.items]).toHaveLength(5);
    await expect(store.audit.list(account, { from: 'yesterday' })).rejects.toMatchObject({ field: 'from' });
  });

  it('is changed, emptied and shortened by nobody before its time', async () => {
    const { account } = await createApp(store);
    const id = await store.audit.begin(entry(account, 'kept'));
    await store.audit.finish(id, null);
    for (const sql of [
      `update audit set actor = 'somebody else' where seq = ${id}`,
      `delete from audit where seq = ${id}`,
      `update audit_outcomes set code = 'internal' where seq = ${id}`,
      `delete from audit_outcomes where seq = ${id}`,
      'truncate audit cascade',
      'truncate audit_outcomes',
    ])
      await expect(runSql(place.url, sql), sql).rejects.toThrow(/immutable|kept/);
    expect((await store.audit.list(account, {})).items).toHaveLength(1);
  });

  it('forgets acts after 400 days and refusals after 90, with their outcomes', async () => {
    const old = (days: number, action: string, refused: boolean): string =>
      `insert into audit (at, actor, action, details, refused)
       values (now() - interval '${days} days', 'x', '${action}', '{}', ${refused})`;
    for (const sql of [
      old(500, 'old', false),
      old(100, 'recent', false),
      old(100, 'old', true),
      old(10, 'recent', true),
    ])
      await runSql(place.url, sql);
    await runSql(
      place.url,
      `insert into audit_outcomes (seq) select seq from audit where action = 'old' and not refused`,
    );
    await store.audit.trim();
    const left = await readSql<{ action: string }>(
      place.url,
      `select action from audit where action in ('old', 'recent')`,
    );
    expect(left.map(({ action }) => action)).toEqual(['recent', 'recent']);
  });
});
