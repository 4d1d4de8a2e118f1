import { isSameSecret, type HttpAnswer } from '@vumi/http';
import type { UserMessage } from '@vumi/core';
import { withModules } from '../aliases.ts';
import { json } from '../http/answers.ts';
import type { Asking, Given } from '../http/channel-offering.ts';
import {
  defineHttpChannel,
  type ChannelRequest,
  type ChannelRoute,
  type HttpChannel,
  type Reading,
} from '../http/channel.ts';
import { listOf, readObject, textAt } from '../http/json.ts';
import { fillInSecretPath } from '../http/options.ts';
import { Operators } from '../numbers/operators.ts';
import { fieldsOf, given as withValue, smsReading } from '../sms/readings.ts';
import type { ReceiptReading } from '../sending/receipts/receipts.ts';
import type { FillIn } from '../transport-type.ts';
import { smssyncConfigSchema, type SmssyncConfig } from './smssync-config.ts';

/** What a phone wants of us. */
type Task = 'bring' | 'send' | 'sent' | 'ask_results' | 'result';

const TASKS: Readonly<Record<string, Task>> = {
  'GET ': 'send',
  'GET send': 'send',
  'GET result': 'ask_results',
  'POST ': 'bring',
  'POST send': 'bring',
  'POST sent': 'sent',
  'POST result': 'result',
};

const OF_VUMI = { ack_on: 'poll', success_format: 'text' } as const;

const offering: HttpChannel<SmssyncConfig>['offering'] = {
  options: (config) => config,
  ids: 'own',
  asksForFates: true,
  phoneOf: ({ transport_metadata: { account_id: account }, from_addr }, config) => {
    if (!config.multiple) return '';
    if (typeof account === 'string' && account !== '') return account;
    const own = Object.entries(config.account_numbers).find(([, number]) => number === from_addr);
    return own?.[0] ?? null;
  },
};

/** Ushahidi's SMSSync: phones bring what comes, and ask for what to send (spec channels §C, vumi-core-appendix §A). */
export const smssyncTransport = defineHttpChannel({
  type: 'smssync',
  aliases: withModules(['vumi.transports.smssync', 'vumi.transports.smssync.smssync'], {
    SingleSmsSync: OF_VUMI,
    MultiSmsSync: { ...OF_VUMI, multiple: true },
  }),
  summary: 'SMS by Android phones with Ushahidi’s app SMSSync, both ways, with delivery reports',
  configSchema: smssyncConfigSchema,
  transportType: 'sms',
  fillIn: fillInSecret,
  textOptions: () => ({}),
  routes: [route(false), route(true)],
  offering,
});

/** With several phones each has its own place below. */
function route(isMultiple: boolean): ChannelRoute<SmssyncConfig> {
  return {
    path: '',
    purpose: isMultiple
      ? 'Sync URL of the app, with "/" and the account id of the phone'
      : 'Sync URL of the app',
    methods: ['GET', 'POST'],
    below: isMultiple,
    isOpen: ({ multiple }) => multiple === isMultiple,
    verify,
    read,
    asks,
    answer,
  };
}

function fillInSecret(...[options, before]: Parameters<FillIn>): ReturnType<FillIn> {
  const secret = options['smssync_secret'] ?? '';
  return secret === '' ? fillInSecretPath(options, before) : { ...options };
}

function fail(config: SmssyncConfig, error: string): HttpAnswer {
  return json(200, { payload: { success: truth(false, config), error } });
}

function truth(value: boolean, { success_format: format }: SmssyncConfig): boolean | string {
  return format === 'text' ? String(value) : value;
}

function verify(request: ChannelRequest, config: SmssyncConfig): HttpAnswer | null {
  if (config.multiple && accountOf(request, config) === '')
    return fail(config, 'the account id is missing at the end of the Sync URL');
  const { smssync_secret: secret } = config;
  if (secret === '') return null;
  const shown = textAt(fieldsOf(request), 'secret') ?? '';
  return isSameSecret(shown, secret.reveal()) ? null : fail(config, 'the secret key is wrong');
}

function accountOf({ path }: ChannelRequest, { multiple, account_id }: SmssyncConfig): string {
  if (!multiple) return account_id ?? '';
  return decodePart(path.split('/').findLast((part) => part !== '') ?? '');
}

function decodePart(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return '';
  }
}

function taskOf({ method, fields }: ChannelRequest): Task | undefined {
  const task = fields?.get('task')?.[0];
  return TASKS[`${method} ${typeof task === 'string' ? task : ''}`];
}

function read(request: ChannelRequest, config: SmssyncConfig): readonly Reading[] {
  switch (taskOf(request)) {
    case undefined:
      return [{ kind: 'refused', answer: fail(config, 'there is no such task') }];
    case 'bring':
      return [readMessage(request, config)];
    case 'sent':
    case 'result':
      // Some versions of the app tell of results under either name.
      return [...readConfirmed(request), ...readResults(request)];
    default:
      return [];
  }
}

function readMessage(request: ChannelRequest, config: SmssyncConfig): Reading {
  const fields = fieldsOf(request);
  const from = textAt(fields, 'from') ?? '';
  const content = textAt(fields, 'message');
  if (from === '' || content === undefined) {
    const missing = [from === '' ? 'from' : '', content === undefined ? 'message' : ''];
    const error = `missing: ${missing.filter((name) => name !== '').join(', ')}`;
    return { kind: 'refused', answer: fail(config, error) };
  }
  const account = accountOf(request, config);
  const id = textAt(fields, 'message_id') ?? '';
  const code = config.country_codes[account];
  const known = (address: string): string =>
    code === undefined
      ? address
      : new Operators({ OPERATOR_NUMBER: {}, OPERATOR_PREFIX: {}, country_code: code }).normalise(address);
  const about = withValue({
    sent_timestamp: textAt(fields, 'sent_timestamp'),
    device_id: textAt(fields, 'device_id'),
  });
  return smsReading({
    id: id === '' ? undefined : [account, id].join('/'),
    from: known(from),
    to: known(textAt(fields, 'sent_to') ?? config.account_numbers[account] ?? ''),
    content,
    metadata: { ...(account === '' ? {} : { account_id: account }), smssync: about },
  });
}

/** A list of JSON; in forms it is a text. */
function listIn(request: ChannelRequest, name: string): readonly unknown[] {
  const [first, ...more] = request.fields?.get(name) ?? [];
  const object = readObject(request.body) ?? {};
  if (Array.isArray(object[name])) return object[name] as unknown[];
  if (typeof first !== 'string' || !first.trimStart().startsWith('['))
    return first === undefined ? [] : [first, ...more];
  return listOfText(first);
}

function listOfText(text: string): readonly unknown[] {
  try {
    const value: unknown = JSON.parse(text);
    return Array.isArray(value) ? (value as unknown[]) : [];
  } catch {
    return [];
  }
}

function readConfirmed(request: ChannelRequest): readonly Reading[] {
  return listIn(request, 'queued_messages')
    .filter((id) => typeof id === 'string')
    .map((id) => ({ kind: 'confirmed', id }));
}

function readResults(request: ChannelRequest): readonly Reading[] {
  return listOf(listIn(request, 'message_result')).flatMap((result) => {
    const id = textAt(result, 'uuid') ?? '';
    const status = statusOf(result);
    if (id === '' || status === null) return [];
    const about = Object.entries(result).filter(([name]) => name !== 'uuid');
    const text = textAt(result, `${status.of}_result_message`) ?? '';
    const code = textAt(result, `${status.of}_result_code`) ?? '';
    return [
      {
        kind: 'receipt',
        remoteId: id,
        status: status.status,
        metadata: { smssync: Object.fromEntries(about) },
        reason: [code, text].filter((part) => part !== '').join(': '),
      },
    ];
  });
}

/** 0 is success, -1 that nothing is known yet, everything else a failure. */
function statusOf(
  result: Readonly<Record<string, unknown>>,
): { readonly of: 'sent' | 'delivered'; readonly status: ReceiptReading['status'] } | null {
  const [sent, delivered] = ['sent', 'delivered'].map((of) =>
    Number(textAt(result, `${of}_result_code`) ?? -1),
  );
  if (delivered === 0) return { of: 'delivered', status: 'delivered' };
  if (delivered !== -1) return { of: 'delivered', status: 'failed' };
  if (sent === 0) return { of: 'sent', status: 'pending' };
  return sent === -1 ? null : { of: 'sent', status: 'failed' };
}

function asks(request: ChannelRequest, config: SmssyncConfig): Asking {
  const task = taskOf(request);
  return {
    phone: config.multiple ? accountOf(request, config) : '',
    messages: task === 'send' || task === 'bring',
    untold: task === 'ask_results',
  };
}

function answer(
  _published: readonly UserMessage[],
  request: ChannelRequest,
  config: SmssyncConfig,
  { offered, confirmed, untold }: Given,
): HttpAnswer {
  const messages = offered.map(({ id, message: { to_addr, content } }) => ({
    to: to_addr ?? '',
    message: content ?? '',
    uuid: id,
  }));
  const secret = config.smssync_secret === '' ? '' : config.smssync_secret.reveal();
  const sending = { task: 'send', secret, messages };
  const success = { success: truth(true, config), error: null };
  switch (taskOf(request)) {
    case 'send':
      return json(200, { payload: sending });
    case 'bring':
      return json(200, { payload: messages.length === 0 ? success : { ...success, ...sending } });
    case 'sent':
      return json(200, { message_uuids: confirmed });
    case 'ask_results':
      return json(200, { message_uuids: untold });
    default:
      return json(200, { payload: success });
  }
}
