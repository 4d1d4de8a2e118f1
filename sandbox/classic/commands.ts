import { errorText, VumiError } from '@vumi/core';
import type { CommandAnswer } from '../guest/host.ts';
import type { TurnScope } from '../resources/turn-scope.ts';
import {
  contactByAddress,
  contactByKey,
  contactUpdate,
  deleteContact,
  newContact,
  saveContact,
  searchContacts,
} from './contacts.ts';
import { groupCommand } from './groups.ts';
import { httpWith, type HttpPorts } from './http.ts';
import { kvDelete, kvGet, kvIncr, kvSet, type KvPorts } from './kv.ts';
import { messageStoreCommand } from './message-store.ts';
import { fireMetric } from './metrics.ts';
import { optoutCommand } from './optouts.ts';
import { replyWith, sendTo, sendToEndpoint, sendToTag } from './outbound.ts';
import { refuse, type Command, type Reply } from './replies.ts';

export interface CommandPorts extends KvPorts, HttpPorts {}

type Handler = (ports: CommandPorts, turn: TurnScope, command: Command) => Reply | Promise<Reply>;

type TurnHandler = (turn: TurnScope, command: Command) => Reply | Promise<Reply>;

/** A command that needs only its run. */
function ofTurn(handle: TurnHandler): Handler {
  return (_ports, turn, command) => handle(turn, command);
}

/**
 * The commands of the classic API, `resource.action` (spec sandbox-api §2). `config.get` and `log.*` are answered in the
 * guest, which has what they need.
 */
const COMMANDS: Readonly<Record<string, Handler>> = {
  'contacts.delete': ofTurn(deleteContact),
  'contacts.get': ofTurn(contactByAddress('contacts.get')),
  'contacts.get_by_key': ofTurn(contactByKey),
  'contacts.get_or_create': ofTurn(contactByAddress('contacts.get_or_create')),
  'contacts.new': ofTurn(newContact),
  'contacts.save': ofTurn(saveContact),
  'contacts.search': ofTurn(searchContacts),
  'contacts.update': ofTurn(contactUpdate('contacts.update', false)),
  'contacts.update_extras': ofTurn(contactUpdate('contacts.update_extras', true)),
  'contacts.update_subscriptions': ofTurn(contactUpdate('contacts.update_subscriptions', true)),
  'groups.count_members': ofTurn(groupCommand('groups.count_members', { required: ['key'] })),
  'groups.get': ofTurn(groupCommand('groups.get', { required: ['key'] })),
  'groups.get_by_name': ofTurn(groupCommand('groups.get_by_name', { required: ['name'] })),
  'groups.get_or_create_by_name': ofTurn(
    groupCommand('groups.get_or_create_by_name', { required: ['name'] }),
  ),
  'groups.list': ofTurn(groupCommand('groups.list', { required: [] })),
  'groups.search': ofTurn(groupCommand('groups.search', { required: ['query'] })),
  'groups.update': ofTurn(groupCommand('groups.update', { required: ['key', 'name'], optional: ['query'] })),
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
  'messagestore.count_inbound_uniques': ofTurn(
    messageStoreCommand('messagestore.count_inbound_uniques', false),
  ),
  'messagestore.count_outbound_uniques': ofTurn(
    messageStoreCommand('messagestore.count_outbound_uniques', false),
  ),
  'messagestore.count_replies': ofTurn(messageStoreCommand('messagestore.count_replies', false)),
  'messagestore.count_sent_messages': ofTurn(messageStoreCommand('messagestore.count_sent_messages', false)),
  'messagestore.inbound_throughput': ofTurn(messageStoreCommand('messagestore.inbound_throughput', true)),
  'messagestore.outbound_throughput': ofTurn(messageStoreCommand('messagestore.outbound_throughput', true)),
  'messagestore.progress_status': ofTurn(messageStoreCommand('messagestore.progress_status', false)),
  'metrics.fire': ofTurn(fireMetric),
  'optout.cancel_optout': ofTurn(optoutCommand('optout.cancel_optout', ['address_type', 'address_value'])),
  'optout.count': ofTurn(optoutCommand('optout.count', [])),
  'optout.optout': ofTurn(optoutCommand('optout.optout', ['address_type', 'address_value', 'message_id'])),
  'optout.status': ofTurn(optoutCommand('optout.status', ['address_type', 'address_value'])),
  'outbound.reply_to': ofTurn(replyWith('reply')),
  'outbound.reply_to_group': ofTurn(replyWith('group')),
  'outbound.send_to': ofTurn(sendTo),
  'outbound.send_to_endpoint': ofTurn(sendToEndpoint),
  'outbound.send_to_tag': ofTurn(sendToTag),
};

export function isCommand(name: string): boolean {
  return Object.hasOwn(COMMANDS, name);
}

/** Answers a command. One that does not exist ends the run, as in the original; one that fails says why. */
export async function answerCommand(
  ports: CommandPorts,
  turn: TurnScope,
  command: Command,
): Promise<CommandAnswer> {
  const name = typeof command['cmd'] === 'string' ? command['cmd'] : 'unknown';
  const handle = isCommand(name) ? COMMANDS[name] : undefined;
  if (handle === undefined) return { kill: `there is no command "${name.slice(0, 100)}": the run was ended` };
  try {
    return { reply: await handle(ports, turn, command) };
  } catch (error) {
    if (error instanceof VumiError && error.outage) throw error;
    return { reply: refuse(error instanceof VumiError ? errorText(error) : 'the command failed') };
  }
}
