import type { SessionEvent, UserMessage } from '@vumi/core';
import { z } from 'zod';
import { withModules } from '../aliases.ts';
import { defineFramedClient, type FramedReading, type Written } from '../framed/framed-client.ts';
import { onScreen } from '../framed/screen.ts';
import { cleanText } from '../http/ussd/fit-screen.ts';
import { mtnNigeriaConfigSchema, type MtnNigeriaConfig } from './config.ts';
import { encodeMtn, mtnDecoder, type MtnPacket } from './packets.ts';

type Reading = FramedReading<MtnPacket>;

const SESSION_DIGITS = 16;
const REQUEST_DIGITS = 10;

/** Kinds of steps. */
const NEW = '1';
const GOES_ON = '4';
const ASK = { msgtype: '2', EndofSession: '0' } as const;
const END = { msgtype: '6', EndofSession: '1' } as const;

/** What an error of ours says: nothing but the login is to be expected; the packet is none that we know. */
const NOT_LOGGED_IN = '207';
const INVALID = '208';

const REQUIRED = ['requestId', 'msisdn', 'clientId', 'starCode', 'msgtype', 'phase', 'dcs', 'userdata'];
const OPTIONAL = 'EndofSession';

/** What an answer must bring back. */
const aboutSchema = z.object({
  session_id: z.string(),
  requestId: z.string(),
  clientId: z.string(),
  starCode: z.string(),
});
const METADATA = 'mtn_nigeria_ussd';

/** A client of MTN Nigeria's USSD gateway: XML over TCP (spec channels §B). */
export const mtnNigeriaTransport = defineFramedClient({
  type: 'mtn_nigeria_ussd',
  aliases: withModules(['vumi.transports.mtn_nigeria', 'vumi.transports.mtn_nigeria.mtn_nigeria_ussd'], {
    MtnNigeriaUssdTransport: {},
  }),
  summary: 'USSD of MTN Nigeria: a client of its gateway, XML over TCP',
  configSchema: mtnNigeriaConfigSchema,
  connect: ({ server_hostname: host, server_port: port }) => ({ host, port }),
  decoder: () => mtnDecoder(),
  encode: (packet) => encodeMtn(packet),
  login: ({ username, password, application_id }, digits): MtnPacket => ({
    session: digits(SESSION_DIGITS),
    name: 'AUTHRequest',
    fields: [
      ['requestId', digits(REQUEST_DIGITS)],
      ['userName', username],
      ['passWord', password.reveal()],
      ['applicationId', application_id],
    ],
  }),
  keepAlive: {
    times: ({ enquire_link_interval: every, timeout_period: patience }) => ({
      everyMs: every * 1000,
      deadMs: (every + patience) * 1000,
    }),
    frame: (digits) => enquiry('ENQRequest', 'ENQUIRELINK', digits(SESSION_DIGITS), digits(REQUEST_DIGITS)),
  },
  read: readMtn,
  write: writeMtn,
  sessions: {
    lifetimeMs: ({ ussd_session_timeout: s }) => s * 1000,
    key: (_user, message) => aboutOf(message)?.session_id ?? null,
    end: (message, text) => answerTo(message.from_addr, aboutOf(message), text, END),
    afterwards: (message, { user_termination_response: text }) =>
      message.session_event === 'close' ? answerTo(message.from_addr, aboutOf(message), text, END) : null,
  },
});

/** What a packet of MTN's says. */
export function readMtn(
  packet: MtnPacket,
  _config: MtnNigeriaConfig,
  isLoggedIn: boolean,
): readonly Reading[] {
  const fields = new Map(packet.fields);
  const { name, session } = packet;
  const requestId = fields.get('requestId') ?? '';
  if (name === 'AUTHResponse') return [{ kind: 'logged_in' }];
  if (name === 'AUTHError') return [refusalOf(fields)];
  if (!isLoggedIn) return [errorOf(session, requestId, NOT_LOGGED_IN)];
  switch (name) {
    case 'ENQRequest':
      return [{ kind: 'say', frame: enquiry('ENQResponse', 'ENQUIRELINKRSP', session, requestId) }];
    case 'ENQResponse':
      return [{ kind: 'alive' }];
    case 'USSDRequest':
      return readStep(packet, fields);
    case 'USSDError':
      return [
        { kind: 'ignored', why: `MTN reports the error ${fields.get('errorCode') ?? 'without a code'}` },
      ];
    default:
      return [
        errorOf(session, requestId, INVALID),
        { kind: 'ignored', why: `a packet with the unknown name "${name}"` },
      ];
  }
}

function refusalOf(fields: ReadonlyMap<string, string>): Reading {
  const { errorCode = '', authMsg = '' } = Object.fromEntries(fields);
  const reason = `${errorCode} ${authMsg}`.trim();
  return { kind: 'login_refused', reason: reason === '' ? 'no reason' : reason };
}

/** Answers a step of a session, which names itself in the metadata of the message. */
export function writeMtn(message: UserMessage, config: MtnNigeriaConfig): Written<MtnPacket> {
  const about = aboutOf(message);
  if (about === null) {
    const reason = `no session to answer: transport_metadata.${METADATA} of its message is missing`;
    return { kind: 'refused', reason };
  }
  const screen = onScreen(cleanText(message.content), config);
  if (screen.kind === 'refused') return screen;
  const step = message.session_event === 'close' ? END : ASK;
  return { kind: 'frame', frame: answerTo(message.to_addr, about, screen.text, step) };
}

function readStep(packet: MtnPacket, fields: ReadonlyMap<string, string>): readonly Reading[] {
  const { session } = packet;
  const unfit = wrongFieldsOf(fields);
  const of = (name: string): string => fields.get(name) ?? '';
  if (unfit !== null) {
    return [errorOf(session, of('requestId'), INVALID), { kind: 'ignored', why: `a USSDRequest ${unfit}` }];
  }
  const event = eventOf(of('msgtype'), fields.get(OPTIONAL) ?? END.EndofSession);
  const isNew = event === 'new';
  const about = {
    session_id: session,
    requestId: of('requestId'),
    clientId: of('clientId'),
    starCode: of('starCode'),
    phase: of('phase'),
    dcs: of('dcs'),
  };
  const message = {
    from_addr: of('msisdn'),
    to_addr: isNew ? of('userdata') : dialled(of('starCode')),
    content: isNew ? null : of('userdata'),
    session_event: event,
    transport_metadata: { [METADATA]: about },
  };
  return [{ kind: 'message', fields: message }];
}

/** Null when they are what they must be. */
function wrongFieldsOf(fields: ReadonlyMap<string, string>): string | null {
  const missing = REQUIRED.filter((name) => !fields.has(name));
  if (missing.length > 0) return `without ${missing.join(', ')}`;
  const unknown = [...fields.keys()].filter((name) => !REQUIRED.includes(name) && name !== OPTIONAL);
  return unknown.length === 0 ? null : `with ${unknown.join(', ')}`;
}

function eventOf(msgtype: string, endOfSession: string): SessionEvent {
  if (msgtype === NEW) return 'new';
  return msgtype === GOES_ON && endOfSession === ASK.EndofSession ? 'resume' : 'close';
}

/** What opens a session that nobody remembers; null where MTN does not say it. */
function dialled(starCode: string): string | null {
  return /^[\d*]+$/.test(starCode) ? `*${starCode.replace(/^\*/, '')}#` : null;
}

type About = z.infer<typeof aboutSchema>;

function aboutOf({ transport_metadata: metadata }: UserMessage): About | null {
  const parsed = aboutSchema.safeParse(metadata[METADATA]);
  return parsed.success ? parsed.data : null;
}

function answerTo(
  user: string | null,
  about: About | null,
  text: string,
  { msgtype, EndofSession }: { readonly msgtype: string; readonly EndofSession: string },
): MtnPacket {
  return {
    session: about?.session_id ?? '',
    name: 'USSDResponse',
    fields: [
      ['requestId', about?.requestId ?? ''],
      ['msisdn', user ?? ''],
      ['starCode', about?.starCode ?? ''],
      ['clientId', about?.clientId ?? ''],
      ['phase', '2'],
      ['msgtype', msgtype],
      ['dcs', '15'],
      ['userdata', text],
      ['EndofSession', EndofSession],
      ['delvrpt', '0'],
    ],
  };
}

function enquiry(name: string, command: string, session: string, requestId: string): MtnPacket {
  return {
    session,
    name,
    fields: [
      ['requestId', requestId],
      ['enqCmd', command],
    ],
  };
}

function errorOf(session: string, requestId: string, code: string): Reading {
  return {
    kind: 'say',
    frame: {
      session,
      name: 'USSDError',
      fields: [
        ['requestId', requestId],
        ['errorCode', code],
      ],
    },
  };
}
