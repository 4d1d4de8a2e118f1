import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { generateClient } from '../openapi-client.ts';
import { startTestPlatform, zipOf, type TestPlatform } from '../platform.ts';

/** What an account keeps, as the HTTP API shows and changes it. */
describe('records of an account', () => {
  let world: TestPlatform;
  const at = '/accounts/clinic';
  const must: TestPlatform['client']['must'] = (...call) => world.client.must(...call);
  const call: TestPlatform['client']['call'] = (...request) => world.client.call(...request);

  beforeAll(async () => {
    world = await startTestPlatform();
    await must('POST', '/accounts', { name: 'clinic' });
    await must('POST', '/accounts', { name: 'other' });
    const worker = 'export default { onMessage() {} };';
    await must('PUT', `${at}/apps/hello`, zipOf({ 'workers/worker.js': worker }));
  });
  afterAll(() => world[Symbol.asyncDispose]());

  it('contacts are added, searched, replaced and forgotten', async () => {
    const jane = await must('POST', `${at}/contacts`, {
      msisdn: '27761234567',
      name: 'Jane',
      dob: '1980-01-02',
      extra: { city: 'Cape Town' },
    });
    expect(jane).toMatchObject({ msisdn: '+27761234567', dob: '1980-01-02T00:00:00.000Z', groups: [] });
    await must('PUT', `${at}/contacts/joe`, { name: 'Joe\ud800' });
    expect((await must('GET', `${at}/contacts`)).items).toHaveLength(2);
    const query = encodeURIComponent('name:jane AND extras-city:"cape town"');
    expect((await must('GET', `${at}/contacts?q=${query}`)).items).toEqual([jane]);
    const replaced = await must('PUT', `${at}/contacts/${jane.key}`, { name: 'Jane Doe' });
    expect(replaced).toEqual({ ...jane, name: 'Jane Doe', msisdn: null, dob: null, extra: {} });
    await must('DELETE', `${at}/contacts/${jane.key}`);
    expect((await call('GET', `${at}/contacts/${jane.key}`)).body).toMatchObject({ code: 'not_found' });
    expect((await call('DELETE', `${at}/contacts/${jane.key}`)).status).toBe(404);
    expect((await must('GET', '/accounts/other/contacts')).items).toEqual([]);
    expect((await call('GET', '/accounts/other/contacts/joe')).status).toBe(404);
  });

  it.each([
    ['POST', '/contacts', { nmae: 'x' }, 'nmae'],
    ['POST', '/contacts', { dob: 'soon' }, 'dob'],
    ['POST', '/contacts', { extra: { a: 1 } }, 'extra.a'],
    ['GET', '/contacts?q=a:%5Bb', undefined, 'query'],
    ['POST', '/groups', { name: '' }, 'name'],
    ['POST', '/groups', { name: 'x', query: 'a AND' }, 'query'],
    ['GET', '/metrics/s/m/median', undefined, 'aggregator'],
    ['GET', '/metrics/s/m/sum?from=soon', undefined, 'from'],
  ])('%s %s of %j says what is wrong with %s', async (method, path, body, field) => {
    expect(await call(method, at + path, body)).toMatchObject({ status: 400, body: { field } });
  });

  it('groups are added, renamed and deleted', async () => {
    const group = await must('POST', `${at}/groups`, { name: 'Volunteers' });
    await must('PUT', `${at}/contacts/ann`, { name: 'Ann', groups: [group.key] });
    expect((await must('GET', `${at}/contacts?q=groups:${group.key}`)).items).toHaveLength(1);
    const smart = { name: 'All', query: 'name:*' };
    expect(await must('PUT', `${at}/groups/${group.key}`, smart)).toEqual({ ...group, ...smart });
    expect((await must('GET', `${at}/groups`)).items).toEqual([{ ...group, ...smart }]);
    await must('DELETE', `${at}/groups/${group.key}`);
    expect((await call('GET', `${at}/groups/${group.key}`)).status).toBe(404);
    expect(await must('GET', `${at}/contacts/ann`)).toMatchObject({ groups: [] });
  });

  it('people have addresses on several networks, and are one when they turn out to be', async () => {
    const people = `${at}/identities`;
    const sms = { type: 'sms', address: '0027 71 123 4567' };
    const ann = await must('POST', people, {
      name: 'Ann',
      addresses: [sms, { type: 'irc', address: 'Ann' }],
    });
    expect(ann.addresses).toEqual([
      { type: 'irc_nickname', address: 'ann' },
      { type: 'msisdn', address: '+27711234567' },
    ]);
    expect(await must('GET', `${at}/contacts/${ann.id}`)).toMatchObject({
      name: 'Ann',
      msisdn: '+27711234567',
    });
    const find = async (query: string) => (await must('GET', `${people}?${query}`)).items;
    expect(await find('type=ussd&address=27711234567')).toEqual([ann]);
    expect(await find('address=27711234568')).toEqual([]);
    const bob = await must('POST', people, { addresses: [{ type: 'xmpp', address: 'bob@example.org/x' }] });
    const taken = await call('PUT', `${people}/${bob.id}/addresses`, sms);
    expect(taken).toMatchObject({ status: 409, body: { id: ann.id } });
    expect((await call('POST', people, { addresses: [sms] })).status).toBe(409);
    const both = await must('PUT', `${people}/${bob.id}/addresses`, { ...sms, merge: true });
    expect(both).toMatchObject({ id: bob.id, merged_ids: [ann.id] });
    expect(both.addresses).toHaveLength(3);
    expect(await must('GET', `${people}/${ann.id}`)).toEqual(both);
    const left = await must('DELETE', `${people}/${bob.id}/addresses?type=irc&address=ANN`);
    expect(left.addresses).toHaveLength(2);
    const eve = await must('POST', people, { addresses: [{ type: 'irc', address: 'ann' }] });
    expect(await must('POST', `${people}/${bob.id}/merge`, { other: eve.id })).toMatchObject({
      merged_ids: expect.arrayContaining([ann.id, eve.id]) as string[],
    });
    expect((await call('POST', `${people}/${bob.id}/merge`, { other: 'nobody' })).status).toBe(404);
    const noNumber = await call('POST', people, { addresses: [{ type: 'sms', address: 'my mother' }] });
    expect(noNumber).toMatchObject({ status: 400, body: { field: 'addresses.0.address' } });
  });

  it('addresses opt out and in', async () => {
    const optout = await must('PUT', `${at}/optouts/msisdn/2776`, { message_id: 'm1' });
    expect(optout).toMatchObject({ address_type: 'msisdn', address_value: '+2776', message_id: 'm1' });
    expect((await must('GET', `${at}/optouts`)).items).toEqual([optout]);
    await must('DELETE', `${at}/optouts/msisdn/+2776`);
    expect((await must('GET', `${at}/optouts`)).items).toEqual([]);
    expect((await call('DELETE', `${at}/optouts/msisdn/+2776`)).status).toBe(404);
  });

  it('tags of a pool are declared, taken, listed and released', async () => {
    const pool = `${at}/tagpools/${encodeURIComponent('короткие номера')}`;
    const declared = await must('PUT', pool, { tags: ['8002', '8001'], metadata: { country: 'za' } });
    expect(declared).toMatchObject({
      name: 'короткие номера',
      free: 2,
      in_use: 0,
      metadata: { country: 'za' },
    });
    const first = await must('POST', `${pool}/acquire`, { owner: 'ann', reason: { why: 'test' } });
    expect(first).toMatchObject({ tag: '8001', owner: 'ann', reason: { why: 'test' } });
    expect((await must('GET', `${pool}/tags?state=in_use`)).items).toEqual([first]);
    expect((await must('GET', `${at}/tags?owner=ann`)).items).toEqual([first]);
    await must('POST', `${pool}/acquire`, { tag: '8002' });
    for (const body of [{}, { tag: '8001' }])
      expect(await call('POST', `${pool}/acquire`, body)).toMatchObject({
        status: 409,
        body: { code: 'tag.not_free' },
      });
    expect((await call('DELETE', pool)).status).toBe(409);
    for (const tag of ['8001', '8002', '8002']) await must('POST', `${pool}/release`, { tag });
    expect((await must('GET', `${pool}/tags`)).items.map(({ tag }: { tag: string }) => tag)).toEqual([
      '8001',
      '8002',
    ]);
    expect((await must('GET', '/tagpools')).items).toEqual([]);
    await must('DELETE', pool);
    expect((await call('GET', pool)).status).toBe(404);
  });

  it("Vumi's JSON-RPC calls do the same, on the platform's pools", async () => {
    let id = 0;
    const rpc = async (method: string, ...params: unknown[]): Promise<unknown> => {
      const answer = await must('POST', '/tagpools', { jsonrpc: '2.0', method, params, id: (id += 1) });
      expect(answer).toMatchObject({ jsonrpc: '2.0', id });
      return answer.error ?? answer.result;
    };
    expect(await rpc('list_pools')).toEqual([]);
    expect(
      await rpc('declare_tags', [
        ['пул', 'б'],
        ['пул', 'а'],
        ['second', 'x'],
      ]),
    ).toBeNull();
    expect(await rpc('list_pools')).toEqual(['second', 'пул']);
    expect(await rpc('acquire_tag', 'пул', 'me', { why: 1 })).toEqual(['пул', 'а']);
    expect(await rpc('acquire_specific_tag', ['пул', 'а'])).toBeNull();
    expect(await rpc('acquire_specific_tag', ['пул', 'б'])).toEqual(['пул', 'б']);
    expect(await rpc('acquire_tag', 'пул')).toBeNull();
    expect(await rpc('acquired_by', ['пул', 'а'])).toEqual([
      'me',
      { why: 1, owner: 'me', timestamp: expect.any(Number) as number },
    ]);
    expect(await rpc('owned_tags', 'me')).toEqual([['пул', 'а']]);
    expect(await rpc('owned_tags', null)).toEqual([['пул', 'б']]);
    expect(await rpc('inuse_tags', 'пул')).toEqual([
      ['пул', 'а'],
      ['пул', 'б'],
    ]);
    expect(await rpc('release_tag', ['пул', 'а'])).toBeNull();
    expect(await rpc('free_tags', 'пул')).toEqual([['пул', 'а']]);
    expect(await rpc('set_metadata', 'second', { a: 1 })).toBeNull();
    expect(await rpc('get_metadata', 'second')).toEqual({ a: 1 });
    expect(await rpc('purge_pool', 'пул')).toMatchObject({ code: -32_000 });
    expect(await rpc('purge_pool', 'second')).toBeNull();
    expect(await rpc('free_tags', 'second')).toEqual([]);
    expect(await rpc('release_tag', ['nowhere', 'x'])).toBeNull();
    expect(await rpc('acquire_tag')).toMatchObject({ code: -32_602 });
    expect(await rpc('acquire_tag', 'пул', 'me', {}, 'more')).toMatchObject({ code: -32_602 });
    expect(await rpc('drop_tables')).toMatchObject({ code: -32_601 });
    const named = { method: 'acquired_by', params: { tag: ['пул', 'б'] }, id: 'old' };
    expect(await must('POST', '/tagpools', named)).toMatchObject({
      id: 'old',
      error: null,
      result: [null, {}],
    });
    expect((await call('POST', `${at}/tagpools`, { method: 'list_pools', id: 1 })).body).toMatchObject({
      result: [],
    });
  });

  it('metrics and schedules of apps that did nothing are empty lists', async () => {
    expect(await must('GET', `${at}/metrics`)).toEqual({ items: [], next_cursor: null });
    expect(await must('GET', `${at}/metrics/s/m/sum?from=2026-01-01&to=2026-01-02&step=60`)).toEqual({
      items: [],
    });
    expect(await must('GET', `${at}/schedules?app=hello`)).toEqual({ items: [], next_cursor: null });
    expect((await call('DELETE', `${at}/apps/hello/schedules/x`)).status).toBe(404);
  });

  it('a token that may only read changes nothing', async () => {
    const { token } = await must('POST', `${at}/tokens`, { label: 'read', scopes: ['account:read'] });
    const headers = { authorization: `Bearer ${token}` };
    expect((await call('GET', `${at}/contacts`, undefined, headers)).status).toBe(200);
    expect((await call('POST', `${at}/contacts`, {}, headers)).status).toBe(403);
    expect((await call('GET', `${at}/tagpools`, undefined, headers)).status).toBe(200);
    expect((await call('POST', `${at}/tagpools`, { method: 'list_pools', id: 1 }, headers)).status).toBe(403);
    expect((await call('GET', '/tagpools', undefined, headers)).status).toBe(403);
    expect((await call('GET', '/accounts/other/contacts', undefined, headers)).status).toBe(404);
  });

  it('a client that is generated from the description compiles in strict mode, and works', async () => {
    const document = await must('GET', '/openapi.json');
    await using client = await generateClient(document);
    expect(await client.compile(PROGRAM)).toBe('');
    expect(await client.compile(`${PROGRAM}; api.sendMessage('a', { to_addr: 1 });`)).toContain('error');
    const api = await import(client.url);
    api.defaults.baseUrl = world.client.url;
    api.defaults.headers = { authorization: `Bearer ${world.client.token}` };
    const { status, data } = await api.listContacts('other');
    expect([status, data]).toEqual([200, { items: [], next_cursor: null }]);
    const message = { to_addr: '+27761234567', content: 'hi' };
    const refused = await api.sendMessage('other', message, { idempotencyKey: 'one' });
    expect(refused).toMatchObject({ status: 409, data: { code: 'route.none' } });
  }, 60_000);
});

/** What a program may do with the client, and what it knows of the answers. */
const PROGRAM = `
import * as api from './client.ts';
const { data } = await api.sendMessage('a', { to_addr: '+2776', content: 'hi' }, { idempotencyKey: 'k' });
if ('code' in data) {
  const code: string = data.code;
  console.log(code);
} else {
  const status: 'received' | 'unrouted' | 'discarded' | 'failed' | 'queued' | 'ack' | 'pending' | 'uncertain'
    | 'nack' | 'delivered' | 'undelivered' | 'expired' | 'cancelled' = data.status;
  const reason: string | null = data.reason;
  console.log(status, reason, data.events[0]?.event_type === 'nack');
}
const page = await api.createFrontendToken();
const token: string = 'token' in page.data ? page.data.token : '';
const csv = await api.exportMessagesCsv('a', {});
console.log(token, typeof csv.data === 'string' ? csv.data.length : csv.data.detail);
`;
