import type { Command } from 'commander';
import { path } from '../client.ts';
import { withExample } from '../examples.ts';
import { usageError } from '../exit.ts';
import { shortTime, table, writeData } from '../output.ts';
import { openSession } from '../session.ts';
import { addMessageExport } from './messages-export.ts';
import { addMessageTimeline } from './message-timeline.ts';

interface Message {
  readonly message_id: string;
  readonly direction: 'inbound' | 'outbound';
  readonly account: string | null;
  readonly app: string | null;
  readonly from_addr: string | null;
  readonly to_addr: string | null;
  readonly content: string | null;
  readonly timestamp: string;
  readonly status: string;
  readonly reason: string | null;
}

interface ListOptions {
  readonly limit: string;
  readonly from?: string;
  readonly to?: string;
  readonly direction?: string;
  readonly app?: string;
  readonly address?: string;
  readonly status?: string;
  readonly transport?: string;
  readonly text?: string;
  readonly batch?: string;
  readonly tag?: string;
  readonly format?: string;
  readonly all?: boolean;
}

const EXPORT_FORMATS = ['csv', 'ndjson'];

export function addMessageCommands(program: Command): void {
  const messages = addList(program);
  addCancel(messages);
  addMessageExport(messages);
  addMessageTimeline(messages);
  addSend(program);
}

function addCancel(messages: Command): void {
  withExample(
    messages
      .command('cancel')
      .argument('<id>', 'as "vumi send" has shown it')
      .description('cancel a message that is queued; fails when its network has it'),
    'npx vumi messages cancel 0199f3c2a5de7c0f8a6b2d4e6f708192',
  ).action(async (id: string, _options: object, command: Command) => {
    const session = openSession(command);
    const account = await session.account();
    const message = await session.client.call<Message>(
      'POST',
      path`/accounts/${account}/messages/${id}/cancel`,
    );
    session.show(message, () =>
      message.status === 'cancelled'
        ? `cancelled ${id}\n`
        : `${id} is ${message.status}: its transport runs nowhere now, and decides before it sends anything\n`,
    );
  });
}

function addList(program: Command): Command {
  const messages = program
    .command('messages')
    .argument('[number]', 'only those from or to this number, however it is written')
    .description('list messages, newest first: what became of each, and why it was not delivered')
    .option('-n, --limit <count>', 'how many at most', '20')
    .option('--from <instant>', 'not before, such as 2026-11-22 or 2026-11-22T08:00:00Z')
    .option('--to <instant>', 'before')
    .option('--direction <direction>', 'inbound or outbound')
    .option('--app <app>', 'of one app')
    .option('--address <number>', 'from or to one number')
    .option('--status <statuses>', 'only these, with commas between them, such as nack,undelivered')
    .option('--transport <name>', 'from or over one transport')
    .option('--text <text>', 'with this in their content')
    .option('--batch <id>', 'of one batch')
    .option('--tag <pool:tag>', 'those that came to a batch by this tag')
    .option('--format <format>', 'export everything: csv or ndjson')
    .option('--all', 'of all accounts, with what no route matched (administrators)');
  withExample(
    messages,
    'npx vumi messages +27761234567',
    'npx vumi messages --status nack,undelivered,uncertain',
    'npx vumi messages --text "day 12" --from 2026-11-01',
    'npx vumi messages --format csv > messages.csv',
  ).action(async (number: string | undefined, options: ListOptions, command: Command) => {
    const session = openSession(command);
    const { limit, format, all, ...given } = options;
    const filters = { ...given, ...(number === undefined ? {} : { address: number }) };
    const address = all === true ? '/messages' : path`/accounts/${await session.account()}/messages`;
    if (format !== undefined) {
      if (!EXPORT_FORMATS.includes(format)) throw usageError(`--format is ${EXPORT_FORMATS.join(' or ')}`);
      for await (const text of session.client.stream(address, { ...filters, format })) writeData(text);
      return;
    }
    const most = Number(limit);
    if (!Number.isInteger(most) || most < 1)
      throw usageError(`--limit is a number of messages, not "${limit}"`);
    const query = { ...filters, limit: Math.min(most, 500) };
    const found = await session.client.list<Message>(address, { query, limit: most });
    session.show(found, () => listText(found, all === true));
  });
  return messages;
}

function listText(messages: readonly Message[], ofAll: boolean): string {
  if (messages.length === 0) return 'No messages. Write one: npx vumi phone +27761234567 12345\n';
  return table(
    [
      'TIME (UTC)',
      '',
      'FROM',
      'TO',
      ...(ofAll ? ['ACCOUNT'] : []),
      'APP',
      'STATUS',
      'REASON',
      'ID',
      'CONTENT',
    ],
    messages.map((one) => [
      shortTime(one.timestamp),
      one.direction === 'inbound' ? 'in' : 'out',
      one.from_addr,
      one.to_addr,
      ...(ofAll ? [one.account] : []),
      one.app,
      one.status,
      one.reason,
      one.message_id,
      one.content,
    ]),
  );
}

interface SendOptions {
  readonly app?: string;
  readonly from?: string;
  readonly key?: string;
  readonly validity?: string;
  readonly button?: readonly string[];
  readonly attach?: readonly string[];
  readonly template?: string;
  readonly language?: string;
  readonly variable?: readonly string[];
}

function addSend(program: Command): void {
  const send = program
    .command('send')
    .argument('<to>', 'the number of the phone')
    .argument('<text...>')
    .description('send a message as an account')
    .option('--app <app>', 'by the route of this app, which gets the events')
    .option('--from <address>', "from this one of the account's addresses")
    .option('--validity <seconds>', 'do not send it after so many seconds')
    .option('--button <title>', 'a button; again for each of them', each)
    .option('--attach <url>', 'a file that the network fetches from there; again for each of them', each)
    .option('--template <name>', 'send this approved text where the network has such texts; with --language')
    .option('--language <language>', 'of the template, such as en_US')
    .option('--variable <text>', 'what stands in the template; again for each of them, in order', each)
    .option('--key <key>', 'the same key twice sends once');
  withExample(send, 'npx vumi send +27761234567 "The clinic opens at 8"').action(
    async (to: string, words: string[], options: SendOptions, command: Command) => {
      const session = openSession(command);
      const account = await session.account();
      const message = await session.client.call<Message>('POST', path`/accounts/${account}/messages`, {
        body: {
          to_addr: to,
          content: words.join(' '),
          app: options.app,
          from_addr: options.from,
          validity: options.validity === undefined ? undefined : Number(options.validity),
          buttons: options.button,
          attachments: options.attach?.map((url) => ({ url })),
          template: templateOf(options),
        },
        ...(options.key === undefined ? {} : { headers: { 'idempotency-key': options.key } }),
      });
      session.show(message, () => `queued ${message.message_id}\n`);
    },
  );
}

/** An option that may come more than once. */
function each(value: string, before: readonly string[] = []): readonly string[] {
  return [...before, value];
}

function templateOf({ template: name, language, variable: variables }: SendOptions): object | undefined {
  const isWhole = (name === undefined) === (language === undefined) && (name !== undefined || !variables);
  if (!isWhole) throw usageError('a template is named with --template and --language, both');
  return name === undefined ? undefined : { name, language, variables };
}
