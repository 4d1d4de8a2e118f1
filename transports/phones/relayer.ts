import type { HttpAnswer } from '@vumi/http';
import type { UserMessage } from '@vumi/core';
import { json, plain } from '../http/answers.ts';
import type { Given, Offered } from '../http/channel-offering.ts';
import { defineHttpChannel, type ChannelRequest, type Reading } from '../http/channel.ts';
import { listOf, readObject, textAt } from '../http/json.ts';
import { hmacOf, isFresh, isSigned } from '../http/signatures.ts';
import type { ReceiptReading } from '../sending/receipts/receipts.ts';
import { smsReading } from '../sms/readings.ts';
import { fillInRelayer, relayerConfigSchema, type RelayerConfig } from './relayer-config.ts';

type Command = Readonly<Record<string, unknown>>;

/** Phones' clocks are poor; RapidPro allows as much. */
const CLOCK_MS = 900_000;
/**
 * Errors as the app knows them. After the first it forgets its secret and registers again, so that it is said of a wrong
 * signature alone; after the others it tries again later.
 */
const ERRORS = { signature: 1, clock: 3, other: 4 } as const;

const STATUSES: Readonly<Record<string, ReceiptReading['status']>> = {
  mt_sent: 'pending',
  mt_dlvd: 'delivered',
  mt_fail: 'failed',
};
/** In every request, and waiting for no answer. */
const UNANSWERED: ReadonlySet<string> = new Set(['fcm', 'gcm', 'status']);

/** RapidPro's Android app, which registers and then syncs: tells what came and asks for what to send (spec channels §C). */
export const relayerTransport = defineHttpChannel({
  type: 'rapidpro_relayer',
  aliases: {},
  summary: 'SMS by an Android phone with RapidPro’s app, both ways, with delivery reports',
  configSchema: relayerConfigSchema,
  transportType: 'sms',
  fillIn: fillInRelayer,
  textOptions: () => ({}),
  offering: { options: (config) => config, ids: 'numbers' },
  routes: [
    {
      path: 'relayers/relayer/register',
      purpose: 'the app registers here: enter what is before "/relayers" as its server',
      methods: ['POST'],
      below: true,
      read: readRegistration,
      answer: (_published, _request, config) => json(200, { cmds: [registrationOf(config)] }),
    },
    {
      path: 'relayers/relayer/sync',
      purpose: 'the app brings messages and asks for others',
      methods: ['POST'],
      below: true,
      verify,
      read: readSync,
      asks: () => ({ phone: '', messages: true }),
      answer: answerSync,
    },
  ],
});

function refuse(status: number, id: keyof typeof ERRORS, error: string): HttpAnswer {
  return json(status, { error_id: ERRORS[id], error, cmds: [] });
}

function commandsOf({ body }: ChannelRequest): readonly Command[] | null {
  const commands = readObject(body)?.['cmds'];
  return Array.isArray(commands) ? listOf(commands) : null;
}

function readRegistration(request: ChannelRequest, { phone_id }: RelayerConfig): readonly Reading[] {
  const commands = commandsOf(request);
  if (commands === null) return [{ kind: 'refused', answer: refuse(400, 'other', 'cmds are missing') }];
  const ids = commands.map((command) => textAt(command, 'uuid')).filter((id) => id !== undefined);
  if (phone_id === undefined || ids.includes(phone_id)) return [];
  return [{ kind: 'refused', answer: plain(403, 'This is the place of another phone: see phone_id') }];
}

function registrationOf({ secret, relayer_id }: RelayerConfig): object {
  const code = hmacOf({ hash: 'sha256', key: secret.reveal() }, 'claim').slice(0, 9).toUpperCase();
  return { cmd: 'reg', relayer_id, relayer_secret: secret.reveal(), relayer_claim_code: code };
}

/** The clock first: with a wrong one the phone is still ours. */
function verify(
  { path, url, body }: ChannelRequest,
  { secret, relayer_id }: RelayerConfig,
  now: number,
): HttpAnswer | null {
  if (path.replaceAll('/', '') !== String(relayer_id))
    return refuse(404, 'other', 'the phone has registered elsewhere: let the app forget its server');
  const ts = url.searchParams.get('ts') ?? '';
  const signature = url.searchParams.get('signature') ?? '';
  if (!/^\d+$/.test(ts) || signature === '') return refuse(400, 'other', 'ts and signature are missing');
  if (!isFresh(ts, now, CLOCK_MS)) return refuse(401, 'clock', 'the clock of the phone is wrong');
  const expected = hmacOf({ hash: 'sha256', key: secret.reveal() + ts, coding: 'base64url' }, body);
  const isRight = isSigned(signature.replace(/=+$/, ''), expected);
  return isRight ? null : refuse(401, 'signature', 'the signature is wrong');
}

function readSync(request: ChannelRequest, config: RelayerConfig): readonly Reading[] {
  // An empty body asks only.
  if (request.body.length === 0) return [];
  const commands = commandsOf(request);
  if (commands === null) return [{ kind: 'refused', answer: refuse(400, 'other', 'cmds are missing') }];
  return commands.flatMap((command) => readCommand(command, config));
}

function readCommand(command: Command, config: RelayerConfig): readonly Reading[] {
  const name = textAt(command, 'cmd') ?? '';
  const messageId = textAt(command, 'msg_id');
  if (messageId !== undefined) return readFate(name, messageId, command);
  if (name === 'mo_sms') return readMessage(command, config);
  // What the phone holds is named by ids of ours.
  if (name === 'status') return ['pending', 'retry'].flatMap((list) => readHeld(command[list]));
  return [{ kind: 'ignored', why: `the phone says ${name}` }];
}

function readFate(name: string, remoteId: string, command: Command): readonly Reading[] {
  const status = STATUSES[name];
  // It tries again by itself.
  if (status === undefined) return [{ kind: 'confirmed', id: remoteId }];
  const { ts } = command;
  return [{ kind: 'receipt', remoteId, status, metadata: { rapidpro_relayer: { cmd: name, ts } } }];
}

function readHeld(ids: unknown): readonly Reading[] {
  if (!Array.isArray(ids)) return [];
  return ids
    .filter((id) => typeof id === 'number' || typeof id === 'string')
    .map((id) => ({ kind: 'confirmed', id: String(id) }));
}

/** The phone counts its commands anew when the app is installed anew: the time tells which is meant. */
function readMessage(command: Command, { phone_number }: RelayerConfig): readonly Reading[] {
  const from = textAt(command, 'phone') ?? '';
  const content = textAt(command, 'msg') ?? '';
  const [ts, id] = [textAt(command, 'ts') ?? '', textAt(command, 'p_id') ?? ''];
  if (from === '' || content === '') return [{ kind: 'ignored', why: 'a message without sender or text' }];
  return [
    smsReading({
      id: id === '' ? undefined : [id, ts].join('/'),
      from,
      to: phone_number,
      content,
      metadata: { rapidpro_relayer: { p_id: id, ts } },
    }),
  ];
}

function answerSync(
  _published: readonly UserMessage[],
  request: ChannelRequest,
  { relayer_id }: RelayerConfig,
  { offered }: Given,
): HttpAnswer {
  const commands = commandsOf(request) ?? [];
  const acks = commands
    .filter(({ cmd, p_id }) => p_id !== undefined && p_id !== null && !UNANSWERED.has(String(cmd)))
    .map(({ p_id }) => ({ cmd: 'ack', p_id }));
  const status = commands.find(({ cmd }) => cmd === 'status');
  const isNew = status !== undefined && textAt(status, 'org_id') !== String(relayer_id);
  // Then the app shows that it is in use.
  const claim = isNew ? [{ cmd: 'claim', org_id: relayer_id }] : [];
  return json(200, { cmds: [...acks, ...claim, ...broadcastsOf(offered)] });
}

interface Broadcast {
  readonly cmd: 'mt_bcast';
  readonly to: { readonly id: number; readonly phone: string }[];
  readonly msg: string;
}

/** One command for each text, as long as the order stays. */
function broadcastsOf(offered: readonly Offered[]): readonly Broadcast[] {
  const all: Broadcast[] = [];
  for (const { id, message } of offered) {
    const receiver = { id: Number(id), phone: message.to_addr ?? '' };
    const msg = message.content ?? '';
    const last = all.at(-1);
    if (last?.msg === msg) last.to.push(receiver);
    else all.push({ cmd: 'mt_bcast', to: [receiver], msg });
  }
  return all;
}
