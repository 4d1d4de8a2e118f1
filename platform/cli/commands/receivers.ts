import type { Command } from 'commander';
import { path } from '../client.ts';
import { parseDuration, parseSince } from '../duration.ts';
import { withExample } from '../examples.ts';
import { usageError } from '../exit.ts';
import { shortTime, table } from '../output.ts';
import { openSession, type Session } from '../session.ts';

interface Attempt {
  readonly at: string;
  readonly status: number | null;
  readonly ms: number;
  readonly answer: string | null;
  readonly error: string | null;
}

export interface Webhook {
  readonly name: string;
  readonly url: string;
  readonly events: readonly string[];
  readonly app: string | null;
  readonly transport: string | null;
  readonly active: boolean;
  readonly pending: number;
  readonly dead: number;
  readonly failing_since: string | null;
  readonly failures: number;
  readonly retry_at: string | null;
  readonly last: Attempt | null;
  /** Only in the answer that made it. */
  readonly secret?: string;
}

interface Delivery {
  readonly id: string;
  readonly event: string;
  readonly message_id: string;
  readonly user: string;
  readonly sequence: number | null;
  readonly status: string;
  readonly attempts: number;
  readonly created_at: string;
  readonly last: Attempt | null;
}

/** Whose receivers commands are about. */
export interface ReceiverKind {
  /** As it is written: `webhook`. */
  readonly command: string;
  /** For people: one of them, all of them, and what to do when there is none. */
  readonly one: string;
  readonly many: string;
  readonly none: string;
  /** Where they are under the API. */
  place(session: Session): Promise<string>;
}

export function describeReceiver({ name, url, events, active, secret }: Webhook): string {
  const shown = secret === undefined ? '' : `Its secret, shown this once: ${secret}\n`;
  return `${name} ${active ? 'tells' : 'is switched off; it would tell'} ${url} of ${events.join(', ')}.\n${shown}`;
}

/** What is done with receivers that are there. */
export function addReceiverCommands(parent: Command, kind: ReceiverKind): void {
  addLists(parent, kind);
  addDeliveries(parent, kind);
  addActions(parent, kind);
}

function addLists(webhook: Command, kind: ReceiverKind): void {
  const { command: words, one } = kind;
  withExample(
    webhook.command('list').description(`list ${kind.many}, and how they do`),
    `npx vumi ${words} list`,
  ).action(async (_options: object, command: Command) => {
    const session = openSession(command);
    const found = await session.client.list<Webhook>(await kind.place(session));
    session.show(found, () => (found.length === 0 ? kind.none : listText(found)));
  });
  withExample(
    webhook
      .command('show')
      .argument('<name>')
      .description(`all that is known of ${one}, and its last outcome`),
    `npx vumi ${words} show crm`,
  ).action(async (name: string, _options: object, command: Command) => {
    const { session, address } = await of(command, kind, name);
    const found = await session.client.call<Webhook>('GET', address);
    session.show(found, () => showText(found));
  });
}

function listText(webhooks: readonly Webhook[]): string {
  return table(
    ['NAME', 'ACTIVE', 'EVENTS', 'APP', 'PENDING', 'DEAD', 'LAST', 'URL'],
    webhooks.map((one) => [
      one.name,
      one.active,
      one.events.join(','),
      one.app,
      one.pending,
      one.dead,
      outcomeText(one.last),
      one.url,
    ]),
  );
}

function showText(webhook: Webhook): string {
  const { failing_since: since, failures, retry_at: retry, last, pending, dead } = webhook;
  const health =
    since === null
      ? 'Its receiver takes what it gets.'
      : `Nothing was taken since ${shortTime(since)} (${failures} attempts)${retry === null ? '' : `; the next look is at ${shortTime(retry)}`}.`;
  return (
    describeReceiver(webhook) +
    `${health}\n${pending} deliveries wait, ${dead} were given up.\n` +
    (last === null
      ? ''
      : `Last: ${shortTime(last.at)} ${outcomeText(last)} in ${last.ms} ms ${last.answer ?? ''}\n`)
  );
}

/** `200`, or why it failed. */
function outcomeText(last: Attempt | null): string | null {
  return last === null ? null : (last.error ?? String(last.status));
}

interface DeliveriesOptions {
  readonly limit: string;
  readonly status?: string;
  readonly event?: string;
  readonly message?: string;
  readonly since?: string;
}

function addDeliveries(webhook: Command, kind: ReceiverKind): void {
  withExample(
    webhook
      .command('deliveries')
      .argument('<name>')
      .description(`list what ${kind.one} was told of, newest first, with the last outcome of each`)
      .option('-n, --limit <count>', 'how many at most', '20')
      .option('--status <status>', 'pending, delivered or dead')
      .option('--event <event>', 'inbound, outbound, ack, nack, delivery_report, alert or test')
      .option('--message <id>', 'only those of one message')
      .option('--since <time>', 'such as 2h, or a date'),
    `npx vumi ${kind.command} deliveries crm --status dead`,
  ).action(async (name: string, options: DeliveriesOptions, command: Command) => {
    const { session, address } = await of(command, kind, name);
    const { limit, status, event, message, since } = options;
    const most = Number(limit);
    if (!Number.isInteger(most) || most < 1)
      throw usageError(`--limit is a number of deliveries, not "${limit}"`);
    const query = {
      status,
      event,
      message_id: message,
      from: since === undefined ? undefined : parseSince('--since', since),
      limit: Math.min(most, 500),
    };
    const found = await session.client.list<Delivery>(`${address}/deliveries`, { query, limit: most });
    session.show(found, () =>
      found.length === 0
        ? 'No deliveries.\n'
        : table(
            ['TIME (UTC)', 'EVENT', 'USER', 'NO', 'STATUS', 'TRIES', 'LAST', 'MS', 'ID'],
            found.map((one) => [
              shortTime(one.created_at),
              one.event,
              one.user,
              one.sequence,
              one.status,
              one.attempts,
              outcomeText(one.last),
              one.last?.ms,
              one.id,
            ]),
          ),
    );
  });
}

interface AgainOptions {
  readonly since?: string;
  readonly until?: string;
  readonly status?: string;
}

function addActions(webhook: Command, kind: ReceiverKind): void {
  const { command: words, one } = kind;
  withExample(
    webhook
      .command('redeliver')
      .argument('<name>')
      .argument('[id]', `one delivery, as "vumi ${words} deliveries" shows it`)
      .description('make a delivery again, or all of a time that were given up, under the ids that they had')
      .option('--since <time>', 'all made since then: 2h, or a date')
      .option('--until <time>', 'and before then')
      .option('--status <status>', 'dead (the default), delivered or all'),
    `npx vumi ${words} redeliver crm --since 2h --status all`,
  ).action(async (name: string, id: string | undefined, options: AgainOptions, command: Command) => {
    const { since, until, status } = options;
    if ((id === undefined) === (since === undefined))
      throw usageError('give the id of a delivery, or --since');
    const { session, address } = await of(command, kind, name);
    if (id !== undefined) {
      const one = await session.client.call<Delivery>('POST', address + path`/deliveries/${id}/redeliver`);
      return session.show(one, () => `${id} is made again.\n`);
    }
    const body = {
      from: parseSince('--since', since ?? ''),
      to: until === undefined ? undefined : parseSince('--until', until),
      status,
    };
    const many = await session.client.call<{ deliveries: number }>('POST', `${address}/redeliver`, { body });
    session.show(many, () => `${many.deliveries} deliveries are made again.\n`);
  });
  withExample(
    webhook
      .command('test')
      .argument('<name>')
      .description('make a delivery that tells of nothing, and show what came of it'),
    `npx vumi ${words} test crm`,
  ).action(async (name: string, _options: object, command: Command) => {
    const { session, address } = await of(command, kind, name);
    const tested = await session.client.call<Delivery>('POST', `${address}/test`);
    session.show(tested, () => testText(tested));
  });
  addRotate(webhook, kind);
  withExample(
    webhook.command('rm').argument('<name>').description(`forget ${one}, with its deliveries`),
    `npx vumi ${words} rm crm`,
  ).action(async (name: string, _options: object, command: Command) => {
    const { session, address } = await of(command, kind, name);
    await session.client.call('DELETE', address);
    session.show({ removed: name }, () => `${name} is gone.\n`);
  });
}

function testText({ status, last }: Delivery): string {
  if (last === null || status === 'pending')
    return 'It was not made yet: is the platform delivering? See vumi status.\n';
  const answer = last.answer === null || last.answer === '' ? '' : `: ${last.answer}`;
  if (last.error === null) return `taken: ${last.status} in ${last.ms} ms${answer}\n`;
  return `not taken: ${last.error} (${last.ms} ms)\n`;
}

function addRotate(webhook: Command, kind: ReceiverKind): void {
  withExample(
    webhook
      .command('rotate')
      .argument('<name>')
      .description('sign with another secret, shown this once; for a while with the one before as well')
      .option('--overlap <time>', 'for how long (default: 1d)')
      .option('--secret <secret>', "the receiver's own"),
    `npx vumi ${kind.command} rotate crm --overlap 2h`,
  ).action(async (name: string, options: { overlap?: string; secret?: string }, command: Command) => {
    const { session, address } = await of(command, kind, name);
    const { overlap, secret } = options;
    const seconds = overlap === undefined ? undefined : parseDuration('--overlap', overlap);
    const made = await session.client.call<Webhook>('POST', `${address}/rotate`, {
      body: { overlap_seconds: seconds, secret },
    });
    session.show(made, () => describeReceiver(made));
  });
}

async function of(
  command: Command,
  kind: ReceiverKind,
  name: string,
): Promise<{ session: Session; address: string }> {
  const session = openSession(command);
  return { session, address: (await kind.place(session)) + path`/${name}` };
}
