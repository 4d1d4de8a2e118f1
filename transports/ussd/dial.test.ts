import { reply } from '@vumi/core';
import { createSender } from '@vumi/http';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { transportTypes } from '../registry.ts';
import { MemoryPorts } from '../testing/memory-ports.ts';
import { dial, isDialled, type PhoneStep } from './dial.ts';
import { ussdTransports } from './index.ts';

const CONFIG = { web_username: 'net', web_password: 'pearl', secret_path: '' };
const STEP: PhoneStep = {
  session: 's',
  from: '+27761234567',
  to: '*384#',
  event: 'new',
  input: '',
  before: [],
  number: 1,
  next: null,
};

let ports: MemoryPorts;
const running: AsyncDisposable[] = [];

beforeEach(() => {
  ports = new MemoryPorts('net');
  ports.onInbound = async (message) => {
    const text = message.session_event === 'new' ? 'Name?' : `Hello ${message.content}`;
    const continueSession = message.session_event === 'new';
    setImmediate(() => void ports.send(reply(message, text, { continueSession })));
  };
});
afterEach(async () => {
  for (const one of running.splice(0)) await one[Symbol.asyncDispose]();
  await ports.http[Symbol.asyncDispose]();
});

it.each(['africastalking_ussd', 'aat_ussd', 'truroute_ussd', 'mtn_rwanda_ussd'] as const)(
  'a session over %s, as its network asks',
  async (type) => {
    running.push(await transportTypes[type].start(CONFIG, ports));
    const transport = { name: 'net', type, config: CONFIG, url: ports.http.url };
    const first = await dial(transport, STEP, createSender());
    expect(first).toMatchObject({ text: 'Name?', ends: false });
    const second = await dial(
      transport,
      { ...STEP, event: 'resume', input: 'Ada', number: 2, next: first.next ?? null },
      createSender(),
    );
    expect(second).toMatchObject({ text: 'Hello Ada', ends: true });
  },
);

it('a transport that refuses the phone, is none of USSD, or does not answer is told apart', async () => {
  const type = 'africastalking_ussd';
  running.push(await transportTypes[type].start(CONFIG, ports));
  const transport = { name: 'net', type, config: {}, url: ports.http.url };
  await expect(dial(transport, STEP, createSender())).rejects.toMatchObject({
    code: 'simulator.refused',
    message: 'transport "net" answered 401 Not Authorized',
  });
  await expect(dial({ ...transport, type: 'smpp' }, STEP, createSender())).rejects.toMatchObject({
    code: 'simulator.refused',
  });
  const away = { ...transport, url: 'http://127.0.0.1:9' };
  await expect(dial(away, STEP, createSender())).rejects.toMatchObject({ code: 'transport.not_connected' });
});

it('every network has phones', () => {
  expect(Object.keys(ussdTransports).filter((type) => !isDialled(type))).toEqual([]);
});
