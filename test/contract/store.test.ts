import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Store } from '@vumi/store';
import {
  createApp,
  newVersion,
  openQuietStore,
  openStorePlace,
  readSql,
  runSql,
  type StorePlace,
} from './store-place.ts';

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

describe('completed steps', () => {
  test('stay completed, however often they are', async () => {
    expect(await store.completedSteps.has('planted')).toBe(false);
    await store.completedSteps.add('planted');
    await store.completedSteps.add('planted');
    expect(await store.completedSteps.has('planted')).toBe(true);
    expect(await store.completedSteps.has('watered')).toBe(false);
  });
});

describe('keys of accounts', () => {
  test('are made once, whoever asks at the same time, and are nobody else’s', async () => {
    const { account } = await createApp(store);
    const other = await createApp(store);
    await using elsewhere = await openQuietStore(place.url);
    const [one, two] = await Promise.all([
      store.accountKeys.keyOf(account),
      elsewhere.accountKeys.keyOf(account),
    ]);
    expect(one).toHaveLength(32);
    expect(Buffer.from(two)).toEqual(Buffer.from(one));
    const of = await store.accountKeys.keyOf(other.account);
    expect(Buffer.from(of)).not.toEqual(Buffer.from(one));
    await expect(store.accountKeys.keyOf('keyless')).rejects.toThrow('keyless');
    await store.accounts.create('keyless');
    expect(await store.accountKeys.keyOf('keyless')).toHaveLength(32);
  });
});

describe('accounts', () => {
  test('an account starts active and can be switched off and on', async () => {
    expect(await store.accounts.create('clinic')).toMatchObject({ name: 'clinic', active: true });
    expect(await store.accounts.change('clinic', { active: false }, 'a test')).toMatchObject({
      active: false,
    });
    expect(await store.accounts.get('clinic')).toMatchObject({ name: 'clinic', active: false });
    expect(await store.accounts.change('clinic', { active: true }, 'a test')).toMatchObject({ active: true });
  });

  test("an account's plan is replaced as a whole, and its apps' settings tell of it", async () => {
    const { account, app } = await createApp(store);
    await store.accounts.change(account, { limits: { sends: 200, cpu_ms: 900 } }, 'a test');
    expect(await store.accounts.change(account, { limits: { sends: 100 } }, 'a test')).toMatchObject({
      active: true,
      limits: { sends: 100 },
    });
    expect(await store.accounts.change(account, { active: false }, 'a test')).toMatchObject({
      limits: { sends: 100 },
    });
    expect(await store.apps.settings({ account, app })).toMatchObject({ limits: { sends: 100 } });
    const strict = { can_manage_optouts: false, respect_optouts: true };
    expect(await store.accounts.change(account, strict, 'a test')).toMatchObject({
      active: false,
      ...strict,
    });
    expect(await store.accounts.change(account, { active: true }, 'a test')).toMatchObject(strict);
    expect(await store.apps.settings({ account, app })).toMatchObject({ can_manage_optouts: false });
    expect(await store.accounts.change(account, { can_manage_optouts: true }, 'a test')).toMatchObject({
      can_manage_optouts: true,
      respect_optouts: true,
    });
  });

  test('what is open to its apps is replaced as a whole, and their settings tell of it', async () => {
    const { account, app } = await createApp(store);
    expect(await store.accounts.get(account)).toMatchObject({ private_services: [] });
    await store.accounts.change(account, { private_services: ['clinic-db:80'] }, 'a test');
    await store.accounts.change(account, { active: true }, 'a test');
    expect(await store.apps.settings({ account, app })).toMatchObject({ private_services: ['clinic-db:80'] });
    await store.accounts.change(account, { private_services: [] }, 'a test');
    expect(await store.apps.settings({ account, app })).toMatchObject({ private_services: [] });
  });

  test('a name is taken once', async () => {
    await store.accounts.create('taken');
    await expect(store.accounts.create('taken')).rejects.toMatchObject({ code: 'request.conflict' });
  });

  test('a name that is no slug is refused with its field', async () => {
    await expect(store.accounts.create('No Slug')).rejects.toMatchObject({
      code: 'request.invalid',
      field: 'name',
    });
  });

  test('an account that does not exist is not found, and the error says what to do', async () => {
    await expect(store.accounts.get('nobody')).rejects.toMatchObject({
      code: 'not_found',
      message: expect.stringContaining('create it'),
    });
    await expect(store.accounts.change('nobody', { active: true }, 'a test')).rejects.toMatchObject({
      code: 'not_found',
    });
  });

  test('pages follow each other until the last, which has no cursor', async () => {
    for (const name of ['page-a', 'page-b', 'page-c']) await store.accounts.create(name);
    const seen: string[] = [];
    let cursor: string | null = null;
    do {
      const page = await store.accounts.list({ limit: 2, ...(cursor === null ? {} : { cursor }) });
      expect(page.items.length).toBeLessThanOrEqual(2);
      seen.push(...page.items.map(({ name }) => name));
      cursor = page.next_cursor;
    } while (cursor !== null);
    expect(seen).toEqual(seen.toSorted());
    expect(new Set(seen).size).toBe(seen.length);
    expect(seen).toEqual(expect.arrayContaining(['page-a', 'page-b', 'page-c']));
  });

  test.each([
    ['garbage', 'garbage'],
    ['a cursor of another list', Buffer.from('["apps","x"]').toString('base64url')],
    ['an empty text', ''],
  ])('%s is refused as a cursor', async (_label, cursor) => {
    await expect(store.accounts.list({ cursor })).rejects.toMatchObject({
      code: 'request.invalid',
      field: 'cursor',
    });
  });

  test.each([0, -1, 1001, 1.5, Number.NaN])('a limit of %s is refused', async (limit) => {
    await expect(store.accounts.list({ limit })).rejects.toMatchObject({
      code: 'request.invalid',
      field: 'limit',
    });
  });
});

describe('apps and versions', () => {
  test('the first version makes the app, and the next ones count on', async () => {
    const ref = await createApp(store);
    const { version, created } = await store.versions.add(newVersion(ref, 'second'));
    expect(created).toBe(true);
    expect(version).toMatchObject({ ...ref, version: 2, active: true, size: 'zip of second'.length });
    expect(await store.apps.get(ref)).toMatchObject({ ...ref, active_version: 2, config: {}, secrets: [] });
    const { items } = await store.versions.list(ref, {});
    expect(items.map(({ version, active }) => [version, active])).toEqual([
      [2, true],
      [1, false],
    ]);
  });

  test('a bundle that the app has already is that version again', async () => {
    const ref = await createApp(store);
    await store.versions.add(newVersion(ref, 'second'));
    const again = await store.versions.add(newVersion(ref, 'first'));
    expect(again).toMatchObject({ created: false, version: { version: 1, active: true } });
  });

  test('a bundle for which other libraries were chosen is another version', async () => {
    const ref = await createApp(store);
    const withLibraries = (libraries: string) =>
      store.versions.add(newVersion(ref, 'classic', { manifest: { api: 'classic', libraries } }));
    expect(await withLibraries('modern')).toMatchObject({ created: true, version: { version: 2 } });
    expect(await withLibraries('legacy')).toMatchObject({ created: true, version: { version: 3 } });
    expect(await withLibraries('modern')).toMatchObject({ created: false, version: { version: 2 } });
  });

  test('a version that is only stored leaves the active one', async () => {
    const ref = await createApp(store);
    const { version } = await store.versions.add(newVersion(ref, 'later', { activate: false }));
    expect(version).toMatchObject({ version: 2, active: false });
    expect(await store.versions.activate(ref, 2)).toMatchObject({ version: 2, active: true });
    expect(await store.versions.activate(ref, 1)).toMatchObject({ version: 1, active: true });
    await expect(store.versions.activate(ref, 3)).rejects.toMatchObject({ code: 'not_found' });
  });

  test('versions added at the same time get numbers of their own', async () => {
    const ref = await createApp(store);
    const added = await Promise.all(
      ['a', 'b', 'c', 'd', 'a'].map((text) => store.versions.add(newVersion(ref, text))),
    );
    expect(new Set(added.map(({ version }) => version.version))).toEqual(new Set([2, 3, 4, 5]));
    expect(added.filter(({ created }) => created)).toHaveLength(4);
  });

  test('code, bundle and files come back as they were, byte for byte', async () => {
    const ref = await createApp(store);
    const bytes = Buffer.from([0, 255, 1, 254]);
    const worker = { code: 'const nul = "\u0000"; // ünïcode', map: '{"version":3}' };
    const files = [
      { path: 'index.html', sha256: 'aa', content_type: 'text/html', bytes },
      { path: 'copy/ä.html', sha256: 'aa', content_type: 'text/plain', bytes },
    ];
    await store.versions.add(newVersion(ref, 'files', { worker, files, bundle: bytes }));
    expect(await store.versions.worker(ref, 2)).toEqual(worker);
    expect(await store.versions.bundle(ref, 2)).toEqual(bytes);
    expect(await store.versions.file(ref, 2, 'index.html')).toEqual({
      sha256: 'aa',
      content_type: 'text/html',
      bytes,
    });
    expect(await store.versions.file(ref, 2, 'copy/ä.html')).toMatchObject({ content_type: 'text/plain' });
    for (const path of ['', 'nothing', '../index.html', 'index.html\u0000']) {
      expect(await store.versions.file(ref, 2, path)).toBeNull();
    }
  });

  test('the database itself refuses to change a version', async () => {
    await createApp(store);
    await expect(runSql(place.url, "update versions set sha256 = 'other'")).rejects.toThrow('immutable');
  });

  test('settings have the values of secrets, lists only their names', async () => {
    const ref = await createApp(store);
    await store.apps.setConfig(ref, { greeting: 'hi', nul: '\u0000' });
    await store.apps.setSecret(ref, 'KEY', 'old');
    await store.apps.setSecret(ref, 'KEY', 'value');
    await store.apps.setSecret(ref, 'GONE', 'value');
    await store.apps.setSecret(ref, 'GONE', null);
    expect(await store.apps.settings(ref)).toEqual({
      config: { greeting: 'hi', nul: '\u0000' },
      secrets: { KEY: 'value' },
      limits: {},
      can_manage_optouts: true,
      private_services: [],
    });
    const { items } = await store.apps.list(ref.account, {});
    expect(items).toMatchObject([{ ...ref, secrets: ['KEY'] }]);
    expect(JSON.stringify(items)).not.toContain('value');
    await expect(store.apps.setSecret(ref, 'no name', 'x')).rejects.toMatchObject({ field: 'name' });
  });

  test('a removed app is gone with its files, and its numbers are not given again', async () => {
    const ref = await createApp(store);
    const file = { path: 'a', sha256: 'only here', content_type: 'text/plain', bytes: Buffer.from('x') };
    await store.versions.add(newVersion(ref, 'page', { files: [file] }));
    await store.routes.put({ ...ref, name: 'main', transport: 'smpp', to_addr: 'removed' }, 'operator');
    await store.apps.remove(ref);
    await expect(store.apps.get(ref)).rejects.toMatchObject({ code: 'not_found' });
    await expect(store.apps.remove(ref)).rejects.toMatchObject({ code: 'not_found' });
    expect(await store.routes.list(ref.account, {})).toEqual({ items: [], next_cursor: null });
    const left = await readSql(place.url, "select sha256 from blobs where sha256 = 'only here'");
    expect(left).toEqual([]);
    const { version } = await store.versions.add(newVersion(ref, 'first'));
    expect(version).toMatchObject({ version: 3 });
  });

  test('an app or version that does not exist is not found', async () => {
    const { account } = await createApp(store);
    const unknown = { account, app: 'unknown' };
    for (const lookup of [
      () => store.apps.get(unknown),
      () => store.apps.settings(unknown),
      () => store.apps.setConfig(unknown, {}),
      () => store.apps.list('nobody', {}),
      () => store.versions.list(unknown, {}),
      () => store.versions.worker({ account, app: 'hello' }, 9),
      () => store.versions.add(newVersion({ account: 'nobody', app: 'x' }, 'x')),
    ]) {
      await expect(lookup()).rejects.toMatchObject({ code: 'not_found' });
    }
    await expect(store.versions.get(unknown, 0)).rejects.toMatchObject({ field: 'version' });
  });
});

describe('routes', () => {
  test('a route is stored normalised, and put again is replaced', async () => {
    const ref = await createApp(store);
    const key = { ...ref, name: 'quiz', transport: 'smpp_a' };
    expect(
      await store.routes.put({ ...key, to_addr: ' 111 ', keyword: ' Quiz ', prefix: '' }, 'operator'),
    ).toEqual({
      ...key,
      smpp_client: null,
      connector: `app:${ref.app}`,
      weight: null,
      failover: null,
      to_addr: '111',
      keyword: 'quiz',
      prefix: null,
      endpoint: 'default',
      default: false,
      assigned: true,
    });
    await store.routes.put({ ...key, to_addr: '111', keyword: 'other' }, 'operator');
    expect(await store.routes.get(ref.account, 'quiz')).toMatchObject({ keyword: 'other', prefix: null });
    expect((await store.routes.list(ref.account, {})).items).toHaveLength(1);
    await store.routes.remove(ref.account, 'quiz');
    await expect(store.routes.get(ref.account, 'quiz')).rejects.toMatchObject({ code: 'not_found' });
    await expect(store.routes.remove(ref.account, 'quiz')).rejects.toMatchObject({ code: 'not_found' });
  });

  test('a route that matches the same messages as another is a conflict that names the other', async () => {
    const one = await createApp(store);
    const other = await createApp(store);
    const match = { transport: 'smpp_b', to_addr: '222', keyword: 'vote' };
    const { assigned: _, ...first } = await store.routes.put({ ...one, name: 'vote', ...match }, 'operator');
    const mine = { ...other, name: 'mine', ...match };
    for (const route of [
      { ...mine, keyword: ' VOTE' },
      { ...mine, to_addr: '+222' },
      { ...one, name: 'again', ...match },
    ]) {
      await expect(store.routes.put(route, 'operator')).rejects.toMatchObject({
        code: 'route.conflict',
        details: { route: first },
      });
    }
    await store.routes.put({ ...one, name: 'south', ...match, prefix: '+27' }, 'operator');
    await store.routes.put({ ...mine, transport: 'smpp_c' }, 'operator');
  });

  test('of two equal routes at the same time one is stored', async () => {
    const ref = await createApp(store);
    const put = (name: string): Promise<unknown> =>
      store.routes.put({ ...ref, name, transport: 'smpp_d', to_addr: '333' }, 'operator');
    const results = await Promise.allSettled(['a', 'b', 'c', 'd'].map(put));
    expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
  });

  test('a route to an app that does not exist is refused', async () => {
    const { account } = await createApp(store);
    await expect(
      store.routes.put({ account, name: 'x', app: 'unknown', transport: 'smpp' }, 'operator'),
    ).rejects.toMatchObject({ code: 'not_found' });
  });
});

describe('transports and the snapshot', () => {
  test('a transport is made, replaced and removed', async () => {
    await store.transports.put('smpp_x', { type: 'smpp', config: { port: 1 } });
    await store.transports.put('smpp_x', { type: 'smpp', config: { port: 2 } });
    expect(await store.transports.get('smpp_x')).toEqual({
      name: 'smpp_x',
      type: 'smpp',
      config: { port: 2 },
    });
    expect(await store.transports.list()).toContainEqual(expect.objectContaining({ name: 'smpp_x' }));
    await store.transports.remove('smpp_x');
    await expect(store.transports.get('smpp_x')).rejects.toMatchObject({ code: 'not_found' });
  });

  test('the snapshot has everything that routing needs', async () => {
    const ref = await createApp(store);
    const bare = { ...ref, app: 'bare' };
    await store.versions.add(newVersion(bare, 'bare', { activate: false }));
    await store.versions.add(newVersion(ref, 'two', { handlers: ['onMessage', 'onEvent'], activate: false }));
    const route = await store.routes.put(
      { ...ref, name: 'main', transport: 'smpp', to_addr: '444' },
      'operator',
    );
    const snapshot = await store.snapshot();
    expect(snapshot.accounts).toContainEqual(expect.objectContaining({ name: ref.account, active: true }));
    expect(snapshot.apps.filter(({ account }) => account === ref.account)).toEqual([
      {
        ...bare,
        version: null,
        handlers: [],
        rollout: null,
        versions_changed_at: null,
        talks: 'pin',
        api: null,
        stop: null,
      },
      {
        ...ref,
        version: 1,
        handlers: ['onMessage'],
        rollout: null,
        versions_changed_at: null,
        talks: 'pin',
        api: null,
        stop: null,
      },
    ]);
    const { assigned: _, ...stored } = route;
    expect(snapshot.routes).toContainEqual(stored);
    const number = { account: ref.account, transport: 'smpp', number: '444', range: false, keyword: null };
    expect(snapshot.numbers).toContainEqual(number);
  });
});
