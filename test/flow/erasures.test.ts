import { afterAll, beforeAll, expect, test } from 'vitest';
import { openStorePlace, readSql, runSql, type StorePlace } from '../contract/store-place.ts';
import { eventually, startTestPlatform, zipOf, type TestPlatform } from '../platform.ts';
import { vumi } from '../vumi-command.ts';

const HIS = '+27761234567';
const OTHER = '+27760000001';
/** As people write it, too. */
const ANYWHERE = '(?<![0-9])(\\+|00)?27[ -]?76[ -]?123[ -]?4567(?![0-9])';

let place: StorePlace;
let world: TestPlatform;

const WORKER = `
  import { defineApp } from '@vumi/sdk';
  export default defineApp({
    async onMessage(message, app) {
      await app.user.set('name', 'known');
      const seen = (await app.state.get('seen')) ?? [];
      await app.state.set('seen', [...seen, message.from_addr]);
      app.log.info('wrote ' + message.from_addr);
      await app.schedule.once('later', { in: 86400, user: message.from_addr });
      await message.reply('Hello ' + message.from_addr);
    },
  });`;

beforeAll(async () => {
  place = await openStorePlace();
  world = await startTestPlatform({ database: { url: place.url } });
  const { client } = world;
  const config = { host: '127.0.0.1', port: world.platform.api?.smscPort, system_id: 'x', password: 'x' };
  await client.must('PUT', '/transports/smsc', { type: 'smpp', config });
  await client.must('POST', '/accounts', { name: 'clinic' });
  await client.must('PATCH', '/accounts/clinic/settings', { respect_optouts: true });
  await client.must('PUT', '/accounts/clinic/apps/hello', zipOf({ 'workers/worker.js': WORKER }));
  const route = { app: 'hello', transport: 'smsc', to_addr: '12345' };
  await client.must('PUT', '/accounts/clinic/routes/hello', route);
});

afterAll(async () => {
  await world[Symbol.asyncDispose]();
  await place[Symbol.asyncDispose]();
});

const talk = async (from: string, content: string): Promise<void> => {
  const { client } = world;
  const messages = async (): Promise<number> =>
    (
      await client.must(
        'GET',
        `/accounts/clinic/messages?address=${encodeURIComponent(from)}&status=delivered`,
      )
    ).items.length;
  const before = await messages();
  await client.must('POST', '/simulators/smsc/messages', { from_addr: from, to_addr: '12345', content });
  await eventually(messages, (count) => count > before);
};

/** The tables in which the number is anywhere, and how often. */
async function placesOf(pattern: string): Promise<Record<string, number>> {
  const tables = await readSql<{ name: string }>(
    place.url,
    `select c.oid::regclass::text as name from pg_class c join pg_namespace n on n.oid = c.relnamespace
     where nspname = 'public' and relkind in ('r', 'p') and not relispartition`,
  );
  const found: Record<string, number> = {};
  for (const { name } of tables) {
    const [row] = await readSql<{ count: number }>(
      place.url,
      `select count(*)::int as count from ${name} as r where r::text ~* '${pattern}'`,
    );
    if (row !== undefined && row.count > 0) found[name] = row.count;
  }
  return found;
}

test('one person is forgotten, the others are not, and the proof can be checked', async () => {
  const { client } = world;
  await talk(HIS, 'I am here');
  await talk(OTHER, 'my friend is 0027 76 123-4567');
  await client.must('POST', '/accounts/clinic/contacts', { msisdn: HIS, name: 'Thandi' });
  await client.must('PUT', '/accounts/clinic/contacts/ann', { name: 'Ann', extra: { friend: HIS } });
  await runSql(
    place.url,
    `insert into optouts (account, address_type, address_value, created_at) values ('clinic', 'msisdn', '${HIS}', now())`,
  );
  // Runs and logs are written a little later.
  const before = await eventually(
    () => placesOf(ANYWHERE),
    ({ runs = 0, app_logs: logs = 0 }) => runs >= 2 && logs >= 1,
  );
  expect(Object.keys(before)).toEqual(
    expect.arrayContaining(['messages', 'contacts', 'optouts', 'schedules']),
  );

  const dry = await vumi(client, 'erase', HIS, '--account', 'clinic', '--dry-run', '--json');
  expect(dry).toMatchObject({ code: 0, err: '' });
  expect(await placesOf(ANYWHERE)).toMatchObject({ messages: before['messages'], runs: before['runs'] });
  const done = await vumi(client, 'erase', '0027 76 123 4567', '--account', 'clinic', '--yes', '--json');
  expect(done).toMatchObject({ code: 0, err: '' });
  const proof = JSON.parse(done.out) as { id: string; counts: Record<string, number>; seal: string };
  // What transports keep for a while may have ended between the two.
  const { state_left: _, ...counted } = (JSON.parse(dry.out) as typeof proof).counts;
  expect(proof.counts).toMatchObject(counted);
  expect(proof.counts).toMatchObject({ contacts: 1, contacts_cleaned: 1, optouts: 1, state_keys: 1 });

  expect(await placesOf(ANYWHERE)).toEqual({});
  const state = `/accounts/clinic/apps/hello/state`;
  expect((await client.must('GET', state)).items).toEqual([{ key: 'seen', value: ['erased', OTHER] }]);
  const his = `${state}?user=${encodeURIComponent(HIS)}`;
  expect((await client.must('GET', his)).items).toEqual([]);
  const { items } = await client.must('GET', '/accounts/clinic/messages');
  expect(items).toHaveLength(4);
  expect(
    (await client.must('GET', `/accounts/clinic/messages?address=${encodeURIComponent(OTHER)}`)).items,
  ).toHaveLength(2);

  const at = `/accounts/clinic/erasures/${proof.id}/check`;
  const right = { seal_valid: true, address_matches: true };
  expect(await client.must('POST', at, { address: HIS })).toEqual(right);
  expect(await client.must('POST', at, { address: OTHER })).toEqual({ ...right, address_matches: false });
  await runSql(place.url, `update erasures set counts = '{}' where id = '${proof.id}'`);
  expect(await client.must('POST', at, { address: HIS })).toEqual({ ...right, seal_valid: false });
});

test('who opted out before he was forgotten is still not written to', async () => {
  const [row] = await readSql<{ value: string }>(place.url, 'select address_value as value from optouts');
  expect(row?.value).toMatch(/^erased:[0-9a-f]{64}$/);
  const sent = { to_addr: HIS, content: 'News!', app: 'hello' };
  const { message_id: id } = await world.client.must('POST', '/accounts/clinic/messages', sent);
  const { body } = await eventually(
    () => world.client.call('GET', `/accounts/clinic/messages/${id}`),
    (answer) => answer.status === 200 && answer.body.events.length > 0,
  );
  expect(body.events).toMatchObject([
    { event_type: 'nack', nack_reason: expect.stringContaining('opted out') },
  ]);
});

test.each(['12345', 'bob'])('%s is too short to be erased', async (address) => {
  const answer = await world.client.call('POST', '/accounts/clinic/erasures', { address });
  expect(answer).toMatchObject({ status: 400, body: { field: 'address' } });
});
