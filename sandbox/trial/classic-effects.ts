import type { GuestCall, GuestWrite } from '../effects.ts';
import type { CommandAnswer } from '../guest/host.ts';
import type { Outgoing } from '../turns/effects-commit.ts';

type Command = Extract<GuestCall, { call: 'command' }>['command'];

/** A write as people are shown it: what classic apps keep is in `kv`. */
export type ShownWrite = GuestWrite extends infer Write
  ? Write extends GuestWrite
    ? Omit<Write, 'scope'> & { readonly scope: GuestWrite['scope'] | 'kv' }
    : never
  : never;

export interface ShownEffects {
  readonly sends: readonly Outgoing[];
  readonly writes: readonly ShownWrite[];
}

export interface AnsweredCall {
  readonly call: GuestCall;
  /** What the call resolved to; undefined when it did not. */
  readonly answer: unknown;
}

const EFFECTS =
  /^(outbound\.(reply_to|reply_to_group|send_to|send_to_endpoint|send_to_tag)|kv\.(set|delete|incr))$/;

function nameOf({ cmd }: Command): string {
  return typeof cmd === 'string' ? cmd : '';
}

/** Whether a call only does something that is shown as an effect. */
export function isEffect(call: GuestCall): call is Extract<GuestCall, { call: 'command' }> {
  return call.call === 'command' && EFFECTS.test(nameOf(call.command));
}

/** Whether it was done; what has failed stays among the calls. */
export function tookEffect({ call, answer }: AnsweredCall): boolean {
  if (!isEffect(call)) return false;
  const { reply } = (answer ?? {}) as Partial<Extract<CommandAnswer, { reply: unknown }>>;
  return reply?.['success'] === true;
}

function sendOf(command: Command): Outgoing {
  const {
    content,
    to_addr,
    endpoint = 'default',
    tagpool,
    tag,
    continue_session,
    helper_metadata: metadata,
  } = command;
  const own = {
    text: typeof content === 'string' ? content : null,
    ...(typeof metadata === 'object' && metadata !== null
      ? { metadata: metadata as Record<string, unknown> }
      : {}),
  };
  const name = nameOf(command);
  if (name.startsWith('outbound.reply_to'))
    return { kind: name.endsWith('group') ? 'group' : 'reply', end: continue_session === false, ...own };
  const way = name.endsWith('tag') ? `${String(tagpool)}:${String(tag)}` : String(endpoint);
  return { kind: 'send', to: String(to_addr), endpoint: way, ...own };
}

function writeOf(command: Command, before: ShownWrite | undefined): ShownWrite {
  const { key, value = null, seconds, amount = 1 } = command;
  const own = { scope: 'kv', key: String(key) } as const;
  const name = nameOf(command);
  if (name === 'kv.delete') return { op: 'delete', ...own };
  if (name === 'kv.set')
    return {
      op: 'set',
      ...own,
      value: JSON.stringify(value),
      ...(typeof seconds === 'number' ? { ttl: seconds } : {}),
    };
  if (before?.op === 'set') return { ...before, value: String(Number(before.value) + Number(amount)) };
  if (before?.op === 'delete') return { op: 'set', ...own, value: String(amount) };
  return { op: 'increment', ...own, by: (before?.by ?? 0) + Number(amount) };
}

/** What the commands of a classic app did, in the form in which an SDK app leaves it. */
export function classicEffects(calls: readonly AnsweredCall[]): ShownEffects {
  const sends: Outgoing[] = [];
  const writes = new Map<string, ShownWrite>();
  for (const { call } of calls.filter(tookEffect)) {
    if (!isEffect(call)) continue;
    const { command } = call;
    const key = String(command['key']);
    if (nameOf(command).startsWith('kv.')) writes.set(key, writeOf(command, writes.get(key)));
    else sends.push(sendOf(command));
  }
  return { sends, writes: [...writes.values()] };
}
