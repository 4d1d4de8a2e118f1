import { expect, test } from 'vitest';
import type { Client } from '../client.ts';
import { CliError, EXIT } from '../exit.ts';
import { contactTarget } from './contacts.ts';

/** Contacts in a map, as the API keeps them, each call a moment late. */
function memoryClient(): { client: Client; contacts: Map<string, Record<string, unknown>> } {
  const contacts = new Map<string, Record<string, unknown>>();
  const call = async (method: string, path: string, { body }: { body?: unknown } = {}): Promise<unknown> => {
    await Promise.resolve();
    const key = decodeURIComponent(path.split('/').at(-1) ?? '');
    const before = contacts.get(key);
    if (method === 'GET' && before === undefined)
      throw new CliError(EXIT.refused, 'there is none', { code: 'not_found' });
    if (method === 'PUT') contacts.set(key, { key, created_at: 'then', ...(body as object) });
    return contacts.get(key);
  };
  const list = async (_path: string, { query }: { query?: { q?: string } } = {}): Promise<unknown[]> => {
    const value = /"(.*)"/.exec(query?.q ?? '')?.[1];
    return [...contacts.values()].filter(({ msisdn }) => msisdn === value);
  };
  return { client: { url: '', call, list } as unknown as Client, contacts };
}

const row = (line: number, fields: Record<string, unknown>) => ({ line, fields });

test('what several lines say of one person is put together, and nobody is there twice', async () => {
  const { client, contacts } = memoryClient();
  const target = contactTarget({ client, account: 'a', groups: new Map([['mothers', 'g1']]), into: ['g2'] });
  const rows = [
    row(2, { msisdn: '+27761234567', name: 'Jane', city: 'Durban', groups: 'mothers' }),
    row(3, { msisdn: '+27761234567', 'extras-age': '30' }),
    row(4, { key: 'k', email_address: 'x@example.org', 'subscription-news': 'on' }),
  ];
  expect(await target.put(rows, false)).toEqual(['made', 'changed', 'made']);
  expect(contacts.size).toBe(2);
  expect([...contacts.values()].find(({ msisdn }) => msisdn !== undefined)).toMatchObject({
    name: 'Jane',
    groups: ['g1', 'g2'],
    extra: { city: 'Durban', age: '30' },
  });
  expect(contacts.get('k')).toMatchObject({ email_address: 'x@example.org', subscription: { news: 'on' } });
  expect(await target.put(rows, false)).toEqual(['same', 'same', 'same']);
});

test('what is known and not said stays, and a dry run changes nothing', async () => {
  const { client, contacts } = memoryClient();
  const target = contactTarget({ client, account: 'a', groups: new Map(), into: [] });
  await target.put([row(1, { key: 'k', name: 'Jane', surname: 'Doe' })], false);
  const other = [row(1, { key: 'k', name: 'Joan', surname: '' }), row(2, { key: 'new', name: 'Joe' })];
  expect(await target.put(other, true)).toEqual(['changed', 'made']);
  expect([...contacts.keys()]).toEqual(['k']);
  expect(await target.put(other, false)).toEqual(['changed', 'made']);
  expect(contacts.get('k')).toMatchObject({ name: 'Joan', surname: 'Doe' });
});

test('a group that is not there is told', async () => {
  const { client } = memoryClient();
  const target = contactTarget({ client, account: 'a', groups: new Map(), into: [] });
  const [outcome] = await target.put([row(1, { key: 'k', groups: ['nobody'] })], false);
  expect(outcome).toMatchObject({ message: 'there is no group "nobody": import the groups first' });
});
