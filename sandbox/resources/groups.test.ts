import type { ContactGroup } from '@vumi/records';
import { expect, test } from 'vitest';
import { Runs } from './turn.fixture.ts';

interface Reply {
  readonly group: ContactGroup;
  readonly groups: ContactGroup[];
  readonly created: boolean;
}

test('a group is made once for its name and found by name and key', async () => {
  const runs = new Runs();
  const { group, created } = await runs.call<Reply>('groups.get_or_create_by_name', { name: 'Friends' });
  expect(created).toBe(true);
  expect(group).toMatchObject({ name: 'Friends', query: null, account: 'clinic' });
  for (const _ of ['same run', 'next run']) {
    expect(await runs.call('groups.get_or_create_by_name', { name: 'Friends' })).toEqual({
      group,
      created: false,
    });
    expect(await runs.call('groups.get_by_name', { name: 'Friends' })).toEqual({ group });
    expect(await runs.call('groups.get', { key: group.key })).toEqual({ group });
    expect(await runs.call('groups.list')).toEqual({ groups: [group] });
    runs.commit();
  }
});

test('two groups of one name are found by their keys only', async () => {
  const runs = new Runs();
  const a = await runs.call<Reply>('groups.get_or_create_by_name', { name: 'a' });
  const b = await runs.call<Reply>('groups.get_or_create_by_name', { name: 'b' });
  await runs.call('groups.update', { key: b.group.key, name: 'a' });
  for (const name of ['groups.get_by_name', 'groups.get_or_create_by_name'])
    await expect(runs.call(name, { name: 'a' })).rejects.toThrow('Multiple groups found');
  expect((await runs.call<Reply>('groups.get', { key: a.group.key })).group.name).toBe('a');
  expect((await runs.call<Reply>('groups.get_or_create_by_name', { name: 'b' })).created).toBe(true);
});

test('members are who was put into a group; of a smart group, who matches', async () => {
  const runs = new Runs();
  const { group } = await runs.call<Reply>('groups.get_or_create_by_name', { name: 'g' });
  await runs.call('contacts.new', { contact: { name: 'Jane', groups: [group.key] } });
  runs.commit();
  await runs.call('contacts.new', { contact: { name: 'Joan', groups: [group.key] } });
  await runs.call('contacts.new', { contact: { name: 'Jo' } });
  const args = { key: group.key };
  expect(await runs.call('groups.count_members', args)).toEqual({ group, count: 2 });
  const smart = { ...group, query: 'name:j*' };
  expect(await runs.call('groups.update', { ...args, name: 'g', query: 'name:j*' })).toEqual({
    group: smart,
  });
  expect(await runs.call('groups.count_members', args)).toEqual({ group: smart, count: 3 });
});

test('groups are searched by their names', async () => {
  const runs = new Runs();
  for (const name of ['My Friends', 'My Family', 'Others'])
    await runs.call('groups.get_or_create_by_name', { name });
  const { groups } = await runs.call<Reply>('groups.search', { query: 'name:my' });
  expect(groups.map(({ name }) => name)).toEqual(['My Family', 'My Friends']);
});

test.each([
  ['groups.get', { key: 'x' }, 'Group not found'],
  ['groups.get_by_name', { name: 'x' }, 'Group not found'],
  ['groups.count_members', { key: 'x' }, 'Group not found'],
  ['groups.update', { key: 'x', name: 'y' }, 'Group not found'],
  ['groups.update', { key: 'x', name: 'y', query: 'a AND' }, /^the query cannot be read/],
  ['groups.get_or_create_by_name', { name: '' }, 'name: a group needs a name'],
])('%s of %j is refused and changes nothing', async (name, args, reason) => {
  const runs = new Runs();
  await expect(runs.call(name, args)).rejects.toThrow(reason);
  expect(runs.turn.effects.store).toEqual([]);
});
