import { afterAll, beforeAll, expect, it } from 'vitest';
import { openStorePlace, readSql, runSql, type StorePlace } from '../contract/store-place.ts';
import { PlatformProcess } from '../platform-process.ts';
import { createPlace, eventually, type Place } from '../platform.ts';

const HIS = '+27761234567';
/** A step takes 500: there are a dozen of them to be killed in. */
const FRIENDS = 6000;

let place: Place;
let database: StorePlace;
let platform: PlatformProcess;

beforeAll(async () => {
  [place, database] = [await createPlace(), await openStorePlace()];
  platform = await PlatformProcess.create(place, { database: { url: database.url } });
  await platform.start();
});

afterAll(async () => {
  await platform[Symbol.asyncDispose]();
  await database[Symbol.asyncDispose]();
  await place[Symbol.asyncDispose]();
});

async function left(): Promise<number> {
  const [row] = await readSql<{ count: number }>(
    database.url,
    `select count(*)::int as count from contacts where contacts::text ~ '27761234567'`,
  );
  return row?.count ?? 0;
}

it('an erasure that is killed in the middle goes on at the next start, and its proof has all of it, once', async () => {
  const { client } = platform;
  await client.must('POST', '/accounts', { name: 'clinic' });
  await client.must('POST', '/accounts/clinic/contacts', { name: 'Ann', extra: { friend: HIS } });
  await runSql(
    database.url,
    `insert into contacts (account, key, created_at, fields, groups, folded)
     select account, key || n, created_at, fields, groups, folded from contacts, generate_series(2, ${FRIENDS}) as n`,
  );
  const { id } = await client.must('POST', '/accounts/clinic/erasures', { address: HIS });
  const erasure = () => client.must('GET', `/accounts/clinic/erasures/${id}`);
  const { counts: before } = await eventually(
    erasure,
    ({ counts }) => (counts.contacts_cleaned ?? 0) > 0,
    60_000,
  );
  await platform.kill('SIGKILL');
  const half = await left();
  expect(half).toBeGreaterThan(0);
  expect(FRIENDS - half).toBeGreaterThanOrEqual(before.contacts_cleaned);

  await platform.start();
  const done = await eventually(erasure, ({ finished_at: at }) => at !== null, 120_000);
  expect(done.counts).toMatchObject({ contacts: 0, contacts_cleaned: FRIENDS });
  expect(await left()).toBe(0);
  expect(await client.must('POST', `/accounts/clinic/erasures/${id}/check`, { address: HIS })).toEqual({
    seal_valid: true,
    address_matches: true,
  });
});
