import { createUserMessage, silentLogger, smppClientSettingsSchema, type UserMessage } from '@vumi/core';
import { describe, expect, it } from 'vitest';
import { BLANK_MESSAGE, type DataBody, type MessageBody, type Tlv } from '../codec/pdu.ts';
import { statusName, type STATUS } from '../codec/statuses.ts';
import { TAG } from '../codec/tags.ts';
import { tlvInteger, tlvText } from '../codec/tlvs.ts';
import { smppConfigSchema } from '../config.ts';
import { composePart } from '../outbound/compose-part.ts';
import { Composer } from '../outbound/compose.ts';
import { LongMessages } from './long-messages.ts';
import type { ServerClient, Submission } from './ports.ts';
import { isRefused, readSubmission } from './submission.ts';

const SUBMIT: MessageBody = {
  ...BLANK_MESSAGE,
  command: 'submit_sm',
  sourceAddrTon: 5,
  sourceAddr: 'Shop',
  destAddrTon: 1,
  destAddrNpi: 1,
  destinationAddr: '27761234567',
  shortMessage: Buffer.from('hi'),
};

/** What an SMSC gets of what a client submits; the status where it is refused. */
async function passOn(
  body: MessageBody | DataBody,
  options: { settings?: object; config?: object } = {},
): Promise<MessageBody | string> {
  const part = readSubmission(body);
  if (isRefused(part)) return statusName(part.status);
  const client: ServerClient = {
    ...smppClientSettingsSchema.parse(options.settings ?? {}),
    account: 'shop',
    system_id: 'acme',
    password_set_at: '',
  };
  const submitted: Submission[] = [];
  const messages = new LongMessages({
    parts: { add: () => Promise.reject(new Error()), remove: async () => {}, stale: async () => [] },
    client: () => client,
    clock: () => 0,
    logger: silentLogger,
    timeoutMs: 1,
    ids: { remember: async () => {} },
    submit: async (_client, submission) => void submitted.push(submission),
    fail: async () => {},
  });
  await messages.take(client, part, { own: 'id', told: 'id' });
  const [submission] = submitted;
  if (submission === undefined) throw new Error('nothing was submitted');
  return wireOf(submission, options.config);
}

function wireOf({ from, to, content, metadata }: Submission, config: object = {}): MessageBody {
  const message = createUserMessage({
    from_addr: from,
    to_addr: to,
    content,
    transport_metadata: { ...metadata },
  });
  const place = { host: 'a', port: 1, system_id: 'a', password: 'a' };
  // As the queue between the two has it.
  const queued = JSON.parse(JSON.stringify(message)) as UserMessage;
  const composed = new Composer(smppConfigSchema.parse({ ...place, ...config })).compose(queued);
  if (composed.kind !== 'ready') throw new Error(composed.reason);
  expect(composed.submission.total).toBe(1);
  return composePart(composed.submission, 0, 0);
}

const octets = (hex: string) => Buffer.from(hex, 'hex');
const headed = (hex: string, more: Partial<MessageBody> = {}) => ({
  esmClass: 0x40,
  dataCoding: 0xf5,
  shortMessage: octets(hex),
  ...more,
});

describe('each field of a submit_sm reaches the network as the client has set it', () => {
  const kept: [string, Partial<MessageBody>][] = [
    ...['CMT', 'CPT', 'VMN', 'VMA', 'WAP', 'USSD', 'x1'].map(
      (serviceType): [string, Partial<MessageBody>] => [`service_type ${serviceType}`, { serviceType }],
    ),
    ...[0, 1, 2, 3, 4, 6, 7].flatMap((ton) =>
      [0, 1, 3, 8, 9, 18].map((npi): [string, Partial<MessageBody>] => [
        `receiver of type ${ton}/${npi}`,
        { destAddrTon: ton, destAddrNpi: npi, destinationAddr: '0761234567' },
      ]),
    ),
    ...[0, 1, 2, 3, 4, 5, 6].map((ton): [string, Partial<MessageBody>] => [
      `sender of type ${ton}/8`,
      { sourceAddrTon: ton, sourceAddrNpi: 8, sourceAddr: '8000' },
    ]),
    ['receiver that is a short code', { destAddrTon: 3, destAddrNpi: 0, destinationAddr: '123' }],
    ['receiver that is dialled', { destAddrTon: 0, destAddrNpi: 0, destinationAddr: '*120*1#' }],
    ['receiver with a prefix of calls abroad', { destAddrTon: 0, destinationAddr: '0027761234567' }],
    ['esm_class store and forward', { esmClass: 0x03 }],
    ['esm_class reply path', { esmClass: 0x80 }],
    ['both', { esmClass: 0x83 }],
    ...[0x01, 0x41, 0x7f, 0xff].map((protocolId): [string, Partial<MessageBody>] => [
      `protocol_id ${protocolId}`,
      { protocolId },
    ]),
    ...[1, 2, 3].map((priorityFlag): [string, Partial<MessageBody>] => [
      `priority_flag ${priorityFlag}`,
      { priorityFlag },
    ]),
    ['validity_period', { validityPeriod: '000001000000000R' }],
    ['validity_period as a time', { validityPeriod: '990101120000004+' }],
    ['flash', { dataCoding: 0xf0 }],
    ...[0x10, 0x11, 0x12, 0x13, 0xf1, 0xf2, 0xf3].map((dataCoding): [string, Partial<MessageBody>] => [
      `class by data_coding ${dataCoding}`,
      { dataCoding },
    ]),
    ...[0x18, 0x19, 0x1b, 0xe0, 0xe8, 0xeb].map((dataCoding): [string, Partial<MessageBody>] => [
      `UCS-2 by data_coding ${dataCoding}`,
      { dataCoding, shortMessage: octets('04160076') },
    ]),
    ...[0xc0, 0xc8, 0xd0, 0xdb].map((dataCoding): [string, Partial<MessageBody>] => [
      `waiting messages by data_coding ${dataCoding}`,
      { dataCoding },
    ]),
    ['no text and an icon that goes', { dataCoding: 0xc0, shortMessage: Buffer.alloc(0) }],
    ['no text and a protocol', { protocolId: 0x40, shortMessage: Buffer.alloc(0) }],
    ...[0x02, 0x04, 0x14, 0x24, 0x3f, 0x88, 0xf4, 0xf7].map((dataCoding): [string, Partial<MessageBody>] => [
      `octets by data_coding ${dataCoding}`,
      { dataCoding, shortMessage: octets('00ff1b80') },
    ]),
    ['octets that are no text of their alphabet', { dataCoding: 0x08, shortMessage: octets('0416d8') }],
    ['octets that GSM has not', { shortMessage: octets('6869ff') }],
    ['ports of sixteen bits', headed('0605040b8423f00aff')],
    ['ports of eight bits', headed('040402f0f10aff')],
    ['a command for the SIM', headed('0270000aff', { protocolId: 0x7f, dataCoding: 0xf6 })],
    ['a special message', headed('04010280016869', { dataCoding: 0 })],
    ['formats of a text', headed('050a030002106869', { dataCoding: 0 })],
  ];

  it.each(kept)('%s', async (_, fields) => {
    expect(await passOn({ ...SUBMIT, ...fields })).toMatchObject(fields);
  });

  const tlvs: [string, Tlv][] = [
    ['dest_addr_subunit', tlvInteger(0x0005, 1, 1)],
    ['source_addr_subunit', tlvInteger(0x000d, 2, 1)],
    ['source_telematics_id', tlvInteger(0x0010, 7, 1)],
    ['payload_type', tlvInteger(0x0019, 1, 1)],
    ['ms_msg_wait_facilities', tlvInteger(0x0030, 0x81, 1)],
    ['privacy_indicator', tlvInteger(0x0201, 3, 1)],
    ['source_subaddress', { tag: 0x0202, value: octets('a0313233') }],
    ['dest_subaddress', { tag: 0x0203, value: octets('a0343536') }],
    ['user_message_reference', tlvInteger(0x0204, 0x1234, 2)],
    ['user_response_code', tlvInteger(0x0205, 9, 1)],
    ['source_port', tlvInteger(0x020a, 9200, 2)],
    ['destination_port', tlvInteger(0x020b, 2948, 2)],
    ['language_indicator', tlvInteger(0x020d, 4, 1)],
    ['callback_num_pres_ind', tlvInteger(0x0302, 1, 1)],
    ['callback_num_atag', { tag: 0x0303, value: octets('0041') }],
    ['number_of_messages', tlvInteger(0x0304, 5, 1)],
    ['callback_num', { tag: 0x0381, value: octets('0101013237') }],
    ['set_dpf', tlvInteger(0x0421, 1, 1)],
    ['more_messages_to_send', tlvInteger(0x0426, 1, 1)],
    ['ussd_service_op', tlvInteger(0x0501, 2, 1)],
    ['display_time', tlvInteger(0x1201, 0, 1)],
    ['sms_signal', tlvInteger(0x1203, 0x0102, 2)],
    ['ms_validity', tlvInteger(0x1204, 3, 1)],
    ['alert_on_message_delivery', { tag: 0x130c, value: Buffer.alloc(0) }],
    ['its_reply_type', tlvInteger(0x1380, 2, 1)],
    ['its_session_info', tlvInteger(0x1383, 0x0102, 2)],
    ['DLT entity of a vendor', tlvText(0x1400, '1701158')],
    ['the last of the vendors', { tag: 0x3fff, value: Buffer.alloc(300, 0xfe) }],
  ];

  it.each(tlvs)('TLV %s', async (_, tlv) => {
    expect(await passOn({ ...SUBMIT, tlvs: [tlv] })).toMatchObject({ tlvs: [tlv] });
  });

  it('all TLVs at once, and one that comes twice', async () => {
    const all = [...tlvs.map(([, tlv]) => tlv), { tag: 0x0381, value: octets('0000003238') }];
    const body = await passOn({ ...SUBMIT, tlvs: all });
    const byTag = (given: readonly Tlv[]) => given.toSorted((a, b) => a.tag - b.tag);
    expect(typeof body === 'string' ? body : byTag(body.tlvs)).toEqual(byTag(all));
  });

  it('but a plus, which no number has on the wire, and a name is a name', async () => {
    expect(
      await passOn({ ...SUBMIT, destAddrTon: 0, destAddrNpi: 0, destinationAddr: '+27761234567' }),
    ).toMatchObject({ destAddrTon: 1, destAddrNpi: 1, destinationAddr: '27761234567' });
    expect(await passOn({ ...SUBMIT, destinationAddr: '+27761234567' })).toMatchObject({
      destAddrTon: 1,
      destinationAddr: '27761234567',
    });
    expect(await passOn({ ...SUBMIT, sourceAddrTon: 0 })).toMatchObject({ sourceAddrTon: 5 });
  });

  it('and a type that is unknown gives way to what the operator has set for the SMSC', async () => {
    const unknown = { ...SUBMIT, destAddrTon: 0, destAddrNpi: 0 };
    expect(await passOn(unknown, { config: { dest_addr_ton: 1, dest_addr_npi: 1 } })).toMatchObject({
      destAddrTon: 1,
      destAddrNpi: 1,
    });
    const national = { ...SUBMIT, destAddrTon: 2 };
    expect(await passOn(national, { config: { dest_addr_ton: 1 } })).toMatchObject({ destAddrTon: 2 });
  });
});

describe('a data_sm', () => {
  const data: DataBody = {
    command: 'data_sm',
    serviceType: 'CMT',
    sourceAddrTon: 3,
    sourceAddrNpi: 8,
    sourceAddr: '8000',
    destAddrTon: 2,
    destAddrNpi: 1,
    destinationAddr: '0761234567',
    esmClass: 0x80,
    registeredDelivery: 0,
    dataCoding: 0xc8,
    tlvs: [{ tag: TAG.MESSAGE_PAYLOAD, value: Buffer.from('hi') }],
  };

  it('is sent on as a submit_sm with all that it says', async () => {
    const { command: _command, registeredDelivery: _ours, tlvs, ...fields } = data;
    expect(await passOn({ ...data, tlvs: [...tlvs, tlvText(0x1400, '17')] })).toMatchObject({
      ...fields,
      shortMessage: Buffer.from('hi'),
      tlvs: [tlvText(0x1400, '17')],
    });
  });

  it('has its lifetime as the validity of the submit_sm', async () => {
    const lifetime = tlvInteger(TAG.QOS_TIME_TO_LIVE, 3600, 4);
    expect(await passOn({ ...data, tlvs: [...data.tlvs, lifetime] })).toMatchObject({
      validityPeriod: '000000010000000R',
    });
  });

  it('to an address that is longer than those of submit_sm is refused', async () => {
    expect(await passOn({ ...data, destinationAddr: '1'.repeat(21) })).toBe('ESME_RINVDSTADR');
  });
});

describe('what cannot reach a phone as it was meant is refused', () => {
  it('but not ports of eight bits in a part, which all parts have', () => {
    const header = '0900030702010402f0f16869';
    expect(readSubmission({ ...SUBMIT, ...headed(header) })).toMatchObject({ concatenation: { total: 2 } });
  });

  const place = (part: number, total: number) => [
    tlvInteger(TAG.SAR_MSG_REF_NUM, 1, 2),
    tlvInteger(TAG.SAR_TOTAL_SEGMENTS, total, 1),
    tlvInteger(TAG.SAR_SEGMENT_SEQNUM, part, 1),
  ];
  it.each<[string, Partial<MessageBody>, keyof typeof STATUS]>([
    ['a receiver of type 5', { destAddrTon: 5 }, 'RINVDSTTON'],
    ['a receiver that is a name', { destinationAddr: 'nobody' }, 'RINVDSTADR'],
    ['a receiver with blanks', { destinationAddr: '27 76 123' }, 'RINVDSTADR'],
    ['a receiver that is a plus', { destinationAddr: '+' }, 'RINVDSTADR'],
    ['no receiver', { destinationAddr: '' }, 'RINVDSTADR'],
    ['a sender that is too long a name', { sourceAddr: 'TwelveLetter' }, 'RINVSRCADR'],
    ['a sender beyond ASCII', { sourceAddr: 'Caf\u00e9' }, 'RINVSRCADR'],
    ['a name as a number', { sourceAddrTon: 1, sourceAddrNpi: 1 }, 'RINVSRCTON'],
    ['datagram mode', { esmClass: 0x01 }, 'RINVESMCLASS'],
    ['transaction mode', { esmClass: 0x02 }, 'RINVESMCLASS'],
    ['a delivery acknowledgement', { esmClass: 0x08 }, 'RINVESMCLASS'],
    ['a manual acknowledgement', { esmClass: 0x10 }, 'RINVESMCLASS'],
    ['a header that is cut off', headed('0605040b'), 'RINVESMCLASS'],
    ['a header that does not end with an element', headed('037000050aff'), 'RINVESMCLASS'],
    ['formats in a part of a text', headed('0a00030702010a030002106869'), 'RINVESMCLASS'],
    ['priority 4', { priorityFlag: 4 }, 'RINVPRTFLG'],
    ['a time to send at', { scheduleDeliveryTime: '000001000000000R' }, 'RINVSCHED'],
    ['a validity that is none', { validityPeriod: '3600' }, 'RINVEXPIRY'],
    ['a validity in month 13', { validityPeriod: '991301120000004+' }, 'RINVEXPIRY'],
    ['acknowledgements of the phone', { registeredDelivery: 0x05 }, 'RINVREGDLVFLG'],
    ['receipts of kind 3', { registeredDelivery: 0x03 }, 'RINVREGDLVFLG'],
    ['reserved bits of registered_delivery', { registeredDelivery: 0x81 }, 'RINVREGDLVFLG'],
    ['replacing', { replaceIfPresentFlag: 1 }, 'RINVREPFLAG'],
    ['a predefined message', { smDefaultMsgId: 1 }, 'RINVDFTMSGID'],
    ['nothing', { shortMessage: Buffer.alloc(0) }, 'RINVMSGLEN'],
    ['two texts', { tlvs: [{ tag: TAG.MESSAGE_PAYLOAD, value: Buffer.from('x') }] }, 'RINVMSGLEN'],
    ['a TLV of receipts', { tlvs: [tlvText(TAG.RECEIPTED_MESSAGE_ID, 'x')] }, 'ROPTPARNOTALLWD'],
    ['a TLV of responses', { tlvs: [tlvInteger(TAG.DPF_RESULT, 1, 1)] }, 'ROPTPARNOTALLWD'],
    ['a reserved TLV', { tlvs: [{ tag: 0x4001, value: Buffer.alloc(1) }] }, 'ROPTPARNOTALLWD'],
    ['a part of unknown place', { tlvs: place(1, 2).slice(0, 2) }, 'RMISSINGOPTPARAM'],
    ['part 3 of 2', { tlvs: place(3, 2) }, 'RINVOPTPARAMVAL'],
    ['part 0', { tlvs: place(0, 2) }, 'RINVOPTPARAMVAL'],
  ])('%s', async (_, fields, status) => {
    expect(await passOn({ ...SUBMIT, ...fields })).toBe(`ESME_${status}`);
  });
});
