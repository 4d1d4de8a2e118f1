import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Store } from '@vumi/store';
import { openQuietStore, openStorePlace, readSql, runSql, type StorePlace } from './store-place.ts';

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

describe('tokens', () => {
  const deploy = { account: 'with-token', label: 'deploy', scopes: ['apps'] };

  beforeAll(async () => void (await store.accounts.create('with-token')));

  test('a token is known again by its text, of which the database has only the hash', async () => {
    const { token, info } = await store.tokens.issue(deploy, 'a test');
    expect(info).toMatchObject({ ...deploy, created_by: 'a test', expires_at: null, last_used_at: null });
    expect(await store.tokens.verify(token)).toEqual(info);
    const used = await store.tokens.verify(token);
    expect(used).toMatchObject({ id: info.id, last_used_at: expect.stringMatching(/^\d{4}-/) });
    const rows = await readSql<{ row: string }>(place.url, 'select tokens::text as row from tokens');
    expect(rows.length).toBeGreaterThan(0);
    expect(rows.filter(({ row }) => row.includes(token))).toEqual([]);
  });

  test('a token that was never issued is none', async () => {
    expect(await store.tokens.verify('vumi_wrong')).toBeNull();
    expect(await store.tokens.verify('')).toBeNull();
  });

  test('a token is not issued for an account that does not exist', async () => {
    await expect(
      store.tokens.issue({ account: 'nobody', label: 'x', scopes: [] }, 'a test'),
    ).rejects.toMatchObject({ code: 'not_found' });
  });

  test('tokens are listed by account, page by page, and never with their text', async () => {
    await store.accounts.create('many-tokens');
    const made = [];
    for (const label of ['one', 'two', 'three']) {
      made.push(await store.tokens.issue({ ...deploy, account: 'many-tokens', label }, 'a test'));
    }
    const first = await store.tokens.list('many-tokens', { limit: 2 });
    const rest = await store.tokens.list('many-tokens', { limit: 2, cursor: first.next_cursor ?? '' });
    const byId = made.map(({ info }) => info).sort((a, b) => (a.id < b.id ? -1 : 1));
    expect([...first.items, ...rest.items]).toEqual(byId);
    expect(rest.next_cursor).toBeNull();
    await expect(store.tokens.list('nobody', {})).rejects.toMatchObject({ code: 'not_found' });
  });

  test('a revoked token is none, and only its account can revoke it', async () => {
    const { token, info } = await store.tokens.issue(deploy, 'a test');
    for (const account of ['many-tokens', null]) {
      await expect(store.tokens.revoke(account, info.id, 'a test')).rejects.toMatchObject({
        code: 'not_found',
      });
    }
    const heard: string[] = [];
    using _listening = store.onChange(({ what }) => void heard.push(what));
    await store.tokens.revoke('with-token', info.id, 'a test');
    expect(heard).toContain('tokens');
    expect(await store.tokens.verify(token)).toBeNull();
    expect(await store.tokens.alive([info.id])).toEqual([]);
    await expect(store.tokens.revoke('with-token', info.id, 'a test')).rejects.toMatchObject({
      code: 'not_found',
    });
  });

  test('a token can be given an end, after which it is known and expired', async () => {
    const { token, info } = await store.tokens.issue(deploy, 'a test');
    expect(await store.tokens.alive([info.id, 'no-token'])).toEqual([info.id]);
    const expires_at = '2020-01-01T00:00:00.000Z';
    await store.tokens.change('with-token', info.id, { expires_at }, 'a test');
    expect(await store.tokens.verify(token)).toMatchObject({ expires_at, expired: true, last_used_at: null });
    expect(await store.tokens.alive([info.id])).toEqual([]);
    const renamed = await store.tokens.change('with-token', info.id, { label: 'new' }, 'a test');
    expect(renamed).toMatchObject({ label: 'new', expires_at });
    const endless = await store.tokens.change('with-token', info.id, { expires_at: null }, 'a test');
    expect(endless).toMatchObject({ label: 'new', expires_at: null, expired: false });
  });

  test('a rotated token has another in its place, for as long as it was made for', async () => {
    const inAnHour = new Date(Date.now() + 3_600_000).toISOString();
    const old = await store.tokens.issue({ ...deploy, expires_at: inAnHour }, 'a test');
    const made = await store.tokens.rotate('with-token', old.info.id, { overlap_seconds: 0 }, 'its holder');
    expect(made.info).toMatchObject({ ...deploy, created_by: 'its holder', expired: false });
    expect(Date.parse(made.info.expires_at ?? '')).toBeGreaterThanOrEqual(Date.parse(inAnHour));
    expect(await store.tokens.verify(old.token)).toBeNull();
    expect(await store.tokens.verify(made.token)).toMatchObject({ id: made.info.id });
  });

  test('during an overlap both are valid, and no token lives longer for it', async () => {
    const old = await store.tokens.issue(deploy, 'a test');
    await store.tokens.rotate('with-token', old.info.id, { overlap_seconds: 60 }, 'a test');
    const going = await store.tokens.verify(old.token);
    expect(going).toMatchObject({ expired: false, expires_at: expect.any(String) });
    await store.tokens.rotate('with-token', old.info.id, { overlap_seconds: 3600 }, 'a test');
    expect(await store.tokens.verify(old.token)).toMatchObject({ expires_at: going?.expires_at });
  });

  test('of the tokens of administrators that are chosen outside the last is valid', async () => {
    const first = await store.tokens.configure('first');
    expect(await store.tokens.configure('first')).toEqual({ id: first.id, replaced: false });
    expect(await store.tokens.verify('first')).toMatchObject({ account: null, scopes: ['admin'] });
    const second = await store.tokens.configure('second');
    expect(second.replaced).toBe(true);
    expect(await store.tokens.verify('first')).toBeNull();
    expect(await store.tokens.configured()).toMatchObject({ id: second.id });
    const together = await Promise.all(['a', 'b', 'c'].map((token) => store.tokens.configure(token)));
    const valid = await store.tokens.configured();
    expect(together.map(({ id }) => id)).toContain(valid?.id);
    const { items } = await store.tokens.list(null, {});
    expect(items.filter(({ configured }) => configured)).toHaveLength(1);
    await expect(store.tokens.revoke(null, valid?.id ?? '', 'a test')).rejects.toMatchObject({
      code: 'request.conflict',
    });
  });

  test("an account's token cannot become the administrator's", async () => {
    const { token } = await store.tokens.issue(deploy, 'a test');
    await expect(store.tokens.configure(token)).rejects.toMatchObject({ code: 'config.invalid' });
    expect(await store.tokens.verify(token)).toMatchObject({ account: 'with-token' });
  });
});

describe('the audit trail', () => {
  test('says who changed what, newest first, to the account that it is about', async () => {
    await store.accounts.create('watched');
    await store.accounts.change('watched', { respect_optouts: false }, 'administrator');
    const { token, info } = await store.tokens.issue(
      { account: 'watched', label: 'ci', scopes: ['account'] },
      'administrator',
    );
    await store.tokens.revoke('watched', info.id, 'somebody');
    const first = await store.audit.list('watched', { limit: 2 });
    expect(first.items).toMatchObject([
      {
        account: 'watched',
        actor: 'somebody',
        action: 'token.revoked',
        details: { id: info.id, label: 'ci' },
      },
      { actor: 'administrator', action: 'token.issued' },
    ]);
    const rest = await store.audit.list('watched', { cursor: first.next_cursor ?? '' });
    expect(rest.items).toMatchObject([{ action: 'account.changed', details: { respect_optouts: false } }]);
    expect(JSON.stringify([first, rest])).not.toContain(token);
    expect((await store.audit.list(null, { limit: 1 })).items).toMatchObject([{ action: 'token.revoked' }]);
    await expect(store.audit.list('nobody', {})).rejects.toMatchObject({ code: 'not_found' });
  });
});

describe('idempotency keys', () => {
  const claim = { account: 'with-token', door: 'POST messages', key: 'k1', digest: 'd', messageId: 'first' };

  test('of claims under one key at the same time one is the first, and all have its id', async () => {
    const ids = ['a', 'b', 'c', 'd', 'e'];
    const made = await Promise.all(
      ids.map((messageId) => store.idempotency.claim({ ...claim, key: 'race', messageId })),
    );
    expect(new Set(made.map(({ messageId }) => messageId)).size).toBe(1);
    expect(made.map(({ answer }) => answer)).toEqual(ids.map(() => null));
  });

  test('the answer is kept, and another digest refused with the id that was first', async () => {
    expect(await store.idempotency.claim(claim)).toEqual({ messageId: 'first', answer: null });
    await store.idempotency.keepAnswer(claim, { status: 'queued' });
    expect(await store.idempotency.claim({ ...claim, messageId: 'second' })).toEqual({
      messageId: 'first',
      answer: { status: 'queued' },
    });
    await expect(store.idempotency.claim({ ...claim, digest: 'e' })).rejects.toMatchObject({
      code: 'request.key_reused',
      details: { message_id: 'first' },
    });
    expect(await store.idempotency.claim({ ...claim, door: 'POST else', digest: 'e' })).toMatchObject({
      answer: null,
    });
  });

  test('a key that was released, or is a day old, is new again', async () => {
    const mine = { ...claim, key: 'k2' };
    await store.idempotency.claim(mine);
    await store.idempotency.release({ ...mine, messageId: 'somebody else' });
    await expect(store.idempotency.claim({ ...mine, digest: 'e' })).rejects.toThrow('k2');
    await store.idempotency.release(mine);
    const next = { ...mine, digest: 'e', messageId: 'second' };
    expect(await store.idempotency.claim(next)).toEqual({ messageId: 'second', answer: null });
    await runSql(place.url, "update idempotency_keys set created_at = now() - interval '25 hours'");
    const last = { ...mine, messageId: 'third' };
    expect(await store.idempotency.claim(last)).toEqual({ messageId: 'third', answer: null });
  });
});
