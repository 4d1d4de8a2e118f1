import { createServer, type AddressInfo } from 'node:net';
import { once } from 'node:events';
import { silentLogger } from '@vumi/core';
import { afterEach, describe, expect, it } from 'vitest';
import { eventually } from '../../testing/eventually.ts';
import { MemoryPorts } from '../../testing/memory-ports.ts';
import { outbound } from '../../testing/smpp-fixture.ts';
import { smppTransport } from '../smpp-transport.ts';
import { startSmscSimulator } from './simulator.ts';
import type { Simulator, SimulatorOptions } from './options.ts';
import type { ScriptInput } from './script.ts';

const stack: AsyncDisposable[] = [];

afterEach(async () => {
  for (const running of stack.splice(0).toReversed()) await running[Symbol.asyncDispose]();
});

async function startSimulator(
  script: ScriptInput = {},
  options: Partial<SimulatorOptions> = {},
): Promise<Simulator> {
  const smsc = await startSmscSimulator({
    port: 0,
    logger: silentLogger,
    script: { retry_ms: 10, receipts: { after_ms: 5 }, ...script },
    ...options,
  });
  stack.push(smsc);
  return smsc;
}

async function bind(smsc: Simulator, name = 'smpp_a', config: object = {}): Promise<MemoryPorts> {
  const ports = new MemoryPorts(name);
  const options = { host: smsc.host, port: smsc.port, system_id: name, password: 'secret' };
  const receivers = smsc.receivers;
  stack.push(await smppTransport.start({ ...options, initial_reconnect_delay: 0.02, ...config }, ports));
  await eventually(
    () => smsc.receivers,
    (count) => count > receivers || 'password' in config,
  );
  return ports;
}

const MO = { from_addr: '+27761234567', to_addr: '12345', content: 'Hello' };

describe('the SMSC simulator', () => {
  it('delivers what a phone writes, in parts and in the coding that the text needs', async () => {
    const smsc = await startSimulator();
    const ports = await bind(smsc);
    const texts = ['Hello [€]', 'ж', 'long '.repeat(100), '😀'.repeat(100)];
    for (const content of texts) await smsc.inject({ ...MO, content });
    expect(ports.inbound.map(({ content }) => content)).toEqual(texts);
    expect(ports.inbound[0]).toMatchObject({ from_addr: '+27761234567', to_addr: '12345' });
  });

  it('shows on the phone what was sent, long messages as one', async () => {
    const smsc = await startSimulator();
    const ports = await bind(smsc);
    const seen: string[] = [];
    using _listener = smsc.onMessage(({ content }) => seen.push(content));
    const texts = ['short', 'long '.repeat(100), '😀'.repeat(100)];
    for (const content of texts) await ports.send(outbound(content, { to_addr: '+27761' }));
    await ports.send(outbound('to another', { to_addr: '+27771' }));
    expect(smsc.messages({ address: '27761' }).map(({ content }) => content)).toEqual(texts);
    expect(smsc.messages().map(({ parts }) => parts)).toEqual([1, 4, 4, 1]);
    expect(seen).toHaveLength(4);
  });

  it('gives ids that do not come again, and receipts where they are asked for', async () => {
    const smsc = await startSimulator();
    const ports = await bind(smsc);
    const messages = [outbound('a'), outbound('b'), outbound('long '.repeat(100))];
    for (const message of messages) await ports.send(message);
    await eventually(
      () => ports.events.length,
      (count) => count === 6,
    );
    expect(
      ports.events.filter((event) => 'delivery_status' in event && event.delivery_status === 'delivered'),
    ).toHaveLength(3);
    const ids = ports.events.flatMap((event) =>
      'sent_message_id' in event ? String(event.sent_message_id).split(',') : [],
    );
    expect(new Set(ids).size).toBe(6);
    const quiet = await bind(smsc, 'smpp_b', { registered_delivery: false });
    await quiet.send(outbound('a'));
    expect(quiet.events).toHaveLength(1);
  });

  it('may send the receipt before the response, or never', async () => {
    const early = await bind(await startSimulator({ receipts: { after_ms: 'before_response' } }));
    await early.send(outbound('a'));
    expect(early.events.map(({ event_type: type }) => type).sort()).toEqual(['ack', 'delivery_report']);
    const never = await bind(await startSimulator({ receipts: { after_ms: 'never' } }));
    await never.send(outbound('a'));
    expect(never.events).toHaveLength(1);
  });

  it('does with a submit_sm what a script says', async () => {
    const smsc = await startSimulator({
      receipts: { after_ms: 'never' },
      rules: [{ nth: 2, do: { status: 'ESME_RINVDSTADR' } }, { do: { delay_ms: 20 } }],
    });
    const ports = await bind(smsc);
    for (const content of ['a', 'b', 'c']) await ports.send(outbound(content));
    expect(ports.events.map(({ event_type: type }) => type)).toEqual(['ack', 'nack', 'ack']);
    expect(smsc.messages().map(({ content }) => content)).toEqual(['a', 'c']);
  });

  it('lets in whom it knows', async () => {
    const smsc = await startSimulator({ accounts: { smpp_a: 'secret' } });
    const wrong = await bind(smsc, 'smpp_a', { password: 'guess' });
    const stranger = await bind(smsc, 'smpp_b', { password: 'secret' });
    const messageOf = (ports: MemoryPorts) => ports.statuses.map(({ message }) => message).join();
    await eventually(
      () => messageOf(wrong),
      (text) => text.includes('ESME_RINVPASWD'),
    );
    await eventually(
      () => messageOf(stranger),
      (text) => text.includes('ESME_RINVSYSID'),
    );
    await bind(smsc);
  });

  it('holds what an ESME did not answer, and sends it on the next connection', async () => {
    const smsc = await startSimulator();
    const ports = await bind(smsc);
    const ids: string[] = [];
    ports.onInbound = ({ message_id: id }) =>
      ids.push(id) === 1 ? new Promise(() => {}) : Promise.resolve();
    const injected = smsc.inject(MO);
    await eventually(
      () => ids.length,
      (count) => count === 1,
    );
    smsc.cut();
    await injected;
    expect(ids).toEqual([ids[0], ids[0]]);
  });

  it('sends again what an ESME cannot take now', async () => {
    const smsc = await startSimulator();
    const ports = await bind(smsc);
    let refusals = 3;
    ports.onInbound = () => (refusals-- > 0 ? Promise.reject(new Error('no broker')) : Promise.resolve());
    await smsc.inject(MO);
    expect(ports.inbound).toHaveLength(1);
  });

  it('takes turns where several ESMEs are bound', async () => {
    const smsc = await startSimulator();
    const both = [await bind(smsc, 'smpp_a'), await bind(smsc, 'smpp_b')];
    await Promise.all(Array.from({ length: 10 }, () => smsc.inject(MO)));
    expect(both.map(({ inbound }) => inbound.length)).toEqual([5, 5]);
  });

  it('sends receipts to the one who asked', async () => {
    const smsc = await startSimulator();
    const [a, b] = [await bind(smsc, 'smpp_a'), await bind(smsc, 'smpp_b')];
    await Promise.all(Array.from({ length: 10 }, () => a.send(outbound('x'))));
    await eventually(
      () => a.events.length,
      (count) => count === 20,
    );
    expect(b.events).toEqual([]);
  });

  it('says that nobody is bound', async () => {
    const smsc = await startSimulator({}, { injectTimeoutMs: 20 });
    await expect(smsc.inject(MO)).rejects.toMatchObject({
      code: 'transport.not_connected',
      message: expect.stringContaining(`127.0.0.1:${smsc.port}`),
    });
  });

  it('waits a moment for an ESME to bind', async () => {
    const smsc = await startSimulator();
    const injected = smsc.inject(MO);
    await bind(smsc);
    await injected;
  });

  it('says what is wrong when it cannot listen', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    await once(other, 'listening');
    const { port } = other.address() as AddressInfo;
    await expect(startSimulator({}, { port })).rejects.toMatchObject({
      code: 'config.invalid',
      message: expect.stringContaining('something else does'),
    });
    other.close();
  });
});
