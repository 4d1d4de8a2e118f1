import { createUserMessage, reply, type UserMessage } from '@vumi/core';
import { describe, expect, it } from 'vitest';
import { truteqConfigSchema } from './config.ts';
import { encodeSsmi, ssmiDecoder } from './frames.ts';
import { readSsmi, writeSsmi } from './truteq.ts';

const U = '+27761234567';
const u = '27761234567';
const CONFIG = truteqConfigSchema.parse({ username: 'us', password: 'pw', sms_to_addr: '8000' });

const read = (text: string, isLoggedIn = true) =>
  ssmiDecoder('latin1')(Buffer.from(`${text}\r`, 'latin1')).flatMap((frame) =>
    readSsmi(frame, CONFIG, isLoggedIn),
  );

function written(message: UserMessage, more: object = {}): string {
  const config = truteqConfigSchema.parse({ username: 'us', password: 'pw', ...more });
  const result = writeSsmi(message, config);
  return result.kind === 'refused'
    ? `refused: ${result.reason}`
    : encodeSsmi(result.frame, config.encoding).toString(config.encoding);
}

const step = (content: string | null, session_event: UserMessage['session_event'] = null) =>
  createUserMessage({
    to_addr: U,
    from_addr: '*120*8#',
    content,
    session_event,
    transport_type: 'ussd',
    in_reply_to: 'i1',
  });
const sms = (content: string) => createUserMessage({ to_addr: U, from_addr: '8000', content });

describe('what TruTeq says', () => {
  it.each([
    ['SSMI,101,1', [{ kind: 'logged_in' }]],
    ['SSMI,101,2', [{ kind: 'alive' }]],
    ['SSMI,100,77', [{ kind: 'answer', to: 'sms', result: { kind: 'ok', remoteId: '77' } }]],
    [
      'SSMI,102,3',
      [{ kind: 'answer', to: 'sms', result: { kind: 'failed', reason: 'TruTeq refuses with 3' } }],
    ],
    [
      `SSMI,104,${u},77,0`,
      [
        {
          kind: 'receipt',
          remoteId: '77',
          status: 'delivered',
          metadata: { truteq: { return_code: '0' } },
        },
      ],
    ],
    [
      `SSMI,104,${u},77,5`,
      [{ kind: 'receipt', remoteId: '77', status: 'failed', metadata: { truteq: { return_code: '5' } } }],
    ],
    ['SSMI,199,192.0.2.1', [{ kind: 'broken', reason: 'TruTeq logs us out' }]],
    ['SSMI,7', [{ kind: 'ignored', why: 'a frame of SSMI with the unknown id "7"' }]],
    [`SSMI,110,${u},9,0,x`, [{ kind: 'ignored', why: 'a step of USSD with the unknown type "9"' }]],
  ])('%s', (text, readings) => {
    expect(read(text)).toEqual(readings);
  });

  it('a refusal before the login is one of the login', () => {
    expect(read('SSMI,102,1', false)).toEqual([{ kind: 'login_refused', reason: 'TruTeq refuses with 1' }]);
  });

  it.each([
    [`SSMI,110,${u},1,0,*120*8`, { from_addr: U, to_addr: '*120*8#', content: null, session_event: 'new' }],
    [`SSMI,110,${u},1,0,*120*8#`, { from_addr: U, to_addr: '*120*8#', content: null, session_event: 'new' }],
    [`SSMI,110,${u},2,0,a,b, c`, { from_addr: U, to_addr: null, content: 'a,b, c', session_event: 'resume' }],
    [`SSMI,110,${u},2,0`, { from_addr: U, to_addr: null, content: '', session_event: 'resume' }],
    [`SSMI,110,${u},3,0,`, { from_addr: U, to_addr: null, content: '', session_event: 'close' }],
    [`SSMI,110,${u},4,0,late`, { from_addr: U, to_addr: null, content: 'late', session_event: 'close' }],
    [
      `SSMI,111,${u},1,0,655011234567890:1::,*156#`,
      {
        from_addr: U,
        to_addr: '*156#',
        content: null,
        session_event: 'new',
        helper_metadata: {
          truteq: {
            genfields: {
              IMSI: '655011234567890',
              'Subscriber Type': '1',
              OperatorID: '',
              SessionID: '',
              ValiPort: '',
            },
          },
        },
      },
    ],
    [
      `SSMI,103,${u},5,é, hi`,
      {
        from_addr: U,
        to_addr: '8000',
        content: 'é, hi',
        transport_type: 'sms',
        transport_metadata: { truteq: { sequence: '5' } },
      },
    ],
  ])('%s is a message', (text, fields) => {
    expect(read(text)).toEqual([{ kind: 'message', fields }]);
  });
});

describe('what is said to TruTeq', () => {
  it.each([
    ['a reply with commas and line ends', step('a,b\r\nc'), `SSMI,110,${u},2,a,b\nc\r`],
    ['a CR alone', step('a\rb'), `SSMI,110,${u},2,a\nb\r`],
    ['a reply that ends the session', step('bye', 'close'), `SSMI,110,${u},3,bye\r`],
    ['nothing', step(null), `SSMI,110,${u},2,\r`],
    ['an SMS', sms('hi, you'), `SSMI,2,0,${u},hi, you\r`],
    ['plainer signs for those that Latin-1 lacks', step('“a” – é'), `SSMI,110,${u},2,"a" - é\r`],
    ['a character that nothing stands for', step('ж'), 'refused: the network has no character for U+0436'],
    [
      'an address that would break the frame',
      { ...sms('hi'), to_addr: '1,2' },
      'refused: Invalid to_addr: 1,2',
    ],
  ])('%s', (_label, message, frame) => {
    expect(written(message)).toBe(frame);
  });

  it('speaks UTF-8 where the configuration says so', () => {
    expect(written(step('ж'), { encoding: 'utf-8' })).toBe(`SSMI,110,${u},2,ж\r`);
    expect(written(step('ж'), { unsupported_characters: 'replace' })).toBe(`SSMI,110,${u},2,?\r`);
  });

  it('answers an SMS with an SMS', () => {
    const inbound = createUserMessage({
      to_addr: '8000',
      from_addr: U,
      content: 'hi',
      transport_type: 'sms',
    });
    expect(written(reply(inbound, 'yo'))).toBe(`SSMI,2,0,${u},yo\r`);
  });

  it.each([
    ['a comma in the name', { username: 'a,b', password: 'pw' }],
    ['a line end in the password', { username: 'a', password: 'p\rw' }],
  ])('%s is a wrong configuration', (_label, config) => {
    expect(truteqConfigSchema.safeParse(config).success).toBe(false);
  });
});

describe('octets', () => {
  const frames = ['SSMI,101,1\r', 'SSMI,110,1,2,0,a,é\r\n', 'SSMI,101,2\r'].join('');

  it('are the same frames however they come', () => {
    const whole = ssmiDecoder('latin1')(Buffer.from(frames, 'latin1'));
    const decode = ssmiDecoder('latin1');
    const single = [...Buffer.from(frames, 'latin1')].flatMap((octet) => decode(Buffer.from([octet])));
    expect(single).toEqual(whole);
    expect(whole.map(({ id, fields }) => [id].concat(fields))).toEqual([
      ['101', '1'],
      ['110', '1', '2', '0', 'a', 'é'],
      ['101', '2'],
    ]);
  });

  it.each([
    ['another protocol', Buffer.from('HTTP/1.1 400\r')],
    ['a frame without an end', Buffer.alloc(65 * 1024, 'a')],
  ])('that are %s end the connection', (_label, octets) => {
    expect(() => ssmiDecoder('latin1')(octets)).toThrow();
  });
});
