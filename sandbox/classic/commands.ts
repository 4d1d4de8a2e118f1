import { errorText, VumiError } from '@vumi/core';
import type { CommandAnswer } from '../guest/host.ts';
import type { TurnScope } from '../resources/turn-scope.ts';
import { httpWith, type HttpPorts } from './http.ts';
import { kvDelete, kvGet, kvIncr, kvSet, type KvPorts } from './kv.ts';
import { fireMetric } from './metrics.ts';
import { replyWith, sendTo, sendToEndpoint, sendToTag } from './outbound.ts';
import { refuse, type Command, type Reply } from './replies.ts';

export interface CommandPorts extends KvPorts, HttpPorts {}

type Handler = (ports: CommandPorts, turn: TurnScope, command: Command) => Reply | Promise<Reply>;

/** A command that needs only its run. */
function ofTurn(handle: (turn: TurnScope, command: Command) => Reply | Promise<Reply>): Handler {
  return (_ports, turn, command) => handle(turn, command);
}

/**
 * The commands of the classic API, `resource.action` (spec sandbox-api §2). `config.get` and `log.*` are answered in the
 * guest, which has what they need.
 */
const COMMANDS: Readonly<Record<string, Handler>> = {
  'http.delete': httpWith('DELETE'),
  'http.get': httpWith('GET'),
  'http.head': httpWith('HEAD'),
  'http.patch': httpWith('PATCH'),
  'http.post': httpWith('POST'),
  'http.put': httpWith('PUT'),
  'kv.delete': kvDelete,
  'kv.get': kvGet,
  'kv.incr': kvIncr,
  'kv.set': kvSet,
  'metrics.fire': ofTurn(fireMetric),
  'outbound.reply_to': ofTurn(replyWith('reply')),
  'outbound.reply_to_group': ofTurn(replyWith('group')),
  'outbound.send_to': ofTurn(sendTo),
  'outbound.send_to_endpoint': ofTurn(sendToEndpoint),
  'outbound.send_to_tag': ofTurn(sendToTag),
};

/** Answers a command. One that does not exist ends the run, as in the original; one that fails says why. */
export async function answerCommand(
  ports: CommandPorts,
  turn: TurnScope,
  command: Command,
): Promise<CommandAnswer> {
  const name = typeof command['cmd'] === 'string' ? command['cmd'] : 'unknown';
  const handle = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined;
  if (handle === undefined) return { kill: `there is no command "${name.slice(0, 100)}": the run was ended` };
  try {
    return { reply: await handle(ports, turn, command) };
  } catch (error) {
    if (error instanceof VumiError && error.outage) throw error;
    return { reply: refuse(error instanceof VumiError ? errorText(error) : 'the command failed') };
  }
}
