import { createAck, createDeliveryReport, createNack, createUserMessage } from '@vumi/core';
import { describe, expect, it } from 'vitest';
import { interfaceOf, NAME, openDialect, TOKEN, USER } from '../dialect-place.fixture.ts';
import { kannel } from './kannel.ts';

const own = interfaceOf({ dialect: 'kannel', message_url: 'http://crm.example/in?p=%p&P=%P&a=%a&k=%k&%%20' });
const WHO = `username=${NAME}&password=${TOKEN}`;
const sendsms = (query: string): string => `/cgi-bin/sendsms?${query}`;

describe('sendsms', () => {
  it.each([
    ['a good request', `${WHO}&to=${USER.slice(1)}&text=hi`, 202, '0: Accepted for delivery'],
    ['its short names', `user=${NAME}&pass=${TOKEN}&to=27761234567&text=hi`, 202, '0: Accepted for delivery'],
    ['no text', `${WHO}&to=27761234567`, 202, '0: Accepted for delivery'],
    ['an unknown smsc', `${WHO}&to=27761234567&text=hi&smsc=none`, 202, '0: Accepted for delivery'],
    [
      'a validity that is none',
      `${WHO}&to=27761234567&text=hi&validity=abc`,
      202,
      '0: Accepted for delivery',
    ],
    ['a wrong password', `username=${NAME}&password=z&to=1&text=hi`, 403, 'Authorization failed for sendsms'],
    ['no credentials', 'to=27761234567&text=hi', 403, 'Authorization failed for sendsms'],
    ['no receiver', `${WHO}&text=hi`, 400, 'Missing receiver number, rejected'],
    [
      'letters',
      `${WHO}&to=27abc&text=hi`,
      400,
      'Number(s) has/have been denied by white- and/or black-lists.',
    ],
    ['a wrong password before all else', 'user=crm&pass=z&coding=7', 403, 'Authorization failed for sendsms'],
    [
      'no receiver before a wrong coding',
      `${WHO}&text=hi&coding=7`,
      400,
      'Missing receiver number, rejected',
    ],
    [
      'no such number',
      `${WHO}&to=000&text=hi`,
      400,
      'Number(s) has/have been denied by white- and/or black-lists.',
    ],
    [
      'an unknown charset',
      `${WHO}&to=27761234567&text=hi&charset=x`,
      400,
      'Charset or body misformed, rejected',
    ],
  ])('answers %s as Kannel does', async (_what, query, status, body) => {
    const place = openDialect(kannel, own);
    expect(await place.ask(sendsms(query))).toMatchObject({ status, body });
    expect(place.sent).toHaveLength(status === 202 ? 1 : 0);
  });

  it.each([
    ['coding=7', 'Coding'],
    ['mclass=9', 'MClass'],
    ['mwi=8', 'MWI'],
    ['compress=2', 'Compress'],
    ['validity=-5', 'Validity'],
    ['dlr-mask=999', 'DLR-Mask'],
    ['pid=999', 'PID'],
    ['rpi=9', 'RPI'],
    ['alt-dcs=2', 'Alt-DCS'],
    ['priority=9', 'Priority'],
    ['udh=zz', 'UDH'],
    ['udh=%09%00', 'UDH'],
    ['udh=050003010201', 'UDH'],
  ])('refuses %s', async (field, label) => {
    const answer = await openDialect(kannel, own).ask(sendsms(`${WHO}&to=27761234567&text=hi&${field}`));
    expect(answer).toMatchObject({ status: 400, body: `${label} field misformed, rejected` });
  });

  it.each(['coding=x', 'mclass=-1', 'mclass=', 'deferred=-1', 'pid=-1', 'priority=abc', 'udh='])(
    'does not heed %s',
    async (field) => {
      const place = openDialect(kannel, own);
      expect((await place.ask(sendsms(`${WHO}&to=27761234567&text=hi&${field}`))).status).toBe(202);
      expect(place.sent).toMatchObject([{ content: 'hi', transport_metadata: {} }]);
    },
  );

  it.each([
    ['a sender of somebody else', `${WHO}&to=27761234567&text=hi&from=9999`, 403],
    ['an account without credit', `${WHO}&to=27761230402&text=hi`, 403],
    ['too many receivers', `${WHO}&to=${'1+'.repeat(101)}&text=hi`, 400],
  ])('refuses %s', async (_what, query, status) => {
    const place = openDialect(kannel, own);
    expect((await place.ask(sendsms(query))).status).toBe(status);
    expect(place.sent).toEqual([]);
  });

  it.each([
    [false, '3: Queued for later delivery'],
    // A Kannel takes the other one for a failure, and tells its programs so.
    [true, '0: Accepted for delivery'],
  ])('takes what waits for its transport; a forwarder: %s', async (forwarder, body) => {
    const place = openDialect(kannel, { ...own, forwarder });
    expect(await place.ask(sendsms(`${WHO}&to=27761230503&text=hi`))).toMatchObject({ status: 202, body });
  });

  it.each([
    ['UTF-8', 'text=caf%C3%A9+%26', 'café &'],
    ['another charset', 'text=caf%E9&charset=ISO-8859-1', 'café'],
    ['UCS-2 in UTF-16BE', 'text=%04%36%00a&coding=2', 'жa'],
    ['UCS-2 in UTF-8', 'text=%D0%B6&coding=2&charset=UTF-8', 'ж'],
    ['a percent sign of its own', 'text=100%', '100%'],
  ])('reads %s', async (_what, text, content) => {
    const place = openDialect(kannel, own);
    await place.ask(sendsms(`${WHO}&to=27761234567&${text}`));
    expect(place.sent).toMatchObject([{ content }]);
  });

  it('sends to each of several receivers, with what is said of the message', async () => {
    const place = openDialect(kannel, own);
    const more = 'from=8000&smsc=mno&validity=2&mclass=0&priority=3&udh=%03%01%02%03&deferred=1&rpi=1';
    await place.ask(sendsms(`${WHO}&to=%2B27761234567+27821234567&text=hi&${more}`));
    const header = { udh: '010203', reply_path: true };
    const smpp = { message_class: 0, priority_flag: 3, schedule_delivery_time: 60, ...header };
    const common = { from: '8000', via: 'mno', validity: 120, transport_metadata: { smpp } };
    expect(place.sent).toMatchObject([
      { to: '+27761234567', ...common },
      { to: '27821234567', ...common },
    ]);
  });

  it('sends octets as they are', async () => {
    const place = openDialect(kannel, own);
    await place.ask(sendsms(`${WHO}&to=27761234567&text=%00%ff&coding=1`));
    expect(place.sent).toMatchObject([{ content: '', transport_metadata: { smpp: { octets: '00ff' } } }]);
  });

  it.each([
    ['text/plain', 202],
    ['text/plain; charset="ISO-8859-1"', 202],
    ['application/x-www-form-urlencoded', 400],
    ['application/json', 400],
  ])('takes a POST of %s or says that it does not', async (type, status) => {
    const place = openDialect(kannel, own);
    const headers = {
      'content-type': type,
      'x-kannel-username': NAME,
      'x-kannel-password': TOKEN,
      'x-kannel-to': '27761234567',
      'x-kannel-from': '8000',
    };
    const answer = await place.ask('/cgi-bin/sendsms', { method: 'POST', headers, body: 'hi' });
    expect(answer.status).toBe(status);
    if (status === 400) expect(answer.body).toBe('Invalid content-type');
    else expect(place.sent).toMatchObject([{ content: 'hi', from: '8000' }]);
  });

  const HEADERS = {
    'x-kannel-username': NAME,
    'x-kannel-password': TOKEN,
    'x-kannel-to': '27761234567 27821234567',
    'x-kannel-from': '8000',
  };
  it.each([
    ['no receiver', { 'x-kannel-to': '' }, 400, 'Missing receiver(s) number(s), rejected'],
    ['a wrong password', { 'x-kannel-password': 'z' }, 403, 'Authorization failed for sendsms'],
    ['coding 7', { 'x-kannel-coding': '7' }, 400, 'Coding field misformed, rejected'],
    ['octets that are none', { 'x-kannel-udh': '05z' }, 400, 'UDH field misformed, rejected'],
    ['a charset in a header, which Kannel does not heed', { 'x-kannel-charset': 'x' }, 202, /^0: /],
  ])('answers %s in headers as Kannel does', async (_what, more, status, said) => {
    const place = openDialect(kannel, own);
    const headers = { 'content-type': 'text/plain', ...HEADERS, ...more };
    const answer = await place.ask('/cgi-bin/sendsms', { method: 'POST', headers, body: 'hi' });
    expect(answer.status).toBe(status);
    expect(answer.body).toMatch(said);
  });

  it('reads all that headers say', async () => {
    const place = openDialect(kannel, own);
    const said = {
      udh: '050003010201',
      mclass: '1',
      coding: '0',
      'dlr-mask': '1',
      'dlr-url': 'http://x.example/?d=%d',
      validity: '20',
      smsc: 'mno',
      priority: '2',
      pid: '3',
    };
    const more = Object.fromEntries(Object.entries(said).map(([name, value]) => [`x-kannel-${name}`, value]));
    const headers = { 'content-type': 'text/plain', ...HEADERS, ...more };
    await place.ask('/cgi-bin/sendsms', { method: 'POST', headers, body: 'café' });
    const smpp = { udh: '0003010201', message_class: 1, priority_flag: 2, protocol_id: 3 };
    const common = { content: 'café', via: 'mno', validity: 1200, transport_metadata: { smpp } };
    const events = ['delivery_report.delivered'];
    expect(place.sent).toMatchObject([
      { to: '27761234567', ...common, events },
      { to: '27821234567', ...common, events },
    ]);
  });

  const ADDRESSED = '<da><number>27761234567</number></da><oa><number>8000</number></oa>';
  const FROM = `<from><user>${NAME}</user><pass>${TOKEN}</pass></from>`;
  const MISFORMED = 'field misformed, rejected';
  it.each([
    ['a good document', `${ADDRESSED}<ud>hi</ud>${FROM}`, 202, '0: Accepted for delivery'],
    ['no text', `${ADDRESSED}${FROM}`, 202, '0: Accepted for delivery'],
    [
      'a wrong password',
      `${ADDRESSED}<ud>hi</ud><from><user>${NAME}</user><pass>z</pass></from>`,
      403,
      'Authorization failed for sendsms',
    ],
    ['no credentials', `${ADDRESSED}<ud>hi</ud>`, 403, 'Authorization failed for sendsms'],
    ['an open element', `${ADDRESSED}<ud>hi${FROM}`, 403, 'Authorization failed for sendsms'],
    ['no receiver', `<ud>hi</ud>${FROM}`, 400, 'Missing receiver(s) number(s), rejected'],
    [
      'letters',
      `<da><number>abc</number></da><ud>hi</ud>${FROM}`,
      400,
      'Number(s) has/have been denied by white- and/or black-lists.',
    ],
    ['coding 9', `${ADDRESSED}<dcs><coding>9</coding></dcs>${FROM}`, 400, `Coding ${MISFORMED}`],
    ['mclass 9', `${ADDRESSED}<dcs><mclass>9</mclass></dcs>${FROM}`, 400, `MClass ${MISFORMED}`],
    ['no digits', `${ADDRESSED}<udh>nothex</udh>${FROM}`, 400, `UDH ${MISFORMED}`],
  ])('answers %s in XML as Kannel does', async (_what, inner, status, body) => {
    const place = openDialect(kannel, own);
    const document = `<?xml version="1.0"?><message><submit>${inner}</submit></message>`;
    const headers = { 'content-type': 'text/xml' };
    const answer = await place.ask('/cgi-bin/sendsms', { method: 'POST', headers, body: document });
    expect(answer).toMatchObject({ status, body });
    expect(place.sent).toHaveLength(status === 202 ? 1 : 0);
  });

  it('reads all that a document says', async () => {
    const place = openDialect(kannel, own);
    const body = `<?xml version="1.0" encoding="UTF-8"?>
      <message><submit>
        <da><number>27761234567</number></da><da><number>abc</number></da><da><number>+27821234567</number></da>
        <oa><number>8000</number></oa>
        <ud> a&lt;b <![CDATA[& c]]> &#x416; </ud><udh>050003010201</udh>
        <dcs><mclass>1</mclass><coding>2</coding></dcs><pid>3</pid><rpi>1</rpi>
        <vp><delay>20</delay></vp><timing><delay>1</delay></timing>
        <statusrequest><dlr-mask>8</dlr-mask><dlr-url>http://x.example/?a=1&amp;d=%d</dlr-url></statusrequest>
        <smsc>mno</smsc><from><username>${NAME}</username><password>${TOKEN}</password></from>
      </submit><submit>${ADDRESSED}<ud>another</ud>${FROM}</submit></message>`;
    await place.ask('/cgi-bin/sendsms', { method: 'POST', headers: { 'content-type': 'text/xml' }, body });
    const header = { udh: '0003010201', message_class: 1, protocol_id: 3, reply_path: true };
    const common = {
      content: 'a<b & c Ж',
      from: '8000',
      via: 'mno',
      validity: 1200,
      transport_metadata: { smpp: { ...header, schedule_delivery_time: 60 } },
      events: ['ack'],
      note: { url: 'http://x.example/?a=1&d=%d' },
    };
    expect(place.sent).toMatchObject([
      { to: '27761234567', ...common },
      { to: '+27821234567', ...common },
    ]);
    expect(place.sent).toHaveLength(2);
  });

  it.each([
    [31, ['delivery_report.delivered', 'delivery_report.failed', 'delivery_report.pending', 'ack', 'nack']],
    [27, ['delivery_report.delivered', 'delivery_report.failed', 'ack', 'nack']],
    [1, ['delivery_report.delivered']],
    [0, []],
  ])('hears with the mask %i of what it asks for', async (mask, events) => {
    const place = openDialect(kannel, own);
    const url = encodeURIComponent('http://x.example/?d=%d');
    await place.ask(sendsms(`${WHO}&to=27761234567&text=hi&dlr-mask=${mask}&dlr-url=${url}`));
    expect(place.sent).toMatchObject([{ events, note: { url: 'http://x.example/?d=%d' } }]);
  });
});

describe('dlr-url', () => {
  const fields = { user_message_id: 'm1', transport_name: 'mno' };
  const url = 'http://x.example/?d=%d&A=%A&F=%F&I=%I&i=%i&p=%p&P=%P&a=%a&x=%%&z=%Z';
  const note = { url, to: USER, from: '8000', text: 'a&b' };
  it.each([
    ['an ack', createAck(fields, 'smsc-7'), '8', 'ACK%2F', 'smsc-7'],
    ['a nack', createNack(fields, 'no such number'), '16', 'NACK%2Fno%20such%20number', ''],
    ['a receipt', createDeliveryReport(fields, 'delivered'), '1', 'delivered', ''],
    ['a failure', createDeliveryReport(fields, 'failed'), '2', 'failed', ''],
    ['what is on its way', createDeliveryReport(fields, 'pending'), '4', 'pending', ''],
  ])('is told of %s', (_what, event, bit, ...[answer, foreign]) => {
    expect(kannel.tellEvent(event, own, note)).toMatchObject({
      method: 'GET',
      url: `http://x.example/?d=${bit}&A=${answer}&F=${foreign}&I=m1&i=mno&p=%2B27761234567&P=8000&a=a%26b&x=%&z=%Z`,
    });
  });

  it('tells nobody where none was named', () => {
    expect(kannel.tellEvent(createAck(fields, '7'), own, { url: null })).toBeNull();
  });
});

describe('a sms-service', () => {
  const message = createUserMessage({
    from_addr: USER,
    to_addr: '8000',
    content: 'Hi & bye',
    transport_name: 'mno',
  });

  it('is asked for what a user gets', () => {
    const callback = kannel.tellMessage(message, own);
    expect(callback?.url).toBe('http://crm.example/in?p=%2B27761234567&P=8000&a=Hi%20%26%20bye&k=Hi&%20');
    expect(kannel.tellMessage(message, { ...own, message_url: null })).toBeNull();
  });

  it.each([
    ['text/plain; charset=iso-8859-1', Buffer.from('caf\u00e9', 'latin1'), 'café'],
    ['text/plain', Buffer.from(' yo \n'), 'yo'],
    [
      'text/html',
      Buffer.from('<p>It&#39;s\n <b>yo</b> &amp; &lt;1 &copy; &#0;</p> <'),
      "It's yo & <1 &copy; &#0; <",
    ],
    ['image/png', Buffer.from('yo'), ''],
    ['application/json', Buffer.from('{}'), ''],
  ])('answers in %s', (type, body, content) => {
    const answer = { kind: 'answered', status: 200, headers: { 'content-type': type }, body } as const;
    expect(kannel.replyOf?.(answer)).toBe(content);
  });
});
