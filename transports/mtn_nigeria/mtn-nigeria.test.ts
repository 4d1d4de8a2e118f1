import { createUserMessage, reply, type UserMessage } from '@vumi/core';
import { describe, expect, it } from 'vitest';
import { mtnNigeriaConfigSchema } from './config.ts';
import { mtnNigeriaTransport, readMtn, writeMtn } from './mtn-nigeria.ts';
import { encodeMtn, mtnDecoder, type MtnPacket } from './packets.ts';

const u = '27761234567';
const CONFIG = mtnNigeriaConfigSchema.parse({
  server_hostname: 'mtn.example',
  server_port: 8000,
  username: 'root',
  password: 'toor',
  application_id: '1029384756',
});
const SESSION = '0000000000000042';

const packet = (name: string, fields: Readonly<Record<string, string>>): MtnPacket => ({
  session: SESSION,
  name,
  fields: Object.entries(fields),
});
const STEP = {
  requestId: '7',
  msisdn: u,
  clientId: '3',
  starCode: '123',
  msgtype: '4',
  phase: '2',
  dcs: '15',
  userdata: '1',
  EndofSession: '0',
};
const ABOUT = { session_id: SESSION, requestId: '7', clientId: '3', starCode: '123', phase: '2', dcs: '15' };
const without = (name: string): Record<string, string> =>
  Object.fromEntries(Object.entries(STEP).filter(([field]) => field !== name));

const read = (one: MtnPacket, isLoggedIn = true) => readMtn(one, CONFIG, isLoggedIn);
const error = (errorCode: string) => ({
  kind: 'say',
  frame: packet('USSDError', { requestId: '7', errorCode }),
});

describe('octets', () => {
  it('are a header of session and length, and XML', () => {
    const octets = encodeMtn(packet('ENQRequest', { requestId: '7', enqCmd: 'ENQUIRELINK' }));
    const body = '<ENQRequest><requestId>7</requestId><enqCmd>ENQUIRELINK</enqCmd></ENQRequest>';
    expect(body.length).toBe(77);
    expect(octets.toString('latin1')).toBe(`${SESSION}109${'\0'.repeat(13)}${body}`);
  });

  it('are the same packets however they come', () => {
    const octets = Buffer.concat([
      encodeMtn(packet('USSDRequest', { ...STEP, userdata: 'é & <b>' })),
      encodeMtn({ ...packet('ENQResponse', { requestId: '8' }), session: '9' }),
    ]);
    const decode = mtnDecoder();
    const single = [...octets].flatMap((octet) => decode(Buffer.from([octet])));
    expect(single).toEqual(mtnDecoder()(octets));
    expect(single.map(({ session, name, fields }) => [session, name, Object.fromEntries(fields)])).toEqual([
      [SESSION, 'USSDRequest', { ...STEP, userdata: 'é & <b>' }],
      ['9', 'ENQResponse', { requestId: '8' }],
    ]);
  });

  it('have references for characters that Latin-1 lacks', () => {
    const octets = encodeMtn(packet('USSDResponse', { userdata: 'ж😀é' }));
    expect(octets.toString('latin1')).toContain('<userdata>&#1078;&#128512;é</userdata>');
    expect(mtnDecoder()(octets)[0]?.fields).toEqual([['userdata', 'ж😀é']]);
  });

  it.each([
    ['no length', Buffer.from('HTTP/1.1 400 Bad Request\r\nServer: x')],
    ['a length below that of the header', Buffer.from(`${SESSION}31${'\0'.repeat(14)}`)],
    ['a great length', Buffer.from(`${SESSION}999999${'\0'.repeat(10)}`)],
    ['no XML', Buffer.concat([encodeMtn(packet('a', {})).subarray(0, 32), Buffer.from('not x')])],
  ])('with %s end the connection', (_label, octets) => {
    expect(() => mtnDecoder()(octets)).toThrow();
  });
});

describe('what MTN says', () => {
  it.each([
    [
      'a login that succeeds',
      packet('AUTHResponse', { requestId: '7', authMsg: 'SUCCESS' }),
      [{ kind: 'logged_in' }],
    ],
    [
      'a login that does not',
      packet('AUTHError', { requestId: '7', authMsg: 'FAILURE', errorCode: '001' }),
      [{ kind: 'login_refused', reason: '001 FAILURE' }],
    ],
    [
      'an enquiry',
      packet('ENQRequest', { requestId: '7', enqCmd: 'ENQUIRELINK' }),
      [{ kind: 'say', frame: packet('ENQResponse', { requestId: '7', enqCmd: 'ENQUIRELINKRSP' }) }],
    ],
    [
      'an answer to ours',
      packet('ENQResponse', { requestId: '7', enqCmd: 'ENQUIRELINKRSP' }),
      [{ kind: 'alive' }],
    ],
    [
      'an unknown packet',
      packet('What', { requestId: '7' }),
      [error('208'), { kind: 'ignored', why: 'a packet with the unknown name "What"' }],
    ],
    [
      'a step without a field',
      packet('USSDRequest', without('dcs')),
      [error('208'), { kind: 'ignored', why: 'a USSDRequest without dcs' }],
    ],
    [
      'a step with a field too many',
      packet('USSDRequest', { ...STEP, x: '1' }),
      [error('208'), { kind: 'ignored', why: 'a USSDRequest with x' }],
    ],
  ])('%s', (_label, one, readings) => {
    expect(read(one)).toEqual(readings);
  });

  it('before the login nothing else is taken', () => {
    expect(read(packet('USSDRequest', STEP), false)).toEqual([error('207')]);
  });

  it.each([
    ['1', '0', { session_event: 'new', content: null, to_addr: '*123#' }],
    ['4', '0', { session_event: 'resume', content: 'a', to_addr: '*123#' }],
    ['4', '1', { session_event: 'close', content: 'a', to_addr: '*123#' }],
    ['4', null, { session_event: 'close', content: 'a', to_addr: '*123#' }],
    ['9', '0', { session_event: 'close', content: 'a', to_addr: '*123#' }],
  ])('a step of type %s, end of session %s', (msgtype, EndofSession, fields) => {
    const userdata = msgtype === '1' ? '*123#' : 'a';
    const given = { ...without('EndofSession'), msgtype, userdata };
    const [reading] = read(packet('USSDRequest', EndofSession === null ? given : { ...given, EndofSession }));
    const transport_metadata = { mtn_nigeria_ussd: ABOUT };
    expect(reading).toEqual({ kind: 'message', fields: { from_addr: u, ...fields, transport_metadata } });
  });
});

describe('what is said to MTN', () => {
  const inbound = createUserMessage({
    from_addr: u,
    to_addr: '*123#',
    transport_metadata: { mtn_nigeria_ussd: ABOUT },
  });
  const answer = (msgtype: string, userdata: string, EndofSession: string) => ({
    kind: 'frame',
    frame: packet('USSDResponse', {
      requestId: '7',
      msisdn: u,
      starCode: '123',
      clientId: '3',
      phase: '2',
      msgtype,
      dcs: '15',
      userdata,
      EndofSession,
      delvrpt: '0',
    }),
  });
  const lines = Array.from({ length: 30 }, (_, index) => `line ${index}`);

  it.each([
    ['a question', reply(inbound, 'hi'), answer('2', 'hi', '0')],
    ['the end', reply(inbound, 'bye', { continueSession: false }), answer('6', 'bye', '1')],
    ['more than a screen', reply(inbound, lines.join('\n')), answer('2', lines.slice(0, 24).join('\n'), '0')],
    [
      'what answers nothing',
      createUserMessage({ to_addr: u, from_addr: '1', content: 'hi' }),
      {
        kind: 'refused',
        reason: 'no session to answer: transport_metadata.mtn_nigeria_ussd of its message is missing',
      },
    ],
  ] as const)('%s', (_label, message: UserMessage, written) => {
    expect(writeMtn(message, CONFIG)).toEqual(written);
  });

  it('names its options as Vumi did', () => {
    expect(Object.keys(mtnNigeriaTransport.aliases)).toContain(
      'vumi.transports.mtn_nigeria.MtnNigeriaUssdTransport',
    );
  });
});
