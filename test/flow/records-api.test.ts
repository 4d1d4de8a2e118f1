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

  it('addresses opt out and in', async () => {
    const optout = await must('PUT', `${at}/optouts/msisdn/2776`, { message_id: 'm1' });
    expect(optout).toMatchObject({ address_type: 'msisdn', address_value: '+2776', message_id: 'm1' });
    expect((await must('GET', `${at}/optouts`)).items).toEqual([optout]);
    await must('DELETE', `${at}/optouts/msisdn/+2776`);
    expect((await must('GET', `${at}/optouts`)).items).toEqual([]);
    expect((await call('DELETE', `${at}/optouts/msisdn/+2776`)).status).toBe(404);
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
