import { createHash } from 'node:crypto';
import { secretSchema, type UserMessage } from '@vumi/core';
import { z } from 'zod';
import { withModules } from '../aliases.ts';
import type { Answered, ChannelRequestOut, SendContext, Verdict } from '../http/channel-sending.ts';
import type { ChannelRequest, Reading } from '../http/channel.ts';
import { textAt } from '../http/json.ts';
import {
  faultIn,
  readSoap,
  SOAP_HEADERS,
  soapAnswer,
  soapRefusal,
  writeSoap,
  type SoapFault,
} from '../http/soap.ts';
import type { ChannelSubscription } from '../http/subscription.ts';
import { childOf, textsOf, xmlNode, type XmlElement, type XmlNode } from '../http/xml.ts';
import { renamed, renamedOptions } from '../lifted-options.ts';
import { fitText } from '../sending/text-limits.ts';
import { defineProvider, type ProviderConfig } from '../sms/provider.ts';
import { isSuccess, receiptReading, refusal, smsReading } from '../sms/readings.ts';
import { withPlus } from './numbers.ts';

const SEND_NS = 'http://www.csapi.org/schema/parlayx/sms/send/v2_2/local';
const MANAGER_NS = 'http://www.csapi.org/schema/parlayx/sms/notification_manager/v2_3/local';
const NOTIFICATION_NS = 'http://www.csapi.org/schema/parlayx/sms/notification/v2_2/local';
const HEADER_NS = 'http://www.huawei.com.cn/schema/common/v2_1';

const RECEPTION = 'notifySmsReception';
const RECEIPT = 'notifySmsDeliveryReceipt';
/** It has a notification of this name: ours, which was begun before its answer was lost. */
const DUPLICATE = 'SVC0005';

const STATES: Readonly<Record<string, 'pending' | 'delivered' | 'failed'>> = {
  DeliveredToNetwork: 'delivered',
  DeliveredToTerminal: 'delivered',
  DeliveryUncertain: 'pending',
  MessageWaiting: 'pending',
  DeliveryImpossible: 'failed',
  DeliveryNotificationNotSupported: 'failed',
};

const url = () => z.url({ protocol: /^https?$/ });

const NAMES = { web_notification_path: 'web_path', web_notification_port: 'web_port' } as const;

export const parlayxOptions = {
  remote_send_uri: url().describe('Where the operator takes calls of SendSms'),
  remote_notification_uri: url().describe('Where the operator takes calls of SmsNotificationManager'),
  notification_endpoint_uri: url()
    .optional()
    .describe(
      'Where the operator finds the transport, if it must call another address. Default: what `vumi transport urls` says',
    ),
  start_notifications: z
    .boolean()
    .default(true)
    .describe(
      'Whether the operator is asked to bring messages while the transport runs (startSmsNotification, stopSmsNotification); else it brings them where an agreement says so. Default: true',
    ),
  short_code: z.string().min(1).describe('Number that users write to'),
  service_provider_service_id: z
    .string()
    .min(1)
    .describe('Service that the operator knows us by (serviceId)'),
  service_provider_id: z.string().min(1).describe('Name that the operator knows us by (spId)'),
  service_provider_password: secretSchema.describe('Password of that name; only its digest is sent'),
  provider: z.string().min(1).default('parlayx').describe('Put on each message. Default: `parlayx`'),
  ...renamedOptions(NAMES),
} as const;

type Config = ProviderConfig<typeof parlayxOptions>;

const subscription: ChannelSubscription<Config> = {
  isOpen: ({ start_notifications }) => start_notifications,
  begin: (config, { name, now, url: found }) => {
    const endpoint = config.notification_endpoint_uri ?? found;
    if (endpoint === null) return null;
    const begin = xmlNode(
      'loc:startSmsNotification',
      { 'xmlns:loc': MANAGER_NS },
      xmlNode('loc:reference', {}, ...referenceTo(endpoint, RECEPTION, name)),
      xmlNode('loc:smsServiceActivationNumber', {}, config.short_code),
    );
    return callOf(config.remote_notification_uri, begin, headerOf(config, now));
  },
  end: (config, { name, now }) => {
    const end = xmlNode(
      'loc:stopSmsNotification',
      { 'xmlns:loc': MANAGER_NS },
      xmlNode('loc:correlator', {}, name),
    );
    return callOf(config.remote_notification_uri, end, headerOf(config, now));
  },
  faultOf: (answer) => {
    const said = readSoap(answer.body);
    const fault = said === null ? null : faultIn(said);
    if (fault === null) return isSuccess(answer) ? null : `it answered ${answer.status}`;
    const { id, text } = exceptionIn(fault) ?? { id: fault.code, text: fault.text };
    return id === DUPLICATE ? null : `${id}: ${text}`;
  },
};

/** ParlayX 2.1, which Huawei's platforms speak at operators of Africa (spec channels §B, vumi-core-appendix §A). */
export const parlayxTransport = defineProvider({
  type: 'parlayx',
  aliases: withModules(['vumi.transports.parlayx', 'vumi.transports.parlayx.parlayx'], {
    ParlayXTransport: {},
  }),
  summary: 'SMS by an operator with ParlayX (SOAP, Huawei SDP), both ways, with delivery reports',
  options: parlayxOptions,
  lift: renamed(NAMES),
  addressFormat: 'plus',
  routes: [
    {
      path: '',
      purpose: 'bring messages and delivery reports (SmsNotification)',
      methods: ['POST'],
      read: readNotification,
      answer: (_published, { body }) => soapAnswer(responseTo(readSoap(body)?.body.name ?? '')),
    },
  ],
  subscription,
  sending: { pieces, request: sendRequest, verdict: readVerdict },
});

function responseTo(name: string): XmlNode {
  return xmlNode(`loc:${name}Response`, { 'xmlns:loc': NOTIFICATION_NS });
}

function readNotification({ body }: ChannelRequest): readonly Reading[] {
  const said = readSoap(body);
  switch (said?.body.name) {
    case RECEPTION:
      return [readMessage(said.body, noticeOf(said.header))];
    case RECEIPT:
      return readReceipt(said.body);
    default:
      return [refused(`neither ${RECEPTION} nor ${RECEIPT}`)];
  }
}

/** What a header of Huawei's says, by its names. */
function noticeOf(header: XmlElement | null): Readonly<Record<string, string>> {
  const notice = header === null ? undefined : childOf(header, 'NotifySOAPHeader');
  return notice === undefined ? {} : textsOf(notice);
}

/** The correlator is that of the notification, the same for all messages: Vumi took it for the id of each. */
function readMessage(
  body: XmlElement,
  { linkid, traceUniqueID: trace }: Readonly<Record<string, string>>,
): Reading {
  const message = childOf(body, 'message');
  const from = textIn(message, 'senderAddress');
  const to = textIn(message, 'smsServiceActivationNumber');
  if (from === undefined || to === undefined)
    return refused('senderAddress or smsServiceActivationNumber missing');
  return smsReading({
    id: trace,
    from: withPlus(from.replace(/^tel:/, '')),
    to: to.replace(/^tel:/, ''),
    content: (message && childOf(message, 'message')?.text) ?? '',
    metadata: linkid === undefined || linkid === '' ? {} : { linkid },
  });
}

/** A state that ParlayX does not name says nothing for sure, and is shown. */
function readReceipt(body: XmlElement): readonly Reading[] {
  const [messageId = ''] = (childOf(body, 'correlator')?.text.trim() ?? '').split(':');
  const state = textIn(childOf(body, 'deliveryStatus'), 'deliveryStatus');
  if (messageId === '' || state === undefined) return [refused('correlator or deliveryStatus missing')];
  return receiptReading(STATES[state] ?? 'pending', { messageId }, { delivery_status: state });
}

/** Undefined: it is not there, or says nothing. */
function textIn(element: XmlElement | undefined, name: string): string | undefined {
  const text = element === undefined ? '' : (childOf(element, name)?.text.trim() ?? '');
  return text === '' ? undefined : text;
}

function refused(text: string): Reading {
  return { kind: 'refused', answer: soapRefusal(text) };
}

/** The message itself; receivers are whole numbers. */
function pieces(message: UserMessage): readonly UserMessage[] | { readonly refused: string } {
  const { to_addr } = message;
  if (!/^\+\d+$/.test(to_addr ?? ''))
    return { refused: `to_addr "${to_addr ?? ''}" is no number with its country, such as +27761234567` };
  const fitted = fitText(message.content, null);
  return fitted.kind === 'refused'
    ? { refused: fitted.reason }
    : [{ ...message, content: fitted.parts[0] ?? '' }];
}

function sendRequest(
  { message_id, to_addr, content, transport_metadata: metadata }: UserMessage,
  config: Config,
  { now, publicUrl }: SendContext,
): ChannelRequestOut {
  const receiver = telOf(to_addr);
  const endpoint = config.notification_endpoint_uri ?? publicUrl('');
  const correlator = `${message_id}:${now.toString(36)}`;
  const receipts =
    endpoint === null
      ? []
      : [xmlNode('loc:receiptRequest', {}, ...referenceTo(endpoint, 'SmsNotification', correlator))];
  const send = xmlNode(
    'loc:sendSms',
    { 'xmlns:loc': SEND_NS },
    xmlNode('loc:addresses', {}, receiver),
    xmlNode('loc:message', {}, content ?? ''),
    ...receipts,
  );
  const linkid = textAt(metadata, 'linkid');
  const about = { OA: receiver, ...(linkid === undefined ? {} : { linkid }) };
  return callOf(config.remote_send_uri, send, headerOf(config, now, about));
}

function telOf(number: string | null): string {
  return `tel:${(number ?? '').replace(/^\+/, '')}`;
}

function referenceTo(endpoint: string, interfaceName: string, correlator: string): readonly XmlNode[] {
  const fields = Object.entries({ endpoint, interfaceName, correlator });
  return fields.map(([name, value]) => xmlNode(name, {}, value));
}

function callOf(uri: string, body: XmlNode, header: XmlNode): ChannelRequestOut {
  return { method: 'POST', url: uri, headers: SOAP_HEADERS, body: writeSoap(body, header) };
}

function headerOf(config: Config, now: number, more: Readonly<Record<string, string>> = {}): XmlNode {
  const { service_provider_id: spId, service_provider_service_id: serviceId } = config;
  const timeStamp = new Date(now).toISOString().slice(0, 19).replaceAll(/\D/g, '');
  const spPassword = passwordOf(spId, config.service_provider_password.reveal(), timeStamp);
  const fields = Object.entries({ spId, spPassword, serviceId, timeStamp, ...more });
  return xmlNode(
    'v2:RequestSOAPHeader',
    { 'xmlns:v2': HEADER_NS },
    ...fields.map(([name, value]) => xmlNode(`v2:${name}`, {}, value)),
  );
}

/** What is sent in place of the password, good for one time: YYYYMMDDHHMMSS. */
export function passwordOf(id: string, password: string, time: string): string {
  return createHash('md5').update(`${id}${password}${time}`).digest('hex');
}

/** Faults come with 500, which says nothing of what became of the message. */
function readVerdict(answer: Answered): Verdict | null {
  const said = readSoap(answer.body);
  if (said === null)
    return isSuccess(answer) ? { kind: 'uncertain', reason: 'the answer is no envelope of SOAP' } : null;
  const fault = faultIn(said);
  if (fault === null) return { kind: 'accepted', remoteId: textIn(said.body, 'result') };
  const exception = exceptionIn(fault);
  if (exception !== null) return refusal(exception.id, exception.text);
  const { code, text } = fault;
  return code === 'Server' ? { kind: 'uncertain', reason: `${code}: ${text}` } : refusal(code, text);
}

/** A ServiceException or PolicyException: the operator has read the call and will not do it. */
function exceptionIn({ details }: SoapFault): { readonly id: string; readonly text: string } | null {
  const detail = details.find((one) => childOf(one, 'messageId') !== undefined);
  if (detail === undefined) return null;
  const { messageId: id = '', text = '' } = textsOf(detail);
  const variables = detail.children.filter(({ name }) => name === 'variables').map((one) => one.text.trim());
  return { id, text: text.replaceAll(/%(\d)/g, (all, nth: string) => variables[Number(nth) - 1] ?? all) };
}
