import type { Command } from 'commander';
import { path } from '../client.ts';
import { withExample } from '../examples.ts';
import { openSession } from '../session.ts';
import { readReceiverSettings, withReceiverSettings, type ReceiverSettings } from './receiver-settings.ts';
import { addReceiverCommands, describeReceiver, type ReceiverKind, type Webhook } from './receivers.ts';

const OF_ACCOUNT: ReceiverKind = {
  command: 'webhook',
  one: 'a webhook',
  many: 'the webhooks of an account',
  none: 'No webhooks yet. Make one: npx vumi webhook set NAME URL\n',
  place: async (session) => path`/accounts/${await session.account()}/webhooks`,
};

export function addWebhookCommands(program: Command): void {
  const webhook = program
    .command('webhook')
    .description('webhooks: receivers that are told of messages, receipts and alerts by HTTP');
  addSet(webhook);
  addReceiverCommands(webhook, OF_ACCOUNT);
}

interface SetOptions extends ReceiverSettings {
  readonly events?: string;
  readonly app?: string;
  readonly transport?: string;
}

function addSet(webhook: Command): void {
  const set = webhook
    .command('set')
    .argument('<name>')
    .argument('[url]', 'where it is POSTed to; without it a webhook that is there keeps what is not named')
    .description('tell a receiver of the messages of an account; shows the secret that signs them, once')
    .option(
      '--events <events>',
      'of inbound,outbound,ack,nack,delivery_report,alert (default: all but outbound and alert)',
    )
    .option('--app <app>', 'only messages of this app')
    .option('--transport <transport>', 'only messages over this transport');
  withExample(
    withReceiverSettings(set),
    'npx vumi webhook set crm https://crm.example/vumi',
    'npx vumi webhook set receipts https://crm.example/receipts --events delivery_report,nack --app quiz',
    'npx vumi webhook set crm --off',
  ).action(async (name: string, url: string | undefined, options: SetOptions, command: Command) => {
    const session = openSession(command);
    const address = (await OF_ACCOUNT.place(session)) + path`/${name}`;
    const { events, app, transport } = options;
    const body = { url, events: events?.split(','), app, transport, ...readReceiverSettings(options) };
    const made = await session.client.call<Webhook>(url === undefined ? 'PATCH' : 'PUT', address, { body });
    session.show(made, () => describeReceiver(made));
  });
}
