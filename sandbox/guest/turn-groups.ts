import type { Group, GroupFields, Groups } from '@vumi/sdk';
import { freeze, text } from './primordials.ts';
import { askFor, askForOrNull } from './turn-resource.ts';
import type { Turn } from './turn.ts';

const MEMBER = 'group';

function missing(reason: string): boolean {
  return reason === 'Group not found';
}

/** `app.groups`. */
export class TurnGroups implements Groups {
  readonly #turn: Turn;

  constructor(turn: Turn) {
    this.#turn = turn;
    freeze(this);
  }

  get(key: string): Promise<Group | null> {
    return askForOrNull(this.#turn, 'groups.get', { args: { key: text(key) }, member: MEMBER, missing });
  }

  getByName(name: string): Promise<Group | null> {
    const args = { name: text(name) };
    return askForOrNull(this.#turn, 'groups.get_by_name', { args, member: MEMBER, missing });
  }

  getOrCreateByName(name: string): Promise<Group> {
    return askFor(this.#turn, 'groups.get_or_create_by_name', { args: { name: text(name) }, member: MEMBER });
  }

  update(key: string, fields: GroupFields): Promise<Group> {
    const args = { key: text(key), name: fields.name, query: fields.query };
    return askFor(this.#turn, 'groups.update', { args, member: MEMBER });
  }

  search(query: string): Promise<Group[]> {
    return askFor(this.#turn, 'groups.search', { args: { query: text(query) }, member: 'groups' });
  }

  list(): Promise<Group[]> {
    return askFor(this.#turn, 'groups.list', { args: {}, member: 'groups' });
  }

  countMembers(key: string): Promise<number> {
    return askFor(this.#turn, 'groups.count_members', { args: { key: text(key) }, member: 'count' });
  }
}
freeze(TurnGroups.prototype);
