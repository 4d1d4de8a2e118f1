import { callResource } from '../resources/registry.ts';
import type { TurnScope } from '../resources/turn-scope.ts';
import { inVumiTime } from './contacts.ts';
import { inPython, refuse, succeed, type Command, type Reply } from './replies.ts';

interface Status extends Readonly<Record<string, unknown>> {
  readonly created_at?: string;
}

function fault(command: Command, field: string): string | null {
  const value = command[field];
  if (value === undefined) return `Missing key: ${field}`;
  if (typeof value === 'string' && value !== '') return null;
  return `Invalid value "${typeof value === 'string' ? '' : inPython(value)}" for "${field}"`;
}

/** A command on opt-outs, all of whose arguments are needed. Whether the account may is its own setting (resources/optouts.ts). */
export function optoutCommand(name: string, fields: readonly string[]) {
  return async (turn: TurnScope, command: Command): Promise<Reply> => {
    for (const field of fields) {
      const reason = fault(command, field);
      if (reason !== null) return refuse(reason);
    }
    const args = Object.fromEntries(fields.map((field) => [field, command[field]]));
    const { created_at: at, ...status } = (await callResource(name, args, turn)) as Status;
    return succeed(at === undefined ? status : { ...status, created_at: inVumiTime(at) });
  };
}
