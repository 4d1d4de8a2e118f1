import { createUserMessage, reply, type UserMessage } from '@vumi/core';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { eventually } from '../testing/eventually.ts';
import { IrcDouble } from '../testing/irc-double.ts';
import { MemoryPorts } from '../testing/memory-ports.ts';
import type { Transport } from '../transport-type.ts';
import { ircTransport } from './irc.ts';

let double: IrcDouble;
let ports: MemoryPorts;
let transport: Transport | undefined;

beforeEach(async () => {
  double = await IrcDouble.open();
  ports = new MemoryPorts('irc');
});
afterEach(async () => {
  await transport?.[Symbol.asyncDispose]();
  await double[Symbol.asyncDispose]();
});

async function start(config: Record<string, unknown> = {}): Promise<Transport> {
  transport = await ircTransport.start({ ...double.config, ...config }, ports);
  return transport;
}

const heard = (text: string): Promise<string[]> =>
  eventually(
    () => double.heard,
    (lines) => lines.includes(text),
  );

const says = (type: string): Promise<unknown> =>
  eventually(
    () => ports.statuses.map((status) => status.type),
    (types) => types.includes(type),
  );

const message = (content: string): UserMessage =>
  createUserMessage({ to_addr: 'al', from_addr: 'bot', content });

describe('a client', () => {
  it('says who it is and goes to its channels', async () => {
    await start({ channels: ['#clinic'], nickserv_password: 'open sesame' });
    await heard('JOIN :#clinic');
    expect(double.heard.slice(0, 4)).toEqual([
      `PASS :${double.secret}`,
      'NICK :bot',
      'USER vumi 0 * :Vumi',
      'PRIVMSG NickServ :IDENTIFY open sesame',
    ]);
    await says('not_in_channel');
    expect(transport?.status()).toMatchObject({
      status: 'degraded',
      message: 'not let into #clinic: Cannot join channel (+i)',
    });
  });

  it('takes another name where somebody has it, and is called by that', async () => {
    double.taken.add('bot');
    await start();
    await heard('NICK :bot^');
    await double.bring({ from: 'al', to: '#c', content: 'bot^: hi' });
    expect(ports.inbound).toMatchObject([{ to_addr: 'bot^', group: '#c', content: 'hi' }]);
  });

  it('needs SASL where it is told to log in by it', async () => {
    await start({ sasl_username: 'bot', sasl_password: 'open sesame' });
    await says('unauthorized');
    expect(transport?.status().message).toContain('the server knows no SASL');
  });

  it('says goodbye', async () => {
    const running = await start();
    await eventually(
      () => running.gauges()['connected'],
      (connected) => connected === 1,
    );
    await running[Symbol.asyncDispose]();
    await heard('QUIT :Goodbye');
  });

  it('is not kept by a server that does not answer its login', async () => {
    double.taken.add('bot');
    const starting = await start();
    await heard('NICK :bot');
    await starting[Symbol.asyncDispose]();
  });

  it('connects again when it was thrown out', async () => {
    await start();
    const first = await double.client();
    double.say('ERROR :Closing Link: flood');
    await eventually(
      () => first?.destroyed === true,
      (isGone) => isGone,
    );
    await double.client();
    await ports.send(message('hi'));
    expect(ports.events).toMatchObject([{ event_type: 'ack' }]);
    expect(ports.statuses.find(({ type }) => type === 'not_connected')?.message).toContain('flood');
  });
});

it('a reply in a channel is for who has written, and one to somebody who has gone is a nack', async () => {
  await start();
  await double.bring({ from: 'al', to: '#c', content: 'bot: hi' });
  const [inbound] = ports.inbound;
  if (inbound === undefined) throw new Error('nothing came');
  await ports.send(reply(inbound, 'yo'));
  expect(double.heard).toContain('PRIVMSG #c :al: yo');
  double.will({ refuse: '' });
  await ports.send(message('anybody?'));
  expect(ports.events).toMatchObject([
    { event_type: 'ack' },
    { event_type: 'nack', nack_reason: 'no such nick' },
  ]);
});

it('a message without words or receiver is a nack', async () => {
  await start();
  await ports.send(message(' \n'));
  await ports.send({ ...message('hi'), to_addr: 'a b', message_id: 'm2' });
  expect(ports.events).toMatchObject([
    { nack_reason: 'Missing fields: content' },
    { nack_reason: 'Invalid to_addr' },
  ]);
});

it('a message that comes while one client leaves is taken by the next', async () => {
  const first = await start();
  await double.client();
  const leaving = first[Symbol.asyncDispose]();
  const coming = double.bring({ from: 'al', to: 'bot', content: 'hi' });
  await leaving;
  await start();
  await coming;
  expect(ports.inbound.at(-1)?.content).toBe('hi');
});

it('PING is answered', async () => {
  await start();
  await double.client();
  double.say('PING :are you there');
  await heard('PONG :are you there');
});
