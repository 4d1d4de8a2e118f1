import { beforeEach, expect, it } from 'vitest';
import { Deadlines } from '../sending/deadlines.ts';
import { MemoryPorts } from '../testing/memory-ports.ts';
import { PartJoin, type JoinedText } from './part-join.ts';

const MINUTE = 60_000;
let now: number;
let memory: MemoryPorts;
let published: JoinedText<string>[];

beforeEach(() => {
  now = 1_000_000_000;
  memory = new MemoryPorts();
  published = [];
});

/** A life of a transport; all share the state. */
function start() {
  const common = { state: memory.state, clock: () => now, prefix: 'transport/a' };
  const deadlines = new Deadlines(common);
  const join = new PartJoin<string>({
    ...common,
    deadlines,
    publish: (joined) => Promise.resolve(void published.push(joined)),
  });
  return {
    add: (number: number, content: string, reference = '7') =>
      join.add({ from: 'u', to: 'c', content, about: `of ${number}`, part: { reference, number, total: 2 } }),
    look: () => deadlines.visit(async (due) => void (await join.expire(due))),
  };
}

it('parts in any order are one text, over a restart too', async () => {
  await start().add(2, 'world');
  expect(published).toEqual([]);
  await start().add(1, 'hello ');
  expect(published).toEqual([{ content: 'hello world', about: 'of 1', missing: [] }]);
});

it('a part that is brought again changes nothing, and the reference may come again', async () => {
  const { add } = start();
  for (const [number, content] of [
    [1, 'a'],
    [1, 'a'],
    [2, 'b'],
    [2, 'b'],
    [1, 'a'],
  ] as const)
    await add(number, content);
  expect(published.map(({ content }) => content)).toEqual(['ab']);
  await add(1, 'c');
  await add(2, 'd');
  expect(published.map(({ content }) => content)).toEqual(['ab', 'cd']);
});

it('what came is published when the rest does not come', async () => {
  const life = start();
  await life.look();
  await life.add(2, 'world');
  now += 4 * MINUTE;
  await life.look();
  expect(published).toEqual([]);
  now += 2 * MINUTE;
  await life.look();
  expect(published).toEqual([{ content: 'world', about: 'of 2', missing: [1] }]);
});
