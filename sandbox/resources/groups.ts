import { deriveId, VumiError } from '@vumi/core';
import {
  matchCost,
  MOST_GROUPS,
  parseContactQuery,
  recordKey,
  recordMatches,
  recordText,
  type ContactGroup,
  type ContactQuery,
  type StoreEffect,
} from '@vumi/records';
import { z } from 'zod';
import { countMatching } from './contacts.ts';
import { defineCall } from './resource-call.ts';
import { leave, type TurnScope } from './turn-scope.ts';

const keyed = z.strictObject({ key: recordKey });
const name = recordText(255).refine((text) => text !== '', 'a group needs a name');
const named = z.strictObject({ name });

/** The account's groups by name, as this run sees them. */
async function groupsOf({ records, origin, effects }: TurnScope): Promise<ContactGroup[]> {
  effects.groups ??= records.groups(origin.ref.account);
  const groups = new Map((await effects.groups).map((group) => [group.key, group]));
  for (const effect of effects.store) changeGroups(groups, effect);
  return [...groups.values()].sort((a, b) => compare(a.name, b.name) || compare(a.key, b.key));
}

function compare(a: string, b: string): number {
  return a < b ? -1 : Number(a > b);
}

function changeGroups(groups: Map<string, ContactGroup>, effect: StoreEffect): void {
  if (effect.kind === 'group.create' && !groups.has(effect.group.key))
    groups.set(effect.group.key, effect.group);
  if (effect.kind === 'group.delete') groups.delete(effect.key);
  if (effect.kind !== 'group.update') return;
  const group = groups.get(effect.key);
  if (group !== undefined) groups.set(effect.key, { ...group, name: effect.name, query: effect.query });
}

async function byKey(turn: TurnScope, key: string): Promise<ContactGroup> {
  const group = (await groupsOf(turn)).find((other) => other.key === key);
  if (group === undefined) throw new VumiError('not_found', 'Group not found');
  return group;
}

/** Null when there is none of the name. */
function onlyOne(groups: readonly ContactGroup[], wanted: string): ContactGroup | null {
  const [group, another] = groups.filter((other) => other.name === wanted);
  if (another !== undefined) throw new VumiError('request.conflict', 'Multiple groups found');
  return group ?? null;
}

function membersOf({ key, query }: ContactGroup): ContactQuery {
  return query === null ? { kind: 'group', key } : parseContactQuery(query);
}

function foldGroup({ key, name: text, query }: ContactGroup): Record<string, string> {
  const folded = { key, name: text.toLowerCase() };
  return query === null ? folded : { ...folded, query: query.toLowerCase() };
}

/** Spec sandbox-api §2, `groups.*`. */
export const GROUP_CALLS = {
  'groups.get': defineCall(keyed, async ({ key }, turn) => ({ group: await byKey(turn, key) })),

  'groups.get_by_name': defineCall(named, async (args, turn) => {
    const group = onlyOne(await groupsOf(turn), args.name);
    if (group === null) throw new VumiError('not_found', 'Group not found');
    return { group };
  }),

  'groups.get_or_create_by_name': defineCall(named, async (args, turn) => {
    const { account } = turn.origin.ref;
    const own = turn.effects.nextId(turn.origin.id);
    const groups = await groupsOf(turn);
    const known = onlyOne(groups, args.name);
    if (known !== null) return { group: known, created: false };
    if (groups.length >= MOST_GROUPS)
      throw new VumiError('app.limit', `limit: an account may have ${MOST_GROUPS} groups`);
    // Two messages that ask for a new group at once make one, as long as its key is not taken.
    const shared = deriveId('group', account, args.name);
    const key = groups.some((group) => group.key === shared) ? own : shared;
    const created_at = new Date(turn.now).toISOString();
    const group = { key, account, name: args.name, query: null, created_at };
    leave(turn, { kind: 'group.create', group });
    return { group, created: true };
  }),

  'groups.update': defineCall(
    keyed.extend({ name, query: recordText().nullable().default(null) }),
    async ({ key, query, name: text }, turn) => {
      if (query !== null) parseContactQuery(query);
      const group = await byKey(turn, key);
      leave(turn, { kind: 'group.update', key, name: text, query });
      return { group: { ...group, name: text, query } };
    },
  ),

  'groups.search': defineCall(z.strictObject({ query: z.string() }), async ({ query: text }, turn) => {
    const query = parseContactQuery(text);
    const groups = (await groupsOf(turn)).filter((group) => {
      const folded = foldGroup(group);
      turn.effects.compare(matchCost(query, folded));
      return recordMatches(query, folded);
    });
    return { groups };
  }),

  'groups.list': defineCall(z.strictObject({}), async (_args, turn) => ({ groups: await groupsOf(turn) })),

  'groups.count_members': defineCall(keyed, async ({ key }, turn) => {
    const group = await byKey(turn, key);
    return { group, count: await countMatching(turn, membersOf(group)) };
  }),
} as const;
