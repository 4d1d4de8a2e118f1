import { createUserMessage, type UserMessage } from '@vumi/core';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Marks } from '../sending/results.ts';
import type { PartResult } from '../sending/part-result.ts';
import { eventually } from '../testing/eventually.ts';
import { MemoryPorts } from '../testing/memory-ports.ts';
import { LOST, Outlet, type Line, type Unsent } from './outlet.ts';

let ports: MemoryPorts;
const opened: Outlet[] = [];

beforeEach(() => {
  ports = new MemoryPorts('net');
});
afterEach(async () => {
  for (const outlet of opened.splice(0)) await outlet[Symbol.asyncDispose]();
});

async function open(sendsAgain = false): Promise<Outlet> {
  const { end, ledger, state, clock, logger } = ports;
  const outlet = new Outlet({
    end,
    ledger,
    state,
    clock,
    logger,
    maxRate: Number.POSITIVE_INFINITY,
    window: 10,
    sendsAgain,
  });
  opened.push(outlet);
  await outlet.open();
  return outlet;
}

/** A line that does with its messages what it is told, one after the other, and then takes them. */
class ScriptedLine implements Line {
  readonly hasRoom = true;
  readonly sent: (string | null)[] = [];
  readonly #turns: (PartResult | Unsent | Promise<PartResult>)[];

  constructor(...turns: (PartResult | Unsent | Promise<PartResult>)[]) {
    this.#turns = turns;
  }

  async send({ message_id, content }: UserMessage, marks: Marks): Promise<PartResult | Unsent> {
    marks.sending();
    this.sent.push(content);
    return this.#turns.shift() ?? { kind: 'ok', remoteId: message_id };
  }
}

const message = (more: Partial<UserMessage> = {}): UserMessage =>
  createUserMessage({ to_addr: 'al', from_addr: 'bot', content: 'hi', ...more });
const UNCERTAIN: PartResult = { kind: 'uncertain', reason: 'no answer' };

describe('a message', () => {
  it('waits for a line', async () => {
    const outlet = await open();
    expect(ports.paused).toBe(true);
    const sending = ports.send(message());
    const line = new ScriptedLine();
    outlet.join(line);
    await sending;
    expect([line.sent, ports.paused]).toEqual([['hi'], false]);
    expect(ports.events).toMatchObject([{ event_type: 'ack' }]);
  });

  it('that a line has lost goes to the next one', async () => {
    const outlet = await open();
    const first = new ScriptedLine();
    first.send = async () => {
      outlet.leave(first);
      return LOST;
    };
    outlet.join(first);
    const sending = ports.send(message());
    const second = new ScriptedLine();
    await eventually(
      () => outlet.gauges()['waiting'],
      (count) => count === 1,
    );
    outlet.join(second);
    await sending;
    expect([second.sent, ports.events.length]).toEqual([['hi'], 1]);
  });

  it('goes back to its queue when the transport stops before there is a line', async () => {
    const outlet = await open();
    const sending = ports.send(message());
    outlet.stop();
    await expect(sending).rejects.toMatchObject({ code: 'transport.not_connected' });
    expect(ports.ledger.values.size).toBe(0);
  });

  it.each([
    [false, ['hi'], 'nack'],
    [true, ['hi', 'hi'], 'ack'],
  ])('of which nobody knows whether it was sent: again is %s', async (sendsAgain, sent, event) => {
    const outlet = await open(sendsAgain);
    const line = new ScriptedLine(UNCERTAIN);
    outlet.join(line);
    await ports.send(message());
    expect(line.sent).toEqual(sent);
    expect(ports.events).toMatchObject([{ event_type: event }]);
    expect(outlet.gauges()['uncertain_total']).toBe(1);
  });

  it('that a former life has begun to send is uncertain', async () => {
    const first = await open();
    const { promise: answered, resolve: answer } = Promise.withResolvers<PartResult>();
    first.join(new ScriptedLine(answered));
    const sent = message();
    const begun = ports.send(sent);
    await eventually(
      () => ports.ledger.values.size,
      (size) => size === 1,
    );
    const second = await open();
    const line = new ScriptedLine();
    second.join(line);
    await ports.send(sent, true);
    expect(line.sent).toEqual([]);
    expect(ports.events).toMatchObject([{ transport_metadata: { outcome: 'uncertain' } }]);
    answer({ kind: 'ok', remoteId: 'late' });
    await begun;
  });

  it('is not sent when its time is over', async () => {
    const outlet = await open();
    const line = new ScriptedLine();
    outlet.join(line);
    await ports.send(message({ transport_metadata: { expires_at: '2020-01-01 00:00:00.000000' } }));
    expect(line.sent).toEqual([]);
    expect(ports.events).toMatchObject([{ transport_metadata: { outcome: 'expired' } }]);
  });

  it('can be taken back while it waits, and not when it is on its way', async () => {
    const outlet = await open();
    const waiting = message();
    const sending = ports.send(waiting);
    expect(await outlet.results.cancel(waiting.message_id)).toBe(true);
    const { promise: answered, resolve: answer } = Promise.withResolvers<PartResult>();
    const line = new ScriptedLine(answered);
    outlet.join(line);
    await sending;
    const other = message();
    const going = ports.send(other);
    await eventually(
      () => line.sent.length,
      (count) => count === 1,
    );
    expect(await outlet.results.cancel(other.message_id)).toBe(false);
    answer({ kind: 'ok', remoteId: 'r' });
    await going;
    expect(ports.events.at(-1)).toMatchObject({ event_type: 'ack', sent_message_id: 'r' });
  });
});

it('messages to one address go one after the other', async () => {
  const outlet = await open();
  const { promise: answered, resolve: answer } = Promise.withResolvers<PartResult>();
  const line = new ScriptedLine(answered);
  outlet.join(line);
  const all = [
    ports.send(message({ content: '1' })),
    ports.send(message({ content: '2' })),
    ports.send(message({ content: '3', to_addr: 'bo' })),
  ];
  await all[2];
  expect(line.sent).toEqual(['1', '3']);
  answer({ kind: 'ok', remoteId: 'r' });
  await Promise.all(all);
  expect(line.sent).toEqual(['1', '3', '2']);
});
