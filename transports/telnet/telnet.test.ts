import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { createUserMessage, reply, type UserMessage } from '@vumi/core';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { eventually } from '../testing/eventually.ts';
import { MemoryPorts } from '../testing/memory-ports.ts';
import type { Transport } from '../transport-type.ts';
import { telnetTransport } from './telnet.ts';

let ports: MemoryPorts;
let transport: Transport;
const sockets: Socket[] = [];

beforeEach(() => {
  ports = new MemoryPorts('terminals');
});
afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.destroy();
  await transport?.[Symbol.asyncDispose]();
});

async function start(config: Record<string, unknown> = {}): Promise<void> {
  transport = await telnetTransport.start({ telnet_port: 0, ...config }, ports);
}

interface Terminal {
  readonly socket: Socket;
  readonly name: string;
  screen: string;
}

async function open(): Promise<Terminal> {
  const socket = connect({ host: '127.0.0.1', port: transport.gauges()['port'] ?? 0 });
  sockets.push(socket);
  await once(socket, 'connect');
  const terminal = { socket, name: `127.0.0.1:${socket.localPort}`, screen: '' };
  socket.setEncoding('utf8').on('data', (text: string) => (terminal.screen += text));
  socket.on('error', () => {});
  return terminal;
}

const inboundCount = (count: number): Promise<UserMessage[]> =>
  eventually(
    () => ports.inbound,
    (all) => all.length >= count,
  );

const shows = (terminal: Terminal, text: string): Promise<unknown> =>
  eventually(
    () => terminal.screen,
    (screen) => screen.includes(text),
  );

const said = (): unknown[] => ports.inbound.map(({ session_event, content }) => [session_event, content]);

describe('a terminal', () => {
  it('is a session from its connection to its end', async () => {
    await start({ to_addr: '8000' });
    const { socket, name } = await open();
    socket.write('hi\r\nyo\r\n');
    await inboundCount(3);
    socket.end();
    await inboundCount(4);
    expect(said()).toEqual([
      ['new', null],
      ['resume', 'hi'],
      ['resume', 'yo'],
      ['close', null],
    ]);
    expect(ports.inbound[1]).toMatchObject({
      from_addr: name,
      to_addr: '8000',
      transport_name: 'terminals',
      transport_type: 'telnet',
    });
  });

  it('writes to what it has connected to, where no other address is given', async () => {
    await start();
    await open();
    const [first] = await inboundCount(1);
    expect(first?.to_addr).toBe(`127.0.0.1:${transport.gauges()['port']}`);
  });

  it('ends by /quit, said in any case, and is told to nobody twice', async () => {
    await start();
    const { socket } = await open();
    socket.write('/QUIT\n');
    await once(socket, 'close');
    await inboundCount(2);
    expect(said()).toEqual([
      ['new', null],
      ['close', null],
    ]);
  });

  it('gets replies as lines, and is closed when its app ends the session; no close is invented then', async () => {
    await start();
    const terminal = await open();
    const [first] = await inboundCount(1);
    if (first === undefined) throw new Error('nothing came');
    await ports.send(reply(first, 'a\r\nb', { continueSession: false }));
    await once(terminal.socket, 'close');
    expect(terminal.screen).toBe('a\nb\n');
    expect(ports.events).toMatchObject([{ event_type: 'ack' }]);
    expect(said()).toEqual([['new', null]]);
  });

  it('that has gone, or never was, is a nack, and nobody else hears of it', async () => {
    await start();
    const terminal = await open();
    await inboundCount(1);
    await ports.send(createUserMessage({ to_addr: 'gone:1', from_addr: '8000', content: 'secret' }));
    expect(ports.events).toMatchObject([{ event_type: 'nack', nack_reason: 'Unknown address.' }]);
    await ports.send(createUserMessage({ to_addr: terminal.name, from_addr: '8000', content: 'open' }));
    await shows(terminal, 'open');
    expect(terminal.screen).toBe('open\n');
  });
});

describe('where terminals choose their addresses', () => {
  async function choose(terminal: Terminal, to: string, from: string): Promise<void> {
    await shows(terminal, 'Please provide "to_addr":\n');
    terminal.socket.write(`${to}\n`);
    await shows(terminal, 'Please provide "from_addr":\n');
    terminal.socket.write(`${from}\n`);
  }

  it('each has its own', async () => {
    await start({ addressed: true });
    const one = await open();
    await choose(one, '8000', '+27761234567');
    const two = await open();
    await choose(two, '9000', '+27761234568');
    await inboundCount(2);
    one.socket.write('hi\n');
    const [, , line] = await inboundCount(3);
    expect(ports.inbound.map(({ to_addr, from_addr }) => [to_addr, from_addr])).toEqual([
      ['8000', '+27761234567'],
      ['9000', '+27761234568'],
      ['8000', '+27761234567'],
    ]);
    if (line === undefined) throw new Error('nothing came');
    await ports.send(reply(line, 'only you'));
    await shows(one, 'only you');
    expect(two.screen).not.toContain('only you');
  });

  it('an empty line is no address', async () => {
    await start({ addressed: true });
    const terminal = await open();
    await choose(terminal, '\n8000', 'me');
    await inboundCount(1);
    expect(ports.inbound[0]).toMatchObject({ to_addr: '8000', from_addr: 'me', session_event: 'new' });
  });

  it('who takes an address takes it from who had it', async () => {
    await start({ addressed: true });
    const one = await open();
    await choose(one, '8000', 'me');
    await inboundCount(1);
    const two = await open();
    await choose(two, '8000', 'me');
    await once(one.socket, 'close');
    expect(one.screen).toContain('Somebody else has this address now.');
    await ports.send(createUserMessage({ to_addr: 'me', from_addr: '8000', content: 'hello' }));
    await shows(two, 'hello');
  });

  it('who goes before he has said who he is was never there', async () => {
    await start({ addressed: true });
    const terminal = await open();
    await shows(terminal, 'to_addr');
    terminal.socket.destroy();
    await transport[Symbol.asyncDispose]();
    expect(ports.inbound).toEqual([]);
  });
});

it('what cannot be published is published later, in order', async () => {
  let failures = 2;
  ports.onInbound = async () => {
    if (failures-- > 0) throw new Error('the broker is away');
  };
  await start();
  const { socket } = await open();
  socket.write('hi\n');
  await inboundCount(2);
  expect(said()).toEqual([
    ['new', null],
    ['resume', 'hi'],
  ]);
  expect(ports.statuses.map(({ type }) => type)).toContain('not_published');
  expect(transport.status().status).toBe('ok');
});

it('more than may connect are turned away', async () => {
  await start({ max_clients: 1 });
  await open();
  await inboundCount(1);
  const second = await open();
  await once(second.socket, 'close');
  expect(second.screen).toContain('Too many');
  expect(ports.inbound.length).toBe(1);
});

it('a transport that stops ends its sessions', async () => {
  await start();
  await open();
  await inboundCount(1);
  await transport[Symbol.asyncDispose]();
  expect(said()).toEqual([
    ['new', null],
    ['close', null],
  ]);
});

describe('options', () => {
  it.each([
    ['tcp:0', '127.0.0.1'],
    ['tcp:port=0:interface=127.0.0.1', '127.0.0.1'],
  ])('of the endpoint %s', async (twisted_endpoint) => {
    transport = await telnetTransport.start({ twisted_endpoint }, ports);
    expect(transport.gauges()['port']).toBeGreaterThan(0);
  });

  it('a port that is taken is named', async () => {
    await start();
    const other = telnetTransport.start({ telnet_port: transport.gauges()['port'] }, new MemoryPorts('b'));
    await expect(other).rejects.toMatchObject({ code: 'config.invalid', field: 'telnet_port' });
  });
});
