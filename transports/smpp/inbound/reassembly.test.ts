import { beforeEach, describe, expect, it } from 'vitest';
import { MemoryPorts } from '../../testing/memory-ports.ts';
import { Deadlines } from '../../sending/deadlines.ts';
import { createConcatenation, NO_HEADER } from '../text/user-data-header.ts';
import { PART, Reassembly, type IncomingPart, type Joined } from './reassembly.ts';

const TIMEOUT_MS = 60_000;

let now: number;
let published: Joined[];
let ports: MemoryPorts;

beforeEach(() => {
  now = 1_000_000_000;
  published = [];
  ports = new MemoryPorts();
});

function keep(joined: Joined): Promise<void> {
  published.push(joined);
  return Promise.resolve();
}

/** One bind, or one life, of the account: all share the state. */
function start(publish: (joined: Joined) => Promise<void> = keep) {
  const { state } = ports;
  const common = { state, clock: () => now, prefix: 'transport/a' };
  const deadlines = new Deadlines(common);
  const reassembly = new Reassembly({ ...common, deadlines, publish, timeoutMs: TIMEOUT_MS });
  return {
    add: async (...numbers: (number | IncomingPart)[]) => {
      for (const number of numbers) {
        const job = await reassembly.add(typeof number === 'number' ? part(number) : number);
        await job?.();
      }
    },
    sweep: () => deadlines.visit((id) => reassembly.expire(id.slice(PART.length))),
  };
}

function part(
  number: number,
  changes: { text?: string; reference?: number; total?: number; from?: string; kind?: 'udh8' | 'sar' } = {},
): IncomingPart {
  const { text = `<${number}>`, reference = 7, total = 3, from = '1', kind = 'udh8' } = changes;
  const concatenation = createConcatenation(kind, reference, { total, part: number });
  if (concatenation === null) throw new Error('no such part');
  return {
    messageId: `id-${number}-${text}`,
    envelope: { from, to: '2', metadata: { n: number } },
    concatenation,
    header: NO_HEADER,
    octets: Buffer.from(text),
    dataCoding: 0,
  };
}

const texts = () => published.map(({ parts }) => parts.map(({ octets }) => octets.toString()).join(''));

describe('a long message', () => {
  it.each([
    ['in order', [1, 2, 3]],
    ['backwards', [3, 2, 1]],
    ['with doubled parts', [2, 2, 1, 1, 3]],
  ])('point 45: %s is joined once', async (_, order) => {
    await start().add(...order);
    expect(texts()).toEqual(['<1><2><3>']);
    expect(published[0]).toMatchObject({ total: 3, missing: [], envelope: { metadata: { n: 1 } } });
  });

  it('point 46: is joined of parts that come on different binds', async () => {
    const [one, other] = [start(), start()];
    await one.add(1);
    await other.add(3);
    await one.add(2);
    expect(texts()).toEqual(['<1><2><3>']);
  });

  it('point 47: is not published again for a part that is sent again', async () => {
    const bind = start();
    await bind.add(1, 2, 3, 3, 1);
    now += TIMEOUT_MS * 2;
    await bind.sweep();
    expect(texts()).toEqual(['<1><2><3>']);
  });

  it('point 47: of which the last part was not durable is published when that is sent again', async () => {
    let broken = true;
    const bind = start((joined) => {
      if (broken) return Promise.reject(new Error('no broker'));
      published.push(joined);
      return Promise.resolve();
    });
    await bind.add(1, 2);
    await expect(bind.add(3)).rejects.toThrow('no broker');
    broken = false;
    await bind.add(3);
    expect(texts()).toEqual(['<1><2><3>']);
  });

  it.each([
    ['sender', { from: '9' }],
    ['reference', { reference: 8 }],
    ['total', { total: 4 }],
    ['kind of reference', { kind: 'sar' as const }],
  ])('point 45: is not joined with parts of another %s', async (_, changes) => {
    await start().add(1, 2, part(3, changes));
    expect(texts()).toEqual([]);
  });

  it('point 45: that begins before the one of the same reference is complete ends that one', async () => {
    const bind = start();
    await bind.add(1, 2, part(1, { text: 'new' }), part(2, { text: 'er' }), 3);
    expect(texts()).toEqual(['<1><2>', 'newer<3>']);
    expect(published[0]).toMatchObject({ missing: [3] });
  });

  it('point 45: may have the reference of one that is complete', async () => {
    const bind = start();
    await bind.add(1, 2, 3, part(1, { text: 'a' }), part(2, { text: 'b' }), part(3, { text: 'c' }));
    expect(texts()).toEqual(['<1><2><3>', 'abc']);
  });
});

describe('a long message that does not become complete', () => {
  it('point 45: is published as it is, once, when its time has come', async () => {
    const bind = start();
    await bind.sweep();
    await bind.add(1, 3);
    now += TIMEOUT_MS - 10_000;
    await bind.sweep();
    expect(published).toEqual([]);
    now += 20_000;
    await bind.sweep();
    await bind.sweep();
    expect(texts()).toEqual(['<1><3>']);
    expect(published[0]).toMatchObject({ messageId: 'id-1-<1>', missing: [2] });
    expect([...ports.state.values.keys()].filter((key) => /parts.*(?<!complete)$/.test(key))).toEqual([]);
  });

  it('point 45: has time from its last part on', async () => {
    const bind = start();
    await bind.sweep();
    await bind.add(1);
    now += TIMEOUT_MS - 10_000;
    await bind.add(3);
    now += 20_000;
    await bind.sweep();
    expect(published).toEqual([]);
    now += TIMEOUT_MS;
    await bind.sweep();
    expect(texts()).toEqual(['<1><3>']);
  });

  it('point 45: is published by the next life of the transport', async () => {
    const first = start();
    await first.sweep();
    await first.add(2);
    now += TIMEOUT_MS * 10;
    await start().sweep();
    expect(texts()).toEqual(['<2>']);
  });

  it('point 45: is published later when it cannot be made durable now', async () => {
    let broken = true;
    const bind = start((joined) => {
      if (broken) return Promise.reject(new Error('no broker'));
      published.push(joined);
      return Promise.resolve();
    });
    await bind.sweep();
    await bind.add(1);
    now += TIMEOUT_MS * 2;
    await expect(bind.sweep()).rejects.toThrow('no broker');
    broken = false;
    await bind.sweep();
    expect(texts()).toEqual(['<1>']);
  });
});
