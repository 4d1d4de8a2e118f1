import { describe, expect, it } from 'vitest';
import { BindGate } from './bind-gate.ts';

describe('the gate of binds', () => {
  it('slows an address down after its third failure, up to 5 s, and forgives it in the end', () => {
    let now = 0;
    const gate = new BindGate(() => now);
    const delays = Array.from({ length: 9 }, () => {
      gate.failed('192.0.2.1');
      return gate.delayOf('192.0.2.1');
    });
    expect(delays).toEqual([0, 0, 250, 500, 1000, 2000, 4000, 5000, 5000]);
    expect(gate.delayOf('192.0.2.2')).toBe(0);
    now = 600_001;
    expect(gate.delayOf('192.0.2.1')).toBe(0);
    gate.failed('192.0.2.1');
    expect(gate.delayOf('192.0.2.1')).toBe(0);
  });

  it('lets an address off that has bound', () => {
    const gate = new BindGate(() => 0);
    for (let failures = 0; failures < 5; failures += 1) gate.failed('192.0.2.1');
    gate.succeeded('192.0.2.1');
    expect(gate.delayOf('192.0.2.1')).toBe(0);
  });

  it('keeps only so many addresses', () => {
    const gate = new BindGate(() => 0);
    for (let failures = 0; failures < 3; failures += 1) gate.failed('first');
    expect(gate.delayOf('first')).toBe(250);
    for (let address = 0; address < 10_000; address += 1) gate.failed(`other ${address}`);
    expect(gate.delayOf('first')).toBe(0);
  });

  it('checks two passwords at once', async () => {
    const gate = new BindGate(() => 0);
    let checking = 0;
    let most = 0;
    const verify = async (): Promise<boolean> => {
      checking += 1;
      most = Math.max(most, checking);
      await new Promise((resolve) => setImmediate(resolve));
      checking -= 1;
      return true;
    };
    expect(await Promise.all(Array.from({ length: 9 }, () => gate.check(verify)))).not.toContain(false);
    expect(most).toBe(2);
    await expect(gate.check(() => Promise.reject(new Error('away')))).rejects.toThrow('away');
    expect(await gate.check(verify)).toBe(true);
  });
});
