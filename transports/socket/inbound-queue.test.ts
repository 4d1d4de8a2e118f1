import { beforeEach, describe, expect, it } from 'vitest';
import { ComponentHealth } from '../sending/component-health.ts';
import { eventually } from '../testing/eventually.ts';
import { MemoryPorts } from '../testing/memory-ports.ts';
import { InboundQueue } from './inbound-queue.ts';

let ports: MemoryPorts;
let full: boolean[];

beforeEach(() => {
  ports = new MemoryPorts('net');
  full = [];
});

function open(): InboundQueue {
  return new InboundQueue({
    end: ports.end,
    ledger: ports.ledger,
    random: () => 0,
    transportType: 'irc',
    provider: null,
    health: new ComponentHealth(ports),
    onFull: (isFull) => full.push(isFull),
  });
}

const from = (from_addr: string, content: string) => ({ from_addr, to_addr: 'bot', content });

describe('what users write', () => {
  it('is published in the order of each, whatever the others wait for', async () => {
    const { promise: held, resolve: release } = Promise.withResolvers<void>();
    ports.onInbound = ({ from_addr }) => (from_addr === 'al' ? held : Promise.resolve());
    const queue = open();
    for (const content of ['1', '2']) queue.take(from('al', content));
    queue.take(from('bo', '3'));
    await eventually(
      () => ports.inbound.length,
      (count) => count === 1,
    );
    release();
    await queue.close();
    expect(ports.inbound.map(({ content }) => content)).toEqual(['3', '1', '2']);
    expect(ports.ledger.values.size).toBe(0);
  });

  it('is published by the next life under the same id when this one could not', async () => {
    ports.onInbound = () => Promise.reject(new Error('the broker is away'));
    const { message_id: id } = open().take(from('al', 'hi'));
    await eventually(
      () => ports.statuses.map(({ type }) => type),
      (types) => types.includes('not_published'),
    );
    const next = new MemoryPorts('net');
    for (const [key, value] of ports.ledger.values) next.ledger.put(key, value);
    ports = next;
    await open().close();
    expect(next.inbound).toMatchObject([{ message_id: id, content: 'hi', transport_type: 'irc' }]);
    expect(next.ledger.values.size).toBe(0);
  });

  it('is read no further while too much waits', async () => {
    const { promise: held, resolve: release } = Promise.withResolvers<void>();
    ports.onInbound = () => held;
    const queue = open();
    for (let n = 0; n < 1000; n += 1) queue.take(from('al', String(n)));
    expect(full).toEqual([true]);
    release();
    await queue.close();
    expect(full).toEqual([true, false]);
    expect(ports.inbound.length).toBe(1000);
  });
});
