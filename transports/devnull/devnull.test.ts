import { createUserMessage, eventClass } from '@vumi/core';
import { describe, expect, it } from 'vitest';
import { MemoryPorts } from '../testing/memory-ports.ts';
import { devnullTransport } from './devnull.ts';

async function sendOne(config: Record<string, unknown>, times = 1): Promise<MemoryPorts> {
  const ports = new MemoryPorts('sink');
  await using _transport = await devnullTransport.start(config, ports);
  const message = createUserMessage({ to_addr: '+27761234567', from_addr: '8000', content: 'hi' });
  for (let n = 0; n < times; n += 1) await ports.send(message);
  return ports;
}

describe('a message to nobody', () => {
  it.each([
    ['is delivered', {}, ['ack', 'delivered']],
    ['is refused', { ack_rate: 0 }, ['nack']],
    ['fails', { failure_rate: 1 }, ['ack', 'failed']],
    ['is replied to', { reply_rate: 1 }, ['ack', 'delivered', 'hi']],
    ['is replied to in given words', { reply_rate: 1, reply_copy: 'thanks' }, ['ack', 'delivered', 'thanks']],
    ['that is refused has no reply', { ack_rate: 0, reply_rate: 1 }, ['nack']],
  ])('%s', async (_label, config, expected) => {
    const { events, inbound } = await sendOne(config);
    expect([...events.map(eventClass), ...inbound.map(({ content }) => content)]).toEqual(expected);
  });

  it('says why it is refused, as Vumi did', async () => {
    const { events } = await sendOne({ ack_rate: 0 });
    expect(events).toMatchObject([{ nack_reason: 'Not accepted by network' }]);
  });

  it('has its reply from who it was for', async () => {
    const { inbound } = await sendOne({ reply_rate: 1 });
    expect(inbound).toMatchObject([
      { from_addr: '+27761234567', to_addr: '8000', provider: 'devnull', transport_type: 'devnull' },
    ]);
  });

  it('has one fate when it comes twice', async () => {
    const { events, inbound } = await sendOne({ ack_rate: 0.5, failure_rate: 0.5, reply_rate: 0.5 }, 2);
    const ids = [...events.map(({ event_id }) => event_id), ...inbound.map(({ message_id }) => message_id)];
    expect(ids.length).toBe(2 * new Set(ids).size);
  });
});

it('keeps to its rates over many messages', async () => {
  const ports = new MemoryPorts('sink');
  await using transport = await devnullTransport.start({ ack_rate: 0.8, reply_rate: 0.25 }, ports);
  for (let n = 0; n < 2000; n += 1)
    await ports.send(createUserMessage({ to_addr: `+2776${n}`, from_addr: '8000', content: 'hi' }));
  const { refused_total: refused = 0, replies_total: replies = 0 } = transport.gauges();
  expect(refused / 2000).toBeCloseTo(0.2, 1);
  expect(replies / 1600).toBeCloseTo(0.25, 1);
});

it.each([{ ack_rate: 1.5 }, { reply_rate: -1 }, { no_such_option: 1 }])('refuses %j', async (config) => {
  await expect(devnullTransport.start(config, new MemoryPorts('sink'))).rejects.toMatchObject({
    code: 'config.invalid',
    field: Object.keys(config)[0],
  });
});
