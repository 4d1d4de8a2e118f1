import { once } from 'node:events';
import { createServer } from 'node:net';
import { describe, expect, it } from 'vitest';
import { freePort, PortBlocks, type PortRange } from './port-blocks.ts';

/** A range in a row, of which no other test is given a port. */
async function takeRange(blocks: number): Promise<PortRange> {
  for (;;) {
    const ports = await Promise.all(Array.from({ length: blocks * 4 }, freePort));
    const [first = 0] = ports;
    const end = first + ports.length;
    if (ports.at(-1) === end - 1) return { first, end, ofBlock: 4 };
  }
}

describe('ports of tests', () => {
  it('are given to one process only, and to that once', async () => {
    const range = await takeRange(6);
    const [one, other] = [new PortBlocks(range), new PortBlocks(range)];
    const takeFrom = (ports: PortBlocks) => Promise.all(Array.from({ length: 8 }, () => ports.take()));
    const [ours, theirs] = await Promise.all([takeFrom(one), takeFrom(other)]);
    expect(new Set([...ours, ...theirs]).size).toBe(16);
    const block = (port: number): number => Math.floor((port - range.first) / 4);
    expect(ours.map(block).filter((number) => theirs.map(block).includes(number))).toEqual([]);
  });

  it('are not those on which somebody listens', async () => {
    const range = await takeRange(1);
    const server = createServer().listen(range.first + 1, '127.0.0.1');
    await once(server, 'listening');
    expect(await new PortBlocks(range).take()).toBe(range.first + 2);
    server.close();
  });

  it('come again when there are no others, and are refused to a process that has none', async () => {
    const range = await takeRange(1);
    const ports = new PortBlocks(range);
    const given = [await ports.take(), await ports.take(), await ports.take()];
    expect(await ports.take()).toBe(given[0]);
    await expect(new PortBlocks(range).take()).rejects.toThrow(
      `all ports from ${range.first} to ${range.end - 1}`,
    );
  });
});
