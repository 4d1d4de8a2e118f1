import { createAck, createDeliveryReport, createNack, createUserMessage } from '@vumi/core';
import { describe, expect, it } from 'vitest';
import { interfaceOf, NAME, openDialect, TOKEN, USER } from '../dialect-place.fixture.ts';
import { jasmin } from './jasmin.ts';

const own = interfaceOf({ dialect: 'jasmin', message_url: 'http://crm.example/mo' });
const WHO = `username=${NAME}&password=${TOKEN}`;
const TO = 'to=27761234567';

describe('/send', () => {
  it.each([
    ['a good request', `${WHO}&${TO}&content=hi`, 200, 'Success "m1"'],
    [
      'a wrong password',
      `username=a&password=z&${TO}&content=hi`,
      403,
      'Error "Authentication failure for username:a"',
    ],
    ['no receiver', `${WHO}&content=hi`, 400, 'Error "Mandatory argument [to] is not found."'],
    ['letters', `${WHO}&to=abc&content=hi`, 400, 'Error "Argument [to] has an invalid value: [abc]."'],
    ['no text', `${WHO}&${TO}`, 400, 'Error "content or hex-content must be present."'],
    [
      'a wrong level',
      `${WHO}&${TO}&content=a&dlr-level=9`,
      400,
      'Error "Argument [dlr-level] has an invalid value: [9]."',
    ],
    [
      'reports to nowhere',
      `${WHO}&${TO}&content=a&dlr=yes`,
      400,
      'Error "Mandatory argument [dlr-url] is not found."',
    ],
    ['no route', `${WHO}&to=2776404&content=a`, 412, 'Error "No route found"'],
    ['a foreign sender', `${WHO}&${TO}&content=a&from=9999`, 403, 'Error "not the number of this account"'],
  ])('answers %s as Jasmin does', async (_what, query, status, body) => {
    const place = openDialect(jasmin, own);
    expect(await place.ask(`/send?${query}`)).toMatchObject({ status, body });
    expect(place.sent).toHaveLength(status === 200 ? 1 : 0);
  });

  it.each([
    ['application/x-www-form-urlencoded', `${WHO}&${TO}&content=caf%C3%A9`, 'café'],
    [
      'application/json',
      JSON.stringify({ username: NAME, password: TOKEN, to: 27761234567, content: 'café' }),
      'café',
    ],
    ['application/x-www-form-urlencoded', `${WHO}&${TO}&hex-content=0436&coding=8`, 'ж'],
    ['application/x-www-form-urlencoded', `${WHO}&${TO}&hex-content=6869`, 'hi'],
  ])('takes a POST of %s', async (type, body, content) => {
    const place = openDialect(jasmin, own);
    const headers = { 'content-type': type };
    expect(await place.ask('/send', { method: 'POST', headers, body })).toMatchObject({ status: 200 });
    expect(place.sent).toMatchObject([{ to: '27761234567', content }]);
  });

  it.each([
    ['text/plain', 'hi'],
    ['application/json', '['],
    ['application/json', '[]'],
  ])('refuses a POST of %s that is none', async (type, body) => {
    const answer = await openDialect(jasmin, own).ask('/send', {
      method: 'POST',
      headers: { 'content-type': type },
      body,
    });
    expect(answer).toMatchObject({ status: 400, body: expect.stringMatching(/^Error "/) });
  });

  it('passes on what is said of the message', async () => {
    const place = openDialect(jasmin, own);
    const more =
      'from=8000&priority=2&validity-period=5&tags=mno,x&sdt=000000000100000R&hex-content=00ff&coding=4';
    await place.ask(`/send?${WHO}&${TO}&${more}`);
    const smpp = { octets: '00ff', priority_flag: 2, schedule_delivery_time: '000000000100000R' };
    const said = { from: '8000', via: 'mno', validity: 300, content: '', transport_metadata: { smpp } };
    expect(place.sent).toMatchObject([said]);
  });
});

describe('what became of a message', () => {
  const fields = { user_message_id: 'm1', transport_name: 'mno' };
  const delivered = createDeliveryReport(fields, 'delivered');
  it.each([
    ['an ack', createAck(fields, 's7'), 3, { message_status: 'ESME_ROK', level: '1' }],
    [
      'a nack',
      createNack(fields, 'ESME_RINVDSTADR: no'),
      1,
      { message_status: 'ESME_RINVDSTADR', level: '1' },
    ],
    ['a nack at level 2', createNack(fields, 'no'), 2, { message_status: 'UNDELIV', level: '2' }],
    ['a receipt', delivered, 3, { message_status: 'DELIVRD', level: '3', dlvrd: '001', err: '000' }],
    ['a failure', createDeliveryReport(fields, 'failed'), 2, { message_status: 'UNDELIV', dlvrd: '000' }],
  ])('is told of %s', (_what, event, level, said) => {
    const report = { url: 'http://x.example/dlr', level, method: 'POST' };
    const callback = jasmin.tellEvent(event, own, { report, text: 'hi' });
    const told = Object.fromEntries(new URLSearchParams(callback?.body));
    expect(told).toMatchObject({ id: 'm1', connector: 'mno', ...said });
    expect('id_smsc' in told).toBe(told['level'] !== '1');
  });

  it('may be asked for by GET, at a URL with a query of its own', () => {
    const report = { url: 'http://x.example/dlr?k=1', level: 3, method: 'GET' };
    const callback = jasmin.tellEvent(delivered, own, { report });
    expect(callback).toMatchObject({ method: 'GET', body: '' });
    expect(callback?.url).toMatch(/^http:\/\/x\.example\/dlr\?k=1&id=m1&message_status=DELIVRD&level=3/);
    expect(jasmin.tellEvent(delivered, own, { report: null })).toBeNull();
  });

  it.each([
    ['ACK/Jasmin', 200, 'taken'],
    [' ACK/Jasmin\n', 200, 'taken'],
    ['ok', 200, 'again'],
    ['ACK/Jasmin', 500, 'again'],
    ['ACK/Jasmin', 400, 'refused'],
  ])('is taken by who answers %j with %i: %s', (body, status, kind) => {
    const outcome = { kind: 'answered', status, headers: {}, body: Buffer.from(body) } as const;
    expect(jasmin.judge?.(outcome, 0).kind).toBe(kind);
  });
});

it.each([
  ['hi é', '0', '686920e9'],
  ['ж', '8', '0436'],
])('brings what a user wrote: %s', (content, coding, binary) => {
  const message = createUserMessage({
    message_id: 'i1',
    from_addr: USER,
    to_addr: '8000',
    content,
    transport_name: 'mno',
  });
  const callback = jasmin.tellMessage(message, own);
  expect(callback).toMatchObject({ method: 'POST', url: own.message_url });
  const told = Object.fromEntries(new URLSearchParams(callback?.body));
  expect(told).toMatchObject({
    id: 'i1',
    from: USER,
    to: '8000',
    'origin-connector': 'mno',
    content,
    coding,
    binary,
  });
});
