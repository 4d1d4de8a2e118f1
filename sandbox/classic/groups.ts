import type { ContactGroup } from '@vumi/records';
import { callResource } from '../resources/registry.ts';
import type { TurnScope } from '../resources/turn-scope.ts';
import { inVumiTime } from './contacts.ts';
import { refuse, succeed, type Command, type Reply } from './replies.ts';

/** Of the last form in which Vumi Go kept groups. */
const VERSION = 1;

interface Answer extends Readonly<Record<string, unknown>> {
  readonly group?: ContactGroup;
  readonly groups?: readonly ContactGroup[];
}

function inClassicForm({ account, created_at, ...rest }: ContactGroup): Readonly<Record<string, unknown>> {
  return { $VERSION: VERSION, ...rest, user_account: account, created_at: inVumiTime(created_at) };
}

/** A command on groups whose arguments are `fields`; of those that are needed the original named the first missing. */
export function groupCommand(name: string, fields: { required: string[]; optional?: string[] }) {
  const { required, optional = [] } = fields;
  return async (turn: TurnScope, command: Command): Promise<Reply> => {
    const missing = required.find((field) => command[field] === undefined);
    if (missing !== undefined) return refuse(`'${missing}'`);
    const given = [...required, ...optional].filter((field) => command[field] !== undefined);
    const args = Object.fromEntries(given.map((field) => [field, command[field]]));
    const { group, groups, ...rest } = (await callResource(name, args, turn)) as Answer;
    return succeed({
      ...rest,
      ...(group === undefined ? {} : { group: inClassicForm(group) }),
      ...(groups === undefined ? {} : { groups: groups.map(inClassicForm) }),
    });
  };
}
