import { charactersOf, type NetworkCharacters } from '@vumi/core/text';
import type { SessionEvent, UserMessage } from '@vumi/core';
import { formatNumber } from '@vumi/core/numbers';
import { withModules } from '../aliases.ts';
import { defineFramedClient, type FramedReading, type Written } from '../framed/framed-client.ts';
import { spellContent } from '../sending/spelling.ts';
import { truteqConfigSchema, type TruteqConfig } from './config.ts';
import { encodeSsmi, fieldsOf, ssmiDecoder, type SsmiFrame } from './frames.ts';

type Reading = FramedReading<SsmiFrame>;

/** What we say. */
const SAY = { login: '1', sms: '2', linkCheck: '3', logout: '99', ussd: '110' } as const;

/** What a 101 or 102 is about. */
const LOGIN = '1';
const LINK_CHECK = '2';
const SMS = 'sms';

/** Types of a step of USSD. */
const EVENTS: ReadonlyMap<string, SessionEvent> = new Map([
  ['1', 'new'],
  ['2', 'resume'],
  ['3', 'close'],
  ['4', 'close'],
]);
const RESPONSE = '2';
const END = '3';

/** Vumi's names for the parts of genfields, in the order in which they come. */
const GENFIELDS = ['IMSI', 'Subscriber Type', 'OperatorID', 'SessionID', 'ValiPort'] as const;

/** A client of TruTeq's SSMI: USSD, and SMS which Vumi dropped (spec channels §A). */
export const truteqTransport = defineFramedClient({
  type: 'truteq',
  aliases: withModules(['vumi.transports.truteq', 'vumi.transports.truteq.truteq'], { TruteqTransport: {} }),
  summary: "A client of TruTeq's SSMI over TCP (South Africa): USSD and SMS",
  configSchema: truteqConfigSchema,
  connect: ({ host, port }) => ({ host, port }),
  decoder: ({ encoding }) => ssmiDecoder(encoding),
  encode: (frame, { encoding }) => encodeSsmi(frame, encoding),
  login: ({ username, password }) => ({ id: SAY.login, fields: [username, password.reveal()] }),
  keepAlive: {
    times: ({ link_check_period: s }) => ({ everyMs: s * 1000, deadMs: 2 * s * 1000 }),
    frame: () => ({ id: SAY.linkCheck, fields: [] }),
  },
  logout: { id: SAY.logout, fields: [] },
  read: readSsmi,
  write: writeSsmi,
  receiptLifetime: ({ receipt_lifetime: s }) => s,
  sessions: {
    lifetimeMs: ({ ussd_session_lifetime: s }) => s * 1000,
    key: (user, { transport_type }) => (transport_type === 'sms' ? null : msisdnOf(user)),
    end: ({ from_addr }, text, config) => ussdFrame(from_addr ?? '', END, fitted(text, config) ?? ''),
  },
});

/** What a frame of TruTeq's says. */
export function readSsmi(frame: SsmiFrame, config: TruteqConfig, isLoggedIn = true): readonly Reading[] {
  const read = READERS[frame.id];
  if (read !== undefined) return read(frame, config, isLoggedIn);
  return [{ kind: 'ignored', why: `a frame of SSMI with the unknown id "${frame.id}"` }];
}

const READERS: Readonly<
  Record<string, (frame: SsmiFrame, config: TruteqConfig, isLoggedIn: boolean) => readonly Reading[]>
> = {
  '100': (frame) => {
    const [sequence = ''] = fieldsOf(frame, 1);
    return [{ kind: 'answer', to: SMS, result: { kind: 'ok', remoteId: sequence } }];
  },
  '101': readAck,
  '102': (frame, _config, isLoggedIn) => readNack(frame, isLoggedIn),
  '103': (frame, config) => [readSms(frame, config)],
  '104': (frame) => [readReceipt(frame)],
  '110': (frame) => {
    const [msisdn = '', type = '', , text = ''] = fieldsOf(frame, 4);
    return [readUssd({ msisdn, type, text, genfields: null })];
  },
  '111': (frame) => {
    const [msisdn = '', type = '', , genfields = '', text = ''] = fieldsOf(frame, 5);
    return [readUssd({ msisdn, type, text, genfields })];
  },
  '199': () => [{ kind: 'broken', reason: 'TruTeq logs us out' }],
};

/** How a message leaves: as a step of a session, or as an SMS. */
export function writeSsmi(message: UserMessage, config: TruteqConfig): Written<SsmiFrame> {
  const to = message.to_addr ?? '';
  if (/[,\r\n]/.test(to) || to === '') return { kind: 'refused', reason: `Invalid to_addr: ${to}` };
  const spelled = spellContent(message.content, charactersFor(config));
  if ('refused' in spelled) return { kind: 'refused', reason: spelled.refused };
  const content = spelled.content ?? '';
  if (!isSms(message)) {
    const type = message.session_event === 'close' ? END : RESPONSE;
    return { kind: 'frame', frame: ussdFrame(to, type, content) };
  }
  const fields = [String(config.sms_validity), msisdnOf(to), content];
  return { kind: 'asking', answer: SMS, frame: { id: SAY.sms, fields } };
}

/** What answers a step of USSD is one; what answers nothing is an SMS, for no session waits for it. */
function isSms({ transport_type, in_reply_to }: UserMessage): boolean {
  return transport_type === 'sms' || (transport_type !== 'ussd' && in_reply_to === null);
}

function readAck(frame: SsmiFrame): readonly Reading[] {
  const [about = ''] = fieldsOf(frame, 1);
  if (about === LOGIN) return [{ kind: 'logged_in' }];
  if (about === LINK_CHECK) return [{ kind: 'alive' }];
  return [{ kind: 'ignored', why: `an acknowledgement of "${about}"` }];
}

/** 102: what we asked last is not granted; nothing but a login and an SMS can be refused. */
function readNack(frame: SsmiFrame, isLoggedIn: boolean): readonly Reading[] {
  const reason = `TruTeq refuses with ${fieldsOf(frame, 1).join('') || 'no reason'}`;
  if (!isLoggedIn) return [{ kind: 'login_refused', reason }];
  return [{ kind: 'answer', to: SMS, result: { kind: 'failed', reason } }];
}

function readSms(frame: SsmiFrame, config: TruteqConfig): Reading {
  const [msisdn = '', sequence = '', text = ''] = fieldsOf(frame, 3);
  return {
    kind: 'message',
    fields: {
      from_addr: addressOf(msisdn),
      to_addr: config.sms_to_addr ?? null,
      content: text,
      transport_type: 'sms',
      transport_metadata: { truteq: { sequence } },
    },
  };
}

/** 0: it has arrived; 1 to 5: expired, full, barred, no such number, blacklisted. */
function readReceipt(frame: SsmiFrame): Reading {
  const [, remoteId = '', code = ''] = fieldsOf(frame, 3);
  const metadata = { truteq: { return_code: code } };
  return { kind: 'receipt', remoteId, status: code === '0' ? 'delivered' : 'failed', metadata };
}

interface UssdStep {
  readonly msisdn: string;
  readonly type: string;
  readonly text: string;
  readonly genfields: string | null;
}

/** What was dialled comes without its last #. Content stays with what ends a session: it may say why. */
function readUssd({ msisdn, type, text, genfields }: UssdStep): Reading {
  const event = EVENTS.get(type);
  if (event === undefined) return { kind: 'ignored', why: `a step of USSD with the unknown type "${type}"` };
  const isNew = event === 'new';
  return {
    kind: 'message',
    fields: {
      from_addr: addressOf(msisdn),
      to_addr: isNew ? (text.endsWith('#') ? text : `${text}#`) : null,
      content: isNew ? null : text,
      session_event: event,
      ...(genfields === null ? {} : { helper_metadata: { truteq: { genfields: namedFields(genfields) } } }),
    },
  };
}

function namedFields(genfields: string): Record<string, string> {
  const values = genfields.split(':');
  return Object.fromEntries(GENFIELDS.map((name, index) => [name, values[index] ?? '']));
}

function ussdFrame(user: string, type: string, text: string): SsmiFrame {
  return { id: SAY.ussd, fields: [msisdnOf(user), type, text] };
}

function charactersFor({
  encoding,
  unsupported_characters: unsupported,
}: TruteqConfig): NetworkCharacters | undefined {
  return encoding === 'latin1' ? { has: charactersOf('latin1'), unsupported } : undefined;
}

function fitted(text: string, config: TruteqConfig): string | null {
  const spelled = spellContent(text, charactersFor(config));
  return 'refused' in spelled ? null : spelled.content;
}

/** TruTeq writes subscribers with their country and without a plus. */
function msisdnOf(address: string): string {
  return formatNumber(address, { format: 'plain' });
}

function addressOf(msisdn: string): string {
  return /^[1-9]\d{5,}$/.test(msisdn) ? `+${msisdn}` : msisdn;
}
