import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { silentLogger } from '@vumi/core';
import { openStore, startEmbeddedPostgres, type EmbeddedPostgres, type Store } from '@vumi/store';
import { Client } from 'pg';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { applyMigrations, loadRows, type FixtureHead } from './database-copy.ts';
import { fixtureFile, listFixtures, MAKE_COMMAND, readMigrations } from './schema-files.ts';

/** A database of each schema version that there was, with rows as its code wrote them, brought to today's by today's code. */
const migrations = await readMigrations();
const fixtures = await listFixtures();
const GREET = { account: 'clinic', app: 'greet' };
const FIRST = { limit: 100 };
const WISH = { owner: null, reason: null };

let folder = '';
let postgres: EmbeddedPostgres;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'vumi-upgrades-'));
  postgres = await startEmbeddedPostgres({ dataDir: folder, logger: silentLogger });
});
afterAll(async () => {
  await postgres[Symbol.asyncDispose]();
  await rm(folder, { recursive: true, force: true });
});

it('each schema version has its fixture', () => {
  const missing = migrations.map(({ number }) => number).filter((number) => !fixtures.includes(number));
  expect(missing, `make them, and commit them: ${MAKE_COMMAND}`).toEqual([]);
});

it.each(fixtures)('what the code of schema version %i wrote means the same today', async (version) => {
  await using store = await upgraded(version);
  for (const [from, check] of CHECKS) if (version >= from) await check(store, version);
});

/** A store on a copy of the fixture. Its migrations are those that had run then, and have not changed since. */
async function upgraded(version: number): Promise<Store> {
  const [first = '', ...lines] = (await readFile(fixtureFile(version), 'utf8')).trimEnd().split('\n');
  const head = JSON.parse(first) as FixtureHead;
  const had = migrations.filter(({ number }) => head.migrations[number] !== undefined);
  expect(
    Object.fromEntries(had.map(({ number, checksum }) => [number, checksum])),
    'a migration that was released is never changed: put back the file, and change things in a new one',
  ).toEqual(head.migrations);
  const url = await createDatabase(`version_${version}`);
  const client = new Client({ connectionString: url });
  await client.connect();
  await applyMigrations(client, had);
  await loadRows(client, head, lines);
  await client.end();
  return openStore({ url, logger: silentLogger });
}

async function createDatabase(name: string): Promise<string> {
  const client = new Client({ connectionString: postgres.url });
  await client.connect();
  await client.query(`create database ${name}`);
  await client.end();
  const url = new URL(postgres.url);
  url.pathname = `/${name}`;
  return url.href;
}

type Check = (store: Store, version: number) => Promise<void>;

/** From the schema version on that first had it. */
const CHECKS: readonly (readonly [from: number, check: Check])[] = [
  [1, accountsAndApps],
  [1, tokens],
  [2, routesAndNumbers],
  [3, messages],
  [4, metrics],
  [5, people],
  [7, runs],
  [8, rollout],
  [10, smppClients],
  [13, audit],
  [14, pages],
  [17, idempotency],
  [18, privateServices],
  [22, cancellations],
  [23, webhooks],
  [24, tagPools],
  [25, identities],
  [26, repeats],
  [27, shares],
  [28, workers],
  [29, failures],
  [45, interfaces],
  [49, stagedRollouts],
];

async function accountsAndApps(store: Store): Promise<void> {
  const { items } = await store.accounts.list(FIRST);
  expect(items).toMatchObject([
    { name: 'asleep', active: false },
    { name: 'clinic', active: true, respect_optouts: true },
  ]);
  expect(await store.apps.get(GREET)).toMatchObject({ active_version: 2, config: { greeting: 'Sawubona' } });
  expect(await store.apps.settings(GREET)).toMatchObject({ secrets: { api_key: 's3cret' } });
  const versions = (await store.versions.list(GREET, FIRST)).items;
  expect(new Set(versions.map(({ version }) => version))).toEqual(new Set([1, 2]));
  expect((await store.versions.file(GREET, 2, 'index.html'))?.bytes.toString()).toBe('<h1>Greet</h1>');
  expect((await store.logs.list(GREET, {})).items).toMatchObject([
    { text: 'greeted', fields: { visits: 3 } },
  ]);
}

/** Administrators' tokens were made anew when they got a history (migration 13); accounts' stayed. */
async function tokens(store: Store, version: number): Promise<void> {
  expect(await store.tokens.verify('vumi_upgrade_clinic')).toMatchObject({
    account: 'clinic',
    label: 'crm',
    scopes: ['account'],
  });
  expect(await store.tokens.verify('vumi_upgrade_admin')).toBeNull();
  if (version >= 13) expect(await store.tokens.verify('vumi_upgrade_ops')).toMatchObject({ account: null });
}

async function routesAndNumbers(store: Store): Promise<void> {
  expect(await store.routes.get('clinic', 'main')).toMatchObject({
    app: 'greet',
    transport: 'mno',
    to_addr: '8000',
  });
  expect(await store.routes.get('clinic', 'join')).toMatchObject({ to_addr: '8001', keyword: 'join' });
  expect(await store.routes.get('clinic', 'web')).toMatchObject({ transport: 'web', to_addr: null });
  // What was routed was its account's when numbers came to belong to accounts, and what was sent as it is goes on so.
  const { numbers } = await store.snapshot();
  expect(numbers).toEqual(
    expect.arrayContaining([
      expect.objectContaining({ transport: 'mno', number: '8000', account: 'clinic' }),
      expect.objectContaining({ transport: 'mno', number: '8001', account: 'clinic' }),
    ]),
  );
  expect(await store.transports.get('mno')).toMatchObject({
    type: 'smpp',
    config: { host: 'smsc.example', international_senders: 'as_sent' },
  });
}

async function messages(store: Store): Promise<void> {
  const { items } = await store.messages.list({ account: 'clinic', ...FIRST });
  expect(items.map(({ content, status, reason }) => [content, status, reason])).toEqual([
    ['Reminder', 'nack', 'ESME_RINVDSTADR'],
    ['Sawubona', 'delivered', null],
    ['hi', 'received', null],
  ]);
  const refused = await store.messages.list({ account: 'clinic', status: ['nack'], ...FIRST });
  expect(refused.items.length).toBe(1);
  const timeline = await store.timelines.get('clinic', '019caf10000070008000000000000002');
  expect(timeline.messages.map(({ direction }) => direction)).toEqual(['inbound', 'outbound']);
  expect(timeline.entries.filter(({ kind }) => kind === 'event').map(({ text }) => text)).toEqual([
    'mno sent it; its network calls it abc',
    'delivered (DELIVRD)',
  ]);
}

async function metrics(store: Store): Promise<void> {
  expect((await store.metrics.list('clinic', FIRST)).items).toMatchObject([
    { store: 'default', metric: 'visits' },
  ]);
}

async function people(store: Store): Promise<void> {
  expect(await store.contacts.get('clinic', 'c1')).toMatchObject({
    name: 'Thandi',
    msisdn: '+27761000001',
    groups: ['g1'],
    extra: { ward: '5' },
  });
  expect(await store.groups.get('clinic', 'g1')).toMatchObject({ name: 'volunteers' });
  expect(await store.optouts.includes('clinic', 'msisdn', '+27761000009')).toBe(true);
  const { items } = await store.schedules.list('clinic', FIRST);
  expect(items.find(({ id }) => id === 's1')).toMatchObject({ name: 'reminder', data: { visit: 4 } });
}

async function runs(store: Store): Promise<void> {
  expect((await store.runs.list(GREET, FIRST)).items.map(({ outcome }) => outcome)).toEqual(['threw', 'ok']);
  const usage = await store.usage.ofApp(GREET, { from: '2026-03-03T00:00:00Z', to: '2026-03-04T00:00:00Z' });
  expect(usage.total).toMatchObject({ messages: 2, failures: { threw: 1 } });
  expect(await store.usage.totals()).toMatchObject([{ ...GREET, sends: 2, outcomes: { ok: 1, threw: 1 } }]);
}

async function rollout(store: Store): Promise<void> {
  expect((await store.apps.get(GREET)).rollout).toMatchObject({ version: 1, percent: 10 });
}

async function stagedRollouts(store: Store): Promise<void> {
  expect((await store.rollouts.list(GREET, FIRST)).items).toMatchObject([
    {
      version: 2,
      stages: [5, 25, 100],
      state: 'rolled_back',
      decisions: [{ numbers: { question: 'ask "name"' } }],
    },
  ]);
}

async function smppClients(store: Store): Promise<void> {
  expect(await store.smppClients.get('clinic', 'shop')).toMatchObject({ system_id: 'shop' });
  expect(await store.smppClients.verify('shop', 'upgrade')).toBe(true);
  expect(await store.routes.get('clinic', 'shop')).toMatchObject({ smpp_client: 'shop', to_addr: '8002' });
}

async function audit(store: Store): Promise<void> {
  expect((await store.audit.list('clinic', FIRST)).items).toMatchObject([{ action: 'token.issued' }]);
}

async function pages(store: Store): Promise<void> {
  expect((await store.pageMembers.list(GREET, FIRST)).items).toMatchObject([{ name: 'Sister Thandi' }]);
}

async function idempotency(store: Store): Promise<void> {
  const asked = { account: 'clinic', door: 'POST messages', key: 'k1', digest: 'd1', messageId: 'another' };
  const claimed = await store.idempotency.claim(asked);
  // Kept for a day: who asks after an upgrade of months asks anew.
  expect(['another', '019caf10000070008000000000000003']).toContain(claimed.messageId);
}

async function privateServices(store: Store): Promise<void> {
  expect(await store.accounts.get('clinic')).toMatchObject({ private_services: ['clinic-db:8080'] });
}

async function cancellations(store: Store): Promise<void> {
  expect(await store.cancellations.outcome('019caf10000070008000000000000005')).toBe('cancelled');
  expect(await store.cancellations.claim('mno')).toEqual(['019caf10000070008000000000000006']);
}

async function webhooks(store: Store): Promise<void> {
  expect(await store.webhooks.get('clinic', 'crm')).toMatchObject({
    url: 'https://crm.example/vumi',
    active: true,
  });
  const { items } = await store.webhooks.deliveries('clinic', 'crm', FIRST);
  expect(items.map(({ status, attempts }) => [status, attempts])).toEqual([
    ['dead', 9],
    ['delivered', 1],
  ]);
}

async function tagPools(store: Store): Promise<void> {
  expect(await store.tagPools.tag('clinic', 'codes', 'one')).toMatchObject({ owner: 'clinic' });
  expect(await store.tagPools.acquire('clinic', 'codes', WISH)).toMatchObject({ tag: 'two' });
  expect(await store.tagPools.acquire('clinic', 'codes', WISH)).toBeNull();
}

async function identities(store: Store): Promise<void> {
  const address = { type: 'twitter', address: 'thandi' };
  expect(await store.identities.find('clinic', address)).toMatchObject({ id: 'c1' });
}

async function repeats(store: Store): Promise<void> {
  const { items } = await store.schedules.list('clinic', FIRST);
  expect(items.find(({ id }) => id === 's2')).toMatchObject({ name: 'daily' });
}

async function shares(store: Store): Promise<void> {
  expect(await store.routes.get('clinic', 'relayed')).toMatchObject({ connector: 'relay1', weight: 3 });
}

async function workers(store: Store): Promise<void> {
  expect(await store.workers.get('relay1')).toMatchObject({ type: 'http_relay', placement: 'one' });
}

async function failures(store: Store): Promise<void> {
  expect((await store.failures.list({ account: 'clinic', ...FIRST })).items).toMatchObject([
    { id: 'f1', state: 'dead', message_id: '019caf10000070008000000000000004' },
  ]);
}

async function interfaces(store: Store): Promise<void> {
  expect(await store.interfaces.get('clinic', 'kannel')).toMatchObject({
    dialect: 'kannel',
    active: true,
    message_url: 'https://clinic.example/sms?from=%p&text=%a',
  });
}
