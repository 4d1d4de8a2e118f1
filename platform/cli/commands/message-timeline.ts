import type { Command } from 'commander';
import { path } from '../client.ts';
import { withExample } from '../examples.ts';
import { oneLine } from '../output.ts';
import { openSession } from '../session.ts';

interface Entry {
  readonly at: string;
  readonly message_id: string;
  readonly kind: string;
  readonly text: string;
  readonly failed: boolean;
  readonly details: Readonly<Record<string, unknown>>;
}

interface Message {
  readonly message_id: string;
  readonly direction: 'inbound' | 'outbound';
  readonly from_addr: string | null;
  readonly to_addr: string | null;
  readonly content: string | null;
  readonly status: string;
  readonly reason: string | null;
}

interface Timeline {
  readonly message_id: string;
  readonly messages: readonly Message[];
  readonly entries: readonly Entry[];
}

const LONGEST = 400;
const INDENT = ' '.repeat(24);

/** `vumi messages show`: all that happened to one message and to those that belong to it. */
export function addMessageTimeline(messages: Command): void {
  withExample(
    messages
      .command('show')
      .argument('<id>', "of a message; its beginning, or its network's id for it, will do")
      .description(
        'what happened to a message and to its replies, in order: PDUs and requests, routes, runs of apps, receipts, webhooks',
      )
      .option('--all', 'of whatever account (administrators)')
      .option('--brief', 'without the fields of PDUs and the like'),
    'npx vumi messages show 0199f3c2a5de7c0f8a6b2d4e6f708192',
  ).action(async (id: string, options: { readonly brief?: boolean }, command: Command) => {
    const session = openSession(command);
    // "messages" has an option of that name, too, and takes it for itself.
    const { all } = command.optsWithGlobals<{ readonly all?: boolean }>();
    const address =
      all === true
        ? path`/messages/${id}/timeline`
        : path`/accounts/${await session.account()}/messages/${id}/timeline`;
    const timeline = await session.client.call<Timeline>('GET', address);
    session.show(timeline, () => timelineText(timeline, options.brief !== true));
  });
}

function timelineText({ message_id, messages, entries }: Timeline, isFull: boolean): string {
  const labels = new Map(messages.map((message, index) => [message.message_id, labelOf(message, index)]));
  const heads = messages.map((message) => headOf(message, message.message_id === message_id, labels));
  let before: number | null = null;
  const lines = entries.flatMap((entry) => {
    const at = Date.parse(entry.at);
    const passed = before === null ? '' : `+${durationText(at - before)}`;
    before = at;
    const time = entry.at.slice(11, 23);
    const label = (labels.get(entry.message_id) ?? '').padEnd(5);
    const mark = entry.failed ? '!' : ' ';
    const line = `${time} ${passed.padStart(8)} ${mark}${label} ${entry.kind.padEnd(8)} ${oneLine(entry.text)}`;
    return isFull ? [line, ...detailLines(entry)] : [line];
  });
  const day = entries[0]?.at.slice(0, 10) ?? '';
  return [...heads, '', `${day} (UTC)`, ...lines, ''].join('\n');
}

function labelOf({ direction }: Message, index: number): string {
  return `${direction === 'inbound' ? 'in' : 'out'}${index + 1}`;
}

function headOf(message: Message, isAsked: boolean, labels: ReadonlyMap<string, string>): string {
  const { message_id: id, from_addr, to_addr, content, status, reason } = message;
  const why = reason === null ? '' : ` (${oneLine(reason)})`;
  const text = oneLine(JSON.stringify(content ?? ''));
  return `${isAsked ? '*' : ' '} ${(labels.get(id) ?? '').padEnd(5)} ${id}  ${from_addr ?? '-'} → ${to_addr ?? '-'}: ${text}  ${status}${why}`;
}

function durationText(ms: number): string {
  if (ms < 10_000) return `${ms} ms`;
  const seconds = Math.round(ms / 1000);
  return seconds < 600 ? `${seconds} s` : `${Math.round(seconds / 60)} min`;
}

/** What a line for people leaves out, as far as it helps to find a fault. */
function detailLines({ kind, details }: Entry): string[] {
  switch (kind) {
    case 'network':
      return [...partLines('asked', details['request']), ...partLines('answer', details['answer'])];
    case 'run':
      return runLines(details);
    case 'webhook':
      return partLines('last', details['last']);
    case 'log':
      return partLines('fields', details['fields']);
    default:
      return [];
  }
}

function partLines(name: string, part: unknown): string[] {
  if (typeof part !== 'object' || part === null) return [];
  const { fields, octets, ...rest } = part as Readonly<Record<string, unknown>>;
  // What is cut off is what nobody reads.
  const shown = { ...rest, ...(typeof fields === 'object' ? fields : {}), octets };
  const pairs = Object.entries(shown).filter(([, value]) => isTelling(value));
  if (pairs.length === 0) return [];
  return [detail(name, pairs.map(([key, value]) => `${key}=${valueText(value)}`).join(' '))];
}

/** Zeros and what is empty are what most PDUs have, and say nothing. */
function isTelling(value: unknown): boolean {
  if (value === null || value === '' || value === 0 || value === undefined) return false;
  return typeof value !== 'object' || Object.keys(value).length > 0;
}

function runLines(details: Entry['details']): string[] {
  const { error, effects, calls } = details;
  const { writes, sends } = (effects ?? {}) as { writes?: readonly unknown[]; sends?: readonly unknown[] };
  const list = (name: string, all: unknown): string[] =>
    Array.isArray(all) ? all.map((one) => detail(name, valueText(one))) : [];
  return [
    ...(typeof error === 'string' ? error.split('\n').map((line) => detail('error', line)) : []),
    ...list('asked', calls),
    ...list('state', writes),
    ...list('sent', sends),
  ];
}

function valueText(value: unknown): string {
  return typeof value === 'string' ? value : (JSON.stringify(value) ?? '');
}

function detail(name: string, text: string): string {
  const cut = text.length > LONGEST ? `${text.slice(0, LONGEST)}…` : text;
  return `${INDENT}${name.padEnd(7)} ${oneLine(cut)}`;
}
