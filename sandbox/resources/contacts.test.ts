import type { Contact } from '@vumi/records';
import { describe, expect, test } from 'vitest';
import { Runs } from './turn.fixture.ts';

interface Reply {
  readonly contact: Contact;
  readonly created: boolean;
  readonly keys: string[];
}

const JANE = { delivery_class: 'sms', addr: '27761234567' };

describe('a contact', () => {
  test('is found, in the run that makes it and in later ones, by address and by key', async () => {
    const runs = new Runs();
    const { contact, created } = await runs.call<Reply>('contacts.get_or_create', JANE);
    expect(created).toBe(true);
    expect(contact).toMatchObject({ msisdn: '+27761234567', account: 'clinic', name: null, groups: [] });
    for (const _ of ['same run', 'next run']) {
      expect(await runs.call('contacts.get', JANE)).toEqual({ contact });
      expect(await runs.call('contacts.get_or_create', JANE)).toEqual({ contact, created: false });
      expect(await runs.call('contacts.get_by_key', { key: contact.key })).toEqual({ contact });
      runs.commit();
    }
  });

  test('that two messages make at the same time is one', async () => {
    const runs = new Runs();
    const first = await runs.call<Reply>('contacts.get_or_create', JANE);
    const { effects } = runs.turn;
    runs.begin();
    const second = await runs.call<Reply>('contacts.get_or_create', JANE);
    expect(second.contact.key).toBe(first.contact.key);
    runs.commit();
    runs.records.apply({ marker: 'm', account: 'clinic', app: 'hello', effects: effects.store });
    expect(runs.records.contacts.size).toBe(1);
  });

  test('that calls of one run make at the same time is one', async () => {
    const runs = new Runs();
    const replies = await Promise.all([1, 2, 3].map(() => runs.call<Reply>('contacts.get_or_create', JANE)));
    expect(new Set(replies.map(({ contact }) => contact.key)).size).toBe(1);
    expect(replies.filter(({ created }) => created)).toHaveLength(1);
  });

  test('gets another key when somebody who had its address has moved', async () => {
    const runs = new Runs();
    const { contact } = await runs.call<Reply>('contacts.get_or_create', JANE);
    await runs.call('contacts.update', { key: contact.key, fields: { msisdn: '+2700' } });
    const other = await runs.call<Reply>('contacts.get_or_create', JANE);
    expect(other.created).toBe(true);
    expect(other.contact.key).not.toBe(contact.key);
  });

  test('has the same key when its message is handled again', async () => {
    const runs = new Runs();
    const make = async () =>
      (await runs.call<Reply>('contacts.new', { contact: { name: 'Jane' } })).contact.key;
    const first = [await make(), await make()];
    runs.again();
    expect([await make(), await make()]).toEqual(first);
    expect(new Set(first).size).toBe(2);
  });

  test.each([
    ['ussd', '+2776', 'msisdn', '+2776'],
    ['voice', '2776', 'msisdn', '+2776'],
    ['twitter', '@jane', 'twitter_handle', '@jane'],
    ['gtalk', 'jane@example.org/phone', 'gtalk_id', 'jane@example.org'],
    ['mxit', 'm1', 'mxit_id', 'm1'],
    ['wechat', 'w1', 'wechat_id', 'w1'],
  ])('of %s with the address %s has it as %s %s', async (delivery_class, addr, field, value) => {
    const runs = new Runs();
    const { contact } = await runs.call<Reply>('contacts.get_or_create', { delivery_class, addr });
    expect(contact).toMatchObject({ [field]: value });
  });

  test.each([
    [{ transport_type: 'xmpp' }, 'gtalk_id'],
    [{ transport_type: null }, 'msisdn'],
    [{ helper_metadata: { delivery_class: 'wechat' } }, 'wechat_id'],
  ])('is looked for by the network of the message in hand: %j', async (fields, field) => {
    const runs = new Runs();
    runs.begin(fields);
    const { contact } = await runs.call<Reply>('contacts.get_or_create', { addr: '27' });
    expect(contact[field as 'msisdn']).not.toBeNull();
  });
});

describe('changes of a contact', () => {
  async function made(runs: Runs): Promise<string> {
    const contact = {
      msisdn: '2776',
      name: 'Jane',
      groups: ['g1'],
      extra: { a: '1' },
      subscription: { s: '1' },
    };
    const reply = await runs.call<Reply>('contacts.new', { contact });
    runs.commit();
    return reply.contact.key;
  }

  test('an update sets fields, adds groups and replaces extras', async () => {
    const runs = new Runs();
    const key = await made(runs);
    const fields = { surname: 'Doe', groups: ['g2'], extra: { b: '2' }, dob: '1980-01-02' };
    const { contact } = await runs.call<Reply>('contacts.update', { key, fields });
    expect(contact).toMatchObject({
      name: 'Jane',
      surname: 'Doe',
      groups: ['g1', 'g2'],
      extra: { b: '2' },
      dob: '1980-01-02T00:00:00.000Z',
    });
    expect(await runs.call('contacts.get_by_key', { key })).toEqual({ contact });
  });

  test('extras and subscriptions are added, also by calls that do not wait for each other', async () => {
    const runs = new Runs();
    const key = await made(runs);
    await Promise.all([
      runs.call('contacts.update_extras', { key, fields: { b: '2' } }),
      runs.call('contacts.update_extras', { key, fields: { c: '3' } }),
      runs.call('contacts.update_subscriptions', { key, fields: { t: '2' } }),
    ]);
    runs.commit();
    expect(await runs.records.contact('clinic', key)).toMatchObject({
      extra: { a: '1', b: '2', c: '3' },
      subscription: { s: '1', t: '2' },
    });
  });

  test('a save replaces everything, and takes a contact as it was read, also in the flat form', async () => {
    const runs = new Runs();
    const key = await made(runs);
    const { contact } = await runs.call<Reply>('contacts.get_by_key', { key });
    expect(await runs.call('contacts.save', { contact })).toEqual({ contact });
    const flat = { $VERSION: 2, user_account: 'x', key, name: 'J', 'extras-a': '9', 'subscription-n': 'y' };
    expect(await runs.call('contacts.save', { contact: flat })).toMatchObject({
      contact: {
        key,
        account: 'clinic',
        msisdn: null,
        name: 'J',
        groups: [],
        extra: { a: '9' },
        subscription: { n: 'y' },
      },
    });
  });

  test('a deleted contact is gone at once', async () => {
    const runs = new Runs();
    const key = await made(runs);
    expect(await runs.call('contacts.delete', { key })).toBeNull();
    await expect(runs.call('contacts.get_by_key', { key })).rejects.toThrow(
      `Contact with key '${key}' not found.`,
    );
    await expect(runs.call('contacts.get', { delivery_class: 'sms', addr: '2776' })).rejects.toThrow(
      'Contact not found',
    );
    expect(await runs.call('contacts.search', { query: 'name:jane' })).toEqual({ keys: [] });
    runs.commit();
    expect(await runs.records.contact('clinic', key)).toBeNull();
  });

  test('a search sees what the run has changed, and each contact once', async () => {
    const runs = new Runs();
    const key = await made(runs);
    await runs.call('contacts.update', { key, fields: { name: 'Joan' } });
    const { contact } = await runs.call<Reply>('contacts.new', { contact: { name: 'Jane' } });
    expect(await runs.call('contacts.search', { query: 'name:jane' })).toEqual({ keys: [contact.key] });
    expect(await runs.call('contacts.search', { query: 'name:j*' })).toEqual({
      keys: [key, contact.key].sort(),
    });
    expect((await runs.call<Reply>('contacts.search', { query: '*:*', max_keys: 1 })).keys).toHaveLength(1);
    expect(await runs.call('contacts.search', { query: '*:*', max_keys: 0 })).toEqual({ keys: [] });
  });

  test.each([
    ['contacts.get', JANE, 'Contact not found'],
    ['contacts.get', { ...JANE, delivery_class: 'fax' }, "Unsupported transport_type 'fax'"],
    ['contacts.get', { ...JANE, delivery_class: 'constructor' }, "Unsupported transport_type 'constructor'"],
    ['contacts.get', { addr: '' }, 'addr: an address is missing'],
    ['contacts.get', { addr: 7 }, /^addr: /],
    ['contacts.get_by_key', {}, /^key: /],
    ['contacts.update', { key: 'x', fields: {} }, "Contact with key 'x' not found."],
    ['contacts.update', { key: 'x', fields: { nmae: 'x' } }, /nmae/],
    ['contacts.update', { key: 'x', fields: { dob: 'soon' } }, 'fields.dob: use a date such as 1980-12-31'],
    ['contacts.update_extras', { key: 'x', fields: { a: 1 } }, /^fields.a: /],
    ['contacts.save', { contact: { name: 'x' } }, /^contact.key: /],
    ['contacts.save', { contact: { key: 'x', groups: 'g' } }, /^contact.groups: /],
    ['contacts.delete', { key: 'x' }, "Contact with key 'x' not found."],
    ['contacts.search', { query: 'a:[' }, /^the query cannot be read/],
    ['contacts.search', { query: 'a', max_keys: -1 }, "max_keys: Value for parameter 'max_keys' is invalid"],
  ])('%s of %j is refused and changes nothing', async (name, args, reason) => {
    const runs = new Runs();
    await expect(runs.call(name, args)).rejects.toThrow(reason);
    expect(runs.turn.effects.store).toEqual([]);
  });

  test('no database would refuse what is kept', async () => {
    const runs = new Runs();
    const contact = { name: 'a\u0000b\ud800', extra: { '\u0000': '\udfff' } };
    const reply = await runs.call<Reply>('contacts.new', { contact });
    expect(reply.contact).toMatchObject({ name: 'a\uFFFDb\uFFFD', extra: { '\uFFFD': '\uFFFD' } });
  });

  test('one message can write so much and no more', async () => {
    const runs = new Runs();
    const extra = Object.fromEntries(
      Array.from({ length: 15 }, (_, index) => [`x${index}`, 'y'.repeat(4096)]),
    );
    for (let made = 0; made < 4; made++) await runs.call('contacts.new', { contact: { extra } });
    await expect(runs.call('contacts.new', { contact: { extra } })).rejects.toThrow(
      'limit: a message may write',
    );
  });

  test('a contact does not grow without end', async () => {
    const runs = new Runs();
    const { contact } = await runs.call<Reply>('contacts.new', { contact: {} });
    const grow = (part: number): Promise<Reply> => {
      const fields = Object.fromEntries(
        Array.from({ length: 8 }, (_, index) => [`x${part}-${index}`, 'y'.repeat(4000)]),
      );
      return runs.call('contacts.update_extras', { key: contact.key, fields });
    };
    await grow(1);
    await grow(2);
    await expect(grow(3)).rejects.toThrow('a contact may have 65536 characters in all');
  });
});
