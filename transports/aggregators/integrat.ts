import { secretSchema, type UserMessage } from '@vumi/core';
import { z } from 'zod';
import { withModules } from '../aliases.ts';
import { characterOptions } from '../http/character-options.ts';
import { json } from '../http/answers.ts';
import type { Answered, ChannelRequestOut, Verdict } from '../http/channel-sending.ts';
import { defineHttpChannel, type ChannelRequest, type Reading } from '../http/channel.ts';
import { textAt } from '../http/json.ts';
import {
  callerOptions,
  checkCallers,
  fillInSecretPath,
  heldOptions,
  ignoredHttpOptions,
  messageOptions,
} from '../http/options.ts';
import { sendOptions } from '../http/send-options.ts';
import { cleanText, fitScreen } from '../http/ussd/fit-screen.ts';
import { ussdOptions } from '../http/ussd/options.ts';
import { XML_HEADERS } from '../http/xml-rpc.ts';
import { childOf, readXml, writeXml, xmlNode, type XmlElement } from '../http/xml.ts';
import { numberOptions } from '../numbers/number-options.ts';
import { isSuccess, TAKEN } from '../sms/readings.ts';

const EVENT = 'OnUSSEvent';
const CONTEXT_KEYS = ['SessionID', 'MSISDN', 'ConnStr'] as const;
/** What is typed where nothing was: it only follows the opening of a session. */
const NOTHING_TYPED = 'REQ';
const ENDS = '1';
const GOES_ON = '0';

const { max_length, too_long } = ussdOptions();

export const integratOptions = {
  url: z.url({ protocol: /^https?$/ }).describe('Where Integrat (Higate) takes screens'),
  username: z.string().min(1).describe('Name to send with'),
  password: secretSchema.describe('Password to send with'),
  max_length,
  too_long,
} as const;

const schema = z
  .strictObject({
    ...callerOptions,
    ...messageOptions('ussd'),
    ...characterOptions,
    ...numberOptions,
    ...sendOptions,
    // Nothing waits for a reply.
    ...heldOptions(1),
    ...ignoredHttpOptions,
    ...integratOptions,
  })
  .superRefine(checkCallers);

type Config = z.infer<typeof schema>;

/** USSD by Integrat's Higate: each screen is a request of its own (spec channels §A, vumi-core §5.4). */
export const integratTransport = defineHttpChannel({
  type: 'integrat',
  aliases: withModules(['vumi.transports.integrat', 'vumi.transports.integrat.integrat'], {
    IntegratTransport: {},
  }),
  summary: 'USSD by Integrat (South Africa, Higate); a screen is a request of its own',
  configSchema: schema,
  fillIn: fillInSecretPath,
  transportType: 'ussd',
  routes: [
    {
      path: '',
      purpose: 'bring the steps of sessions (OnUSSEvent)',
      methods: ['POST'],
      read: readStep,
      answer: () => TAKEN,
    },
  ],
  sending: { options: (config) => config, pieces, request: sendRequest, verdict: readVerdict },
});

function readStep({ body }: ChannelRequest): readonly Reading[] {
  const root = readXml(body);
  const response = root?.name === 'Message' ? childOf(root, 'Response') : undefined;
  if (response === undefined)
    return [{ kind: 'refused', answer: json(400, { invalid_document: 'Message' }) }];
  const event = childOf(response, EVENT);
  if (response.attributes['Type'] !== EVENT || event === undefined)
    return [{ kind: 'ignored', why: `no ${EVENT}` }];
  const context = childOf(event, 'USSContext')?.attributes ?? {};
  const missing = CONTEXT_KEYS.filter((key) => (context[key] ?? '') === '');
  if (missing.length > 0) return [{ kind: 'refused', answer: json(400, { missing_parameter: missing }) }];
  return [stepOf(event, context)];
}

function stepOf(event: XmlElement, context: Readonly<Record<string, string>>): Reading {
  const {
    SessionID: session_id = '',
    NetworkSID = '',
    MSISDN: from_addr = '',
    ConnStr: to_addr = '',
  } = context;
  const fields = { from_addr, to_addr, transport_metadata: { session_id } };
  // Of a session there is one opening and one end, so that what is said twice is one message.
  const once = (name: string): string => [name, session_id, NetworkSID, from_addr].join(' ');
  const typed = childOf(event, 'USSText')?.text ?? '';
  switch (event.attributes['Type']) {
    case 'Open':
      return {
        kind: 'message',
        id: once('open'),
        fields: { ...fields, session_event: 'new', content: null },
      };
    case 'Close':
      return {
        kind: 'message',
        id: once('close'),
        fields: { ...fields, session_event: 'close', content: null },
      };
    case 'Request':
      if (typed === NOTHING_TYPED) return { kind: 'ignored', why: 'nothing was typed' };
      return { kind: 'message', fields: { ...fields, session_event: 'resume', content: typed } };
    default:
      return { kind: 'ignored', why: 'no step of a session' };
  }
}

/** The screen, or why there is none. */
function pieces(message: UserMessage, config: Config): readonly UserMessage[] | { readonly refused: string } {
  if (textAt(message.transport_metadata, 'session_id') === undefined)
    return { refused: 'no session_id: the message answers no step of a session' };
  const text = cleanText(message.content);
  if (text === '') return { refused: 'Missing fields: content' };
  const fitted = fitScreen(text, config.max_length);
  if (fitted.wasCut && config.too_long === 'reject')
    return { refused: `the text is longer than a screen of ${config.max_length} septets` };
  return [{ ...message, content: fitted.text }];
}

function sendRequest(
  { content, session_event, transport_metadata: metadata }: UserMessage,
  { url, username, password }: Config,
): ChannelRequestOut {
  const about = {
    Type: 'USSReply',
    SessionID: textAt(metadata, 'session_id') ?? '',
    Flags: session_event === 'close' ? ENDS : GOES_ON,
  };
  const document = xmlNode(
    'Message',
    {},
    xmlNode('Version', { Version: '1.0' }),
    xmlNode(
      'Request',
      about,
      xmlNode('UserID', { Orientation: 'TR' }, username),
      xmlNode('Password', {}, password.reveal()),
      xmlNode('USSText', { Type: 'TEXT' }, content ?? ''),
    ),
  );
  return { method: 'POST', url, headers: XML_HEADERS, body: writeXml(document) };
}

function readVerdict(answer: Answered): Verdict | null {
  if (!isSuccess(answer)) return null;
  const root = readXml(answer.body);
  const code = root?.attributes['status_code'];
  if (root === null || code === undefined)
    return { kind: 'uncertain', reason: 'the answer has no status_code' };
  if (code === '0') return { kind: 'accepted' };
  const data = childOf(root, 'Data')?.children ?? [];
  const faults = data.map(({ attributes: { name = '', value = '' } }) => `${name}: ${value}`);
  return { kind: 'refused', reason: faults.length === 0 ? `status_code ${code}` : faults.join(', ') };
}
