import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import type { Store } from '@vumi/store';
import { openQuietStore, openStorePlace, type StorePlace } from './store-place.ts';

const clinic = { account: 'acme', app: 'clinic' };
const other = { account: 'acme', app: 'other' };
const thandi = { name: 'Sister Thandi', path: '/assets/list.html', link_minutes: 60, sign_in_hours: 24 };

let place: StorePlace;
let store: Store;

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
  for (const ref of [clinic, other]) {
    await store.apps.remove(ref).catch(() => {});
    await store.versions.add({
      ref,
      sha256: ref.app,
      manifest: {},
      handlers: ['onMessage'],
      worker: { code: '', map: null },
      files: [],
      bundle: Buffer.from('zip'),
      activate: true,
    });
  }
});

async function signIn(): Promise<string> {
  const { secret } = await store.pageMembers.invite(clinic, thandi, 'author');
  const made = await store.pageMembers.signIn(clinic, secret);
  return made?.secret ?? '';
}

it('a link signs in one browser: of two that come with it at once, one gets in', async () => {
  const { secret, member } = await store.pageMembers.invite(clinic, thandi, 'author');
  expect(member).toMatchObject({ name: thandi.name, seen_at: null, sign_ins: 0 });
  const tries = await Promise.all([1, 2, 3].map(() => store.pageMembers.signIn(clinic, secret)));
  const [made, ...more] = tries.filter((one) => one !== null);
  expect(more).toEqual([]);
  expect(made?.path).toBe(thandi.path);
  expect(await store.pageMembers.signedIn(clinic, made?.secret ?? '')).toEqual({ name: thandi.name });
  const { items } = await store.pageMembers.list(clinic, {});
  expect(items).toMatchObject([{ name: thandi.name, sign_ins: 1, link_expires_at: null }]);
});

it('links and sign-ins are those of one app', async () => {
  const { secret } = await store.pageMembers.invite(clinic, thandi, 'author');
  expect(await store.pageMembers.signIn(other, secret)).toBeNull();
  const signedIn = await store.pageMembers.signIn(clinic, secret);
  expect(await store.pageMembers.signedIn(other, signedIn?.secret ?? '')).toBeNull();
  expect(await store.pageMembers.signedIn(clinic, secret)).toBeNull();
  expect(await store.pageMembers.signIn(clinic, signedIn?.secret ?? '')).toBeNull();
});

it('another invitation of the same name is another link for the same member', async () => {
  const first = await signIn();
  const second = await signIn();
  expect(first).not.toBe(second);
  const { items } = await store.pageMembers.list(clinic, {});
  expect(items).toMatchObject([{ name: thandi.name, sign_ins: 2 }]);
});

it('who is taken off has no link and is signed in nowhere', async () => {
  const signedIn = await signIn();
  const { secret } = await store.pageMembers.invite(clinic, thandi, 'author');
  await store.pageMembers.remove(clinic, thandi.name, 'author');
  expect(await store.pageMembers.signedIn(clinic, signedIn)).toBeNull();
  expect(await store.pageMembers.signIn(clinic, secret)).toBeNull();
  expect((await store.audit.list('acme', { limit: 1 })).items).toMatchObject([
    { actor: 'author', action: 'page_member.removed', details: { app: 'clinic', name: thandi.name } },
  ]);
  await expect(store.pageMembers.remove(clinic, thandi.name, 'author')).rejects.toMatchObject({
    code: 'not_found',
  });
});

it('who signs out is out in that browser alone', async () => {
  const [here, there] = [await signIn(), await signIn()];
  await store.pageMembers.signOut(here);
  expect(await store.pageMembers.signedIn(clinic, here)).toBeNull();
  expect(await store.pageMembers.signedIn(clinic, there)).toEqual({ name: thandi.name });
});

it('links and sign-ins end', async () => {
  const ended = await store.pageMembers.invite(clinic, { ...thandi, link_minutes: 0 }, 'author');
  expect(await store.pageMembers.signIn(clinic, ended.secret)).toBeNull();
  const { secret } = await store.pageMembers.invite(clinic, { ...thandi, sign_in_hours: 0 }, 'author');
  const made = await store.pageMembers.signIn(clinic, secret);
  expect(await store.pageMembers.signedIn(clinic, made?.secret ?? '')).toBeNull();
});

it('members go with their app', async () => {
  const signedIn = await signIn();
  await store.apps.remove(clinic);
  expect(await store.pageMembers.signedIn(clinic, signedIn)).toBeNull();
  await expect(store.pageMembers.invite(clinic, thandi, 'author')).rejects.toMatchObject({
    code: 'not_found',
  });
  await expect(store.pageMembers.list(clinic, {})).rejects.toMatchObject({ code: 'not_found' });
});

it('are listed by name, in pages', async () => {
  for (const name of ['Çiğdem', 'Anna', 'Bongi']) {
    await store.pageMembers.invite(clinic, { ...thandi, name }, 'author');
  }
  const first = await store.pageMembers.list(clinic, { limit: 2 });
  expect(first.items.map(({ name }) => name)).toEqual(['Anna', 'Bongi']);
  const rest = await store.pageMembers.list(clinic, { cursor: first.next_cursor ?? '' });
  expect(rest).toMatchObject({ items: [{ name: 'Çiğdem' }], next_cursor: null });
});
