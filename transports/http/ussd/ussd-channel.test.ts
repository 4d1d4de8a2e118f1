import { describe, expect, it } from 'vitest';
import { createUserMessage, reply } from '@vumi/core';
import { eventually } from '../../testing/eventually.ts';
import { MemoryPorts } from '../../testing/memory-ports.ts';
import { UssdPlay } from '../../testing/ussd-play.ts';

const AT = { sessionId: 's', serviceCode: '*384#', phoneNumber: '+254711000001' };
const ARKESEL = { sessionID: 's', userID: 'x', msisdn: '233200000001', newSession: true, userData: '*9#' };
const AT_SORRY = 'END The service takes too long to answer. Please try again later.';
const AT_ERROR = 'END The service cannot be reached now. Please try again later.';

const at = (text: string, more: Record<string, string> = {}) => ({ form: { ...AT, text, ...more } });
const arkesel = (more: object = {}) => ({ json: { ...ARKESEL, ...more } });
const nackReasons = ({ memory }: UssdPlay): string[] =>
  memory.events.flatMap((event) => (event.event_type === 'nack' ? [event.nack_reason] : []));

async function waits(play: UssdPlay, count = 1): Promise<void> {
  await eventually(
    () => play.gauges['pending_requests'],
    (pending) => pending === count,
  );
}

describe('a session', () => {
  it('begins anew after a reply that closes it', async () => {
    await using play = await UssdPlay.start('arkesel_ussd');
    play.say(['bye', 'close'], ['hi']);
    await play.ask(arkesel());
    await play.ask(arkesel({ userData: '*9*1#' }));
    const [first, second] = play.memory.inbound;
    expect([first?.session_event, second?.session_event]).toEqual(['new', 'new']);
    expect(second?.message_id).not.toBe(first?.message_id);
  });

  it('that nobody knows ends with a text where the request does not name the code', async () => {
    await using play = await UssdPlay.start('arkesel_ussd');
    const answer = await play.ask(arkesel({ newSession: false, userData: '1' }));
    expect(JSON.parse(answer.body)).toMatchObject({
      message: 'Your session has ended. Please dial again.',
      continueSession: false,
    });
    expect(play.memory.inbound).toEqual([]);
  });

  it('that nobody knows is new where the request names the code, or ends where the options say so', async () => {
    await using play = await UssdPlay.start('africastalking_ussd');
    play.say(['hi']);
    expect((await play.ask(at('1*2'))).body).toBe('CON hi');
    expect(play.memory.inbound).toMatchObject([{ session_event: 'new', content: null, to_addr: '*384#' }]);
    await using strict = await UssdPlay.start('africastalking_ussd', { unknown_session: 'end' });
    expect((await strict.ask(at('1*2'))).body).toBe('END Your session has ended. Please dial again.');
  });

  it('is forgotten when its time is over', async () => {
    await using play = await UssdPlay.start('africastalking_ussd', { ussd_session_timeout: 0.02 });
    play.say(['hi'], ['hi again']);
    await play.ask(at(''));
    await eventually(
      () => play.memory.state.get('transport/net/ussd/s'),
      (kept) => kept === null,
    );
    await play.ask(at('1'));
    expect(play.memory.inbound.map(({ session_event }) => session_event)).toEqual(['new', 'new']);
  });

  it('outlives the transport that began it', async () => {
    const memory = new MemoryPorts('net');
    const first = await UssdPlay.start('africastalking_ussd', {}, memory);
    first.say(['hi']);
    await first.ask(at(''));
    await first[Symbol.asyncDispose]();
    await using second = await UssdPlay.start('africastalking_ussd', {}, memory);
    second.say(['yo']);
    await second.ask(at('7'));
    expect(memory.inbound[1]).toMatchObject({ session_event: 'resume', content: '7', to_addr: '*384#' });
  });
});

describe('inputs that come all together', () => {
  it.each([
    ['one more', ['', '1', '1*2'], [null, '1', '2']],
    ['with the separator in them', ['', 'a*b', 'a*b*c*d'], [null, 'a*b', 'c*d']],
    ['fewer, as the network went back', ['', '1', '1*2', '1', '1*2'], [null, '1', '2', '1', '2']],
    ['none in the beginning', ['1*2', '1*2*3'], [null, '3']],
  ])('%s', async (_label, texts, contents) => {
    await using play = await UssdPlay.start('africastalking_ussd');
    for (const text of texts) {
      play.say([`re: ${text}`]);
      expect((await play.ask(at(text))).body).toBe(`CON re: ${text}`);
    }
    expect(play.memory.inbound.map(({ content }) => content)).toEqual(contents);
    expect(new Set(play.memory.inbound.map(({ message_id }) => message_id)).size).toBe(texts.length);
  });
});

describe('a step that is repeated', () => {
  it('waits with the first, gets what that got, and publishes nothing', async () => {
    await using play = await UssdPlay.start('africastalking_ussd');
    const first = play.ask(at(''));
    await waits(play);
    const second = play.ask(at(''));
    await eventually(
      () => play.gauges['requests_total'],
      (count) => count === 2,
    );
    const [inbound] = play.memory.inbound;
    if (inbound === undefined) throw new Error('nothing was published');
    await play.memory.send(reply(inbound, 'bye', { continueSession: false }));
    const late = await play.ask(at(''));
    expect([(await first).body, (await second).body, late.body]).toEqual(['END bye', 'END bye', 'END bye']);
    expect(play.memory.inbound.length).toBe(1);
  });

  it('is the same message after the transport has died with it', async () => {
    const memory = new MemoryPorts('net');
    const first = await UssdPlay.start('africastalking_ussd', {}, memory);
    const dying = new AbortController();
    void first.ask({ ...at(''), gone: dying.signal });
    await waits(first);
    await using second = await UssdPlay.start('africastalking_ussd', {}, memory);
    second.say(['hi']);
    expect((await second.ask(at(''))).body).toBe('CON hi');
    const [one, two] = memory.inbound;
    expect([two?.message_id, two?.session_event, two?.content]).toEqual([one?.message_id, 'new', null]);
    dying.abort();
    await first[Symbol.asyncDispose]();
  });

  it('of a network that numbers nothing is one while the first waits', async () => {
    await using play = await UssdPlay.start('arkesel_ussd');
    play.say(['hi']);
    await play.ask(arkesel());
    const first = play.ask(arkesel({ newSession: false, userData: '1' }));
    await waits(play);
    const second = play.ask(arkesel({ newSession: false, userData: '1' }));
    await eventually(
      () => play.gauges['requests_total'],
      (count) => count === 3,
    );
    const inbound = play.memory.inbound.at(-1);
    if (inbound === undefined) throw new Error('nothing was published');
    await play.memory.send(reply(inbound, 'one'));
    for (const one of [first, second]) expect(JSON.parse((await one).body)).toMatchObject({ message: 'one' });
    play.say(['two']);
    await play.ask(arkesel({ newSession: false, userData: '1' }));
    expect(play.memory.inbound.map(({ content }) => content)).toEqual([null, '1', '1']);
  });
});

describe('errors of ours are a last screen', () => {
  it('when no reply comes in time; a late one is refused', async () => {
    await using play = await UssdPlay.start('africastalking_ussd', { request_timeout: 0.02 });
    expect(await play.ask(at(''))).toMatchObject({ status: 200, body: AT_SORRY });
    const [inbound] = play.memory.inbound;
    if (inbound === undefined) throw new Error('nothing was published');
    await play.memory.send(reply(inbound, 'late'));
    expect(nackReasons(play)).toEqual(['no matching request']);
    expect(await play.memory.state.get('transport/net/ussd/s')).toBeNull();
  });

  it('when the message cannot be published', async () => {
    await using play = await UssdPlay.start('africastalking_ussd');
    play.memory.onInbound = () => Promise.reject(new Error('the broker is away'));
    expect(await play.ask(at(''))).toMatchObject({ status: 200, body: AT_ERROR });
    expect(play.memory.statuses.at(-1)).toMatchObject({ component: 'request', status: 'down' });
  });

  it('when sessions cannot be kept', async () => {
    await using play = await UssdPlay.start('africastalking_ussd');
    play.memory.state.broken = true;
    expect(await play.ask(at(''))).toMatchObject({ status: 200, body: AT_ERROR });
    expect(play.memory.inbound).toEqual([]);
  });

  it('when too many wait', async () => {
    await using play = await UssdPlay.start('africastalking_ussd', { max_pending: 1, request_timeout: 60 });
    void play.ask(at(''));
    await waits(play);
    expect((await play.ask(at('', { sessionId: 's2' }))).body).toBe(AT_ERROR);
    const [inbound] = play.memory.inbound;
    if (inbound !== undefined) await play.memory.send(reply(inbound, 'hi'));
  });
});

describe('a text', () => {
  it('that has no room is cut after the last line that has', async () => {
    await using play = await UssdPlay.start('africastalking_ussd', { max_length: 20 });
    play.say(['1. first\r\n2. second\n3. third']);
    expect((await play.ask(at(''))).body).toBe('CON 1. first\n2. second');
  });

  it('is refused where the options say so, and the request still waits', async () => {
    await using play = await UssdPlay.start('africastalking_ussd', { max_length: 20, too_long: 'reject' });
    const asked = play.ask(at(''));
    await waits(play);
    const [inbound] = play.memory.inbound;
    if (inbound === undefined) throw new Error('nothing was published');
    await play.memory.send(reply(inbound, 'x'.repeat(21)));
    await play.memory.send(reply(inbound, null));
    await play.memory.send(reply(inbound, 'short'));
    expect((await asked).body).toBe('CON short');
    expect(nackReasons(play)).toEqual([
      'the text is longer than a screen of 20 septets',
      'Missing fields: content',
    ]);
  });

  it('that is no reply is refused', async () => {
    await using play = await UssdPlay.start('africastalking_ussd');
    await play.memory.send(createUserMessage({ to_addr: 'a', from_addr: 'b', content: 'news' }));
    expect(nackReasons(play)).toEqual(['Missing fields: in_reply_to']);
  });
});

describe('a request', () => {
  it.each([
    ['without fields', {}, { form: {} }, { missing_parameter: ['sessionId', 'serviceCode', 'phoneNumber'] }],
    [
      'with a field too many',
      { validation_mode: 'strict' },
      at('', { x: '1' }),
      { unexpected_parameter: ['x'] },
    ],
  ])('%s is refused by their names', async (_label, config, request, wrong) => {
    await using play = await UssdPlay.start('africastalking_ussd', config);
    const { status, body } = await play.ask(request);
    expect([status, JSON.parse(body)]).toEqual([400, wrong]);
    expect(play.memory.inbound).toEqual([]);
  });
});
