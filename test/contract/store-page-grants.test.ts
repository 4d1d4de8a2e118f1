import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import type { Store } from '@vumi/store';
import { openQuietStore, openStorePlace, type StorePlace } from './store-place.ts';

const desk = { account: 'acme', app: 'desk' };
const other = { account: 'acme', app: 'other' };
const READ = { audience: 'members', scope: 'contacts:read' } as const;
const NUMBER = { audience: 'members', scope: 'contacts:number' } as const;
const OWN = { audience: 'links', scope: 'contacts:read' } as const;

let place: StorePlace;
let store: Store;
let versions = 0;

beforeAll(async () => {
  place = await openStorePlace();
  store = await openQuietStore(place.url);
  await store.accounts.create('acme');
});

afterAll(async () => {
  await store[Symbol.asyncDispose]();
  await place[Symbol.asyncDispose]();
});

beforeEach(async () => {
  for (const ref of [desk, other]) {
    await store.apps.remove(ref).catch(() => {});
    await deploy(ref, { members: ['contacts:read', 'contacts:number'], links: ['contacts:read'] });
  }
});

async function deploy(
  ref: typeof desk,
  asked: { members?: string[]; links?: string[] },
  activate = true,
): Promise<number> {
  const frontend = Object.fromEntries(
    Object.entries(asked).map(([audience, scopes]) => [audience, { scopes }]),
  );
  const { version } = await store.versions.add({
    ref,
    sha256: `${(versions += 1)}`,
    manifest: { frontend },
    handlers: ['onMessage'],
    worker: { code: '', map: null },
    files: [],
    bundle: Buffer.from('zip'),
    activate,
  });
  return version.version;
}

const held = async (ref = desk) =>
  (await store.pageGrants.held(ref)).map(({ audience, scope }) => ({ audience, scope }));
const newest = async () => (await store.audit.list('acme', { limit: 1 })).items[0];

it('an account grants what the active version asks for, with an entry in the log', async () => {
  await store.pageGrants.grant(desk, { scopes: ['contacts:read'] }, 'owner');
  expect(await held()).toEqual([READ, OWN]);
  expect(await held(other)).toEqual([]);
  expect(await store.pageGrants.list(desk)).toMatchObject([{ granted_by: 'owner' }, { granted_by: 'owner' }]);
  expect(await newest()).toMatchObject({
    actor: 'owner',
    action: 'page_grant.granted',
    target: 'desk',
    details: { app: 'desk', scopes: ['contacts:read for links', 'contacts:read for members'] },
  });
});

it('for one audience it is granted to that one', async () => {
  await store.pageGrants.grant(
    desk,
    { scopes: ['contacts:read', 'contacts:number'], audience: 'members' },
    'owner',
  );
  expect(await held()).toEqual([NUMBER, READ]);
});

it.each([
  [{ scopes: ['messages:read'] }, 'does not ask for messages:read in its vumi.json'],
  [{ scopes: ['contacts:read', 'send:self'] }, 'does not ask for send:self'],
  [{ scopes: ['contacts:number'], audience: 'links' as const }, 'does not ask for contacts:number for links'],
])('what it does not ask for cannot be granted: %j', async (wanted, reason) => {
  await expect(store.pageGrants.grant(desk, wanted, 'owner')).rejects.toMatchObject({
    code: 'request.conflict',
    message: expect.stringContaining(reason) as string,
  });
  expect(await held()).toEqual([]);
});

it('granting it again changes nothing, and is not written down again', async () => {
  await store.pageGrants.grant(desk, { scopes: ['contacts:read'] }, 'owner');
  const before = await newest();
  await store.pageGrants.grant(desk, { scopes: ['contacts:read'] }, 'somebody else');
  expect(await newest()).toEqual(before);
  expect((await store.pageGrants.list(desk))[0]?.granted_by).toBe('owner');
});

it('it is withdrawn from one audience, or from both', async () => {
  await store.pageGrants.grant(desk, { scopes: ['contacts:read'] }, 'owner');
  await store.pageGrants.withdraw(desk, { scope: 'contacts:read', audience: 'links' }, 'operator');
  expect(await held()).toEqual([READ]);
  expect(await newest()).toMatchObject({ action: 'page_grant.withdrawn', actor: 'operator' });
  await store.pageGrants.withdraw(desk, { scope: 'contacts:read' }, 'operator');
  expect(await held()).toEqual([]);
  await expect(store.pageGrants.withdraw(desk, { scope: 'contacts:read' }, 'x')).rejects.toMatchObject({
    code: 'not_found',
  });
});

it('a version that asks for more does not get it, and one that asks for less loses it for good', async () => {
  await store.pageGrants.grant(desk, { scopes: ['contacts:read', 'contacts:number'] }, 'owner');
  await deploy(desk, { members: ['contacts:read', 'messages:read'] });
  expect(await held()).toEqual([READ]);
  expect(await newest()).toMatchObject({
    action: 'page_grant.lapsed',
    details: { scopes: ['contacts:number for members', 'contacts:read for links'] },
  });
  await deploy(desk, { members: ['contacts:read', 'contacts:number'], links: ['contacts:read'] });
  expect(await held()).toEqual([READ]);
});

it('a version that is stored, or gets a share of the sessions, takes nothing away', async () => {
  await store.pageGrants.grant(desk, { scopes: ['contacts:read'] }, 'owner');
  const next = await deploy(desk, {}, false);
  expect(await held()).toHaveLength(2);
  await store.versions.activate(desk, next, { percent: 50 });
  expect(await held()).toHaveLength(2);
  await store.versions.activate(desk, next);
  expect(await held()).toEqual([]);
});

it('grants go with their app: a new one of its name has none', async () => {
  await store.pageGrants.grant(desk, { scopes: ['contacts:read'] }, 'owner');
  await store.apps.remove(desk);
  expect(await held()).toEqual([]);
  await expect(store.pageGrants.list(desk)).rejects.toMatchObject({ code: 'not_found' });
  await expect(store.pageGrants.grant(desk, { scopes: ['contacts:read'] }, 'x')).rejects.toMatchObject({
    code: 'not_found',
  });
  await deploy(desk, { members: ['contacts:read'] });
  expect(await held()).toEqual([]);
});

it('numbers that were shown are counted by day and by who saw them', async () => {
  const use = (day: string, viewer: string, numbers: number) =>
    store.pageGrants.countNumbers(desk, { day, viewer, numbers });
  await Promise.all([
    use('2026-11-30', 'Thandi', 20),
    use('2026-11-30', 'Thandi', 5),
    use('2026-11-30', '', 1),
  ]);
  await use('2026-11-29', 'Sipho', 3);
  const first = await store.pageGrants.numberUses(desk, { limit: 2 });
  expect(first.items).toEqual([
    { day: '2026-11-30', viewer: null, requests: 1, numbers: 1 },
    { day: '2026-11-30', viewer: 'Thandi', requests: 2, numbers: 25 },
  ]);
  const rest = await store.pageGrants.numberUses(desk, { cursor: first.next_cursor ?? '' });
  expect(rest).toEqual({
    items: [{ day: '2026-11-29', viewer: 'Sipho', requests: 1, numbers: 3 }],
    next_cursor: null,
  });
  expect((await store.pageGrants.numberUses(other, {})).items).toEqual([]);
});
