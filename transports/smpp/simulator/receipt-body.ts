import { NO_TLVS, type DataBody, type MessageBody, type Tlv } from '../codec/pdu.ts';
import { TAG } from '../codec/tags.ts';
import { tlvInteger, tlvText } from '../codec/tlvs.ts';
import type { ReceiptScript } from './script.ts';

/** message_state by the abbreviation of appendix B (section 5.2.28; the last four are field practice). */
export const MESSAGE_STATES: ReadonlyMap<string, number> = new Map([
  ['SCHEDULED', 0],
  ['ENROUTE', 1],
  ['DELIVRD', 2],
  ['EXPIRED', 3],
  ['DELETED', 4],
  ['UNDELIV', 5],
  ['ACCEPTD', 6],
  ['UNKNOWN', 7],
  ['REJECTD', 8],
  ['FAILED', 5],
  ['SKIPPED', 9],
]);
const STATE_UNKNOWN = 7;
const UCS2 = 8;
const INTERMEDIATE = new Set(['ENROUTE', 'SCHEDULED', 'ACCEPTD']);

/** A message of which nothing more will become. */
export function isFinal(state: string): boolean {
  return !INTERMEDIATE.has(state);
}

export interface ReceiptSubject {
  readonly submit: MessageBody;
  /** As the response gave it. */
  readonly messageId: string;
  readonly submittedAt: Date;
  readonly doneAt: Date;
  readonly state: string;
}

/** One receipt, in the shape that the script asks for. */
export function receiptBody(subject: ReceiptSubject, script: ReceiptScript): MessageBody | DataBody {
  const { submit, state } = subject;
  const id = spellId(subject.messageId, script.id);
  const text = Buffer.from(TEXTS[script.text]({ ...fieldsOf(subject, script), id }), 'latin1');
  const octets = script.coding === 'ucs2' ? Buffer.from(text.toString('latin1'), 'utf16le').swap16() : text;
  const message: MessageBody = {
    command: 'deliver_sm',
    serviceType: submit.serviceType,
    sourceAddrTon: submit.destAddrTon,
    sourceAddrNpi: submit.destAddrNpi,
    sourceAddr: submit.destinationAddr,
    destAddrTon: submit.sourceAddrTon,
    destAddrNpi: submit.sourceAddrNpi,
    destinationAddr: submit.sourceAddr,
    esmClass: script.esm_class,
    protocolId: 0,
    priorityFlag: 0,
    scheduleDeliveryTime: '',
    validityPeriod: '',
    registeredDelivery: 0,
    replaceIfPresentFlag: 0,
    dataCoding: script.coding === 'ucs2' ? UCS2 : 0,
    smDefaultMsgId: 0,
    shortMessage: octets.subarray(0, 254),
    tlvs: script.tlvs || script.carried_in === 'tlvs_only' ? receiptTlvs(id, state) : NO_TLVS,
  };
  return carried(message, octets, script.carried_in);
}

function carried(
  message: MessageBody,
  octets: Buffer,
  how: ReceiptScript['carried_in'],
): MessageBody | DataBody {
  if (how === 'short_message') return message;
  const payload: Tlv[] = how === 'tlvs_only' ? [] : [{ tag: TAG.MESSAGE_PAYLOAD, value: octets }];
  const body = { ...message, shortMessage: Buffer.alloc(0), tlvs: [...message.tlvs, ...payload] };
  return how === 'data_sm' ? asData(body) : body;
}

function asData(body: MessageBody): DataBody {
  const { serviceType, sourceAddrTon, sourceAddrNpi, sourceAddr, destAddrTon, destAddrNpi, ...rest } = body;
  const { destinationAddr, esmClass, registeredDelivery, dataCoding, tlvs } = rest;
  const addresses = { sourceAddrTon, sourceAddrNpi, sourceAddr, destAddrTon, destAddrNpi, destinationAddr };
  return { command: 'data_sm', serviceType, ...addresses, esmClass, registeredDelivery, dataCoding, tlvs };
}

function receiptTlvs(id: string, state: string): Tlv[] {
  const code = MESSAGE_STATES.get(state.toUpperCase()) ?? STATE_UNKNOWN;
  return [tlvText(TAG.RECEIPTED_MESSAGE_ID, id), tlvInteger(TAG.MESSAGE_STATE, code, 1)];
}

/** Ids are hexadecimal or decimal numbers of any length. */
function spellId(id: string, how: ReceiptScript['id']): string {
  switch (how) {
    case 'hex':
      return /^\d+$/.test(id) ? BigInt(id).toString(16) : id;
    case 'decimal':
      return /^[0-9a-f]+$/i.test(id) ? BigInt(`0x${id}`).toString() : id;
    case 'upper':
      return id.toUpperCase();
    case 'lower':
      return id.toLowerCase();
    case 'stripped':
      return id.replace(/^0+(?=.)/, '');
    case 'padded':
      return id.padStart(20, '0');
    case 'unknown':
      return `none-${id}`.slice(0, 64);
    default:
      return id;
  }
}

interface Fields {
  readonly id: string;
  readonly delivered: string;
  readonly submitted: string;
  readonly done: string;
  readonly stat: string;
  readonly err: string;
  readonly text: string;
}

function fieldsOf({ submit, submittedAt, doneAt, state }: ReceiptSubject, { error }: ReceiptScript) {
  return {
    delivered: state === 'DELIVRD' ? '001' : '000',
    submitted: digits(submittedAt),
    done: digits(doneAt),
    stat: state,
    err: error,
    text: submit.shortMessage
      .subarray(0, 20)
      .toString('latin1')
      .replaceAll(/[^\x20-\x7e]/g, '?'),
  };
}

/** YYMMDDhhmmss. */
function digits(date: Date): string {
  return date.toISOString().replaceAll(/\D/g, '').slice(2, 14);
}

function standard(fields: Fields, { dates = 10, text = 'text' } = {}): string {
  const { id, delivered, submitted, done, stat, err } = fields;
  return (
    `id:${id} sub:001 dlvrd:${delivered} submit date:${submitted.slice(0, dates)} ` +
    `done date:${done.slice(0, dates)} stat:${stat} err:${err} ${text}:${fields.text}`
  );
}

function hyphenated(date: string): string {
  const [year, month, day, hour, minute] = date.match(/../g) ?? [];
  return `20${year}-${month}-${day} ${hour}:${minute}`;
}

const TEXTS: Readonly<Record<ReceiptScript['text'], (fields: Fields) => string>> = {
  standard: (fields) => standard(fields),
  seconds: (fields) => standard(fields, { dates: 12 }),
  hyphens: ({ id, delivered, submitted, done, stat, err, text }) =>
    `id:${id} sub:001 dlvrd:${delivered} submit date:${hyphenated(submitted)} done date:${hyphenated(done)} ` +
    `stat:${stat} err:${err} text:${text}`,
  lowercase: (fields) => standard({ ...fields, stat: fields.stat.toLowerCase() }),
  capital_text: (fields) => standard(fields, { text: 'Text' }),
  no_counts: ({ id, submitted, done, stat, err, text }) =>
    `id:${id} submit date:${submitted.slice(0, 10)} done date:${done.slice(0, 10)} stat:${stat} err:${err} text:${text}`,
  reordered: ({ id, done, stat, err }) =>
    `stat:${stat} err:${err} id:${id} done date:${done.slice(0, 10)} text:`,
  extra_field: (fields) => standard(fields).replace(' stat:', ' smsc:node-7 mcc:655 stat:'),
  newlines: (fields) =>
    standard(fields).replaceAll(/ (?=(sub|dlvrd|submit date|done date|stat|err|text):)/g, '\n'),
  empty_text: (fields) => standard({ ...fields, text: '' }),
  alphanumeric_err: (fields) => standard({ ...fields, err: '0A7' }),
};
