import { isCommand } from '../classic/commands.ts';
import type { GuestCall } from '../effects.ts';
import { isResource } from '../resources/registry.ts';

/** What a name that the platform does not know is counted as: a guest may invent as many as it likes. */
const UNKNOWN = 'unknown';

/** As what a call is metered; null for one that only the platform's own half of the guest knows. */
export function callKind(call: GuestCall): string | null {
  if (call.call === 'ids') return null;
  if (call.call === 'resource') return isResource(call.name) ? call.name : UNKNOWN;
  if (call.call !== 'command') return call.call;
  const { cmd } = call.command;
  return typeof cmd === 'string' && isCommand(cmd) ? cmd : UNKNOWN;
}
