import { describe, expect, it } from 'vitest';
import { MemoryPorts } from '../testing/memory-ports.ts';
import { Deadlines } from './deadlines.ts';

describe('what is due later', () => {
  it('is looked at once when its time has come, and by any life', async () => {
    let now = 1_000_000;
    const { state } = new MemoryPorts();
    const start = () => new Deadlines({ state, clock: () => now, prefix: 'x' });
    const seen: string[] = [];
    const look = (id: string) => Promise.resolve(void seen.push(id));
    const first = start();
    await first.visit(look);
    expect(await first.add('soon', 5000)).toBe(true);
    await first.add('late', 60_000);
    now += 4000;
    await first.visit(look);
    expect(seen).toEqual([]);
    now += 2000;
    await first.visit(look);
    await first.visit(look);
    expect(seen).toEqual(['soon']);
    now += 120_000;
    await start().visit(look);
    expect(seen).toEqual(['soon', 'late']);
  });

  it('is refused when too much of it is due at once', async () => {
    const { state } = new MemoryPorts();
    const deadlines = new Deadlines({ state, clock: () => 0, prefix: 'x' });
    // The record that is nearest to its bound, as a full one would take long to fill.
    const crowded = Object.fromEntries(Array.from({ length: 1000 }, (_, id) => [`other-${id}`, '']));
    expect(await deadlines.add('x', 5000)).toBe(true);
    const key = [...state.values.keys()][0] ?? '';
    state.values.set(key, JSON.stringify(crowded));
    expect(await deadlines.add('x', 5000)).toBe(false);
  });
});
