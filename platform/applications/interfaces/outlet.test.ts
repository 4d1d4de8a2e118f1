import { describe, expect, it } from 'vitest';
import { Outlet } from './outlet.ts';

const never = new AbortController().signal;

describe('an outlet', () => {
  it('keeps lines until somebody reads, and each counts as taken when the next is asked for', async () => {
    const outlet = new Outlet(() => 0);
    const taken: string[] = [];
    const given = ['a', 'b'].map((text) => outlet.give(text).then(() => taken.push(text)));
    const reader = outlet.lines(never);
    expect(await reader.next()).toEqual({ done: false, value: 'a' });
    expect(taken).toEqual([]);
    expect(await reader.next()).toEqual({ done: false, value: 'b' });
    await given[0];
    expect(taken).toEqual(['a']);
    await reader.return();
    expect(taken).toEqual(['a']);
  });

  it('gives what a reader may not have got to another', async () => {
    const outlet = new Outlet(() => 0);
    const leaving = new AbortController();
    const first = outlet.lines(leaving.signal);
    const given = outlet.give('a');
    expect(await first.next()).toMatchObject({ value: 'a' });
    const second = outlet.lines(never);
    const next = second.next();
    leaving.abort();
    expect(await first.next()).toEqual({ done: true, value: undefined });
    expect(await next).toMatchObject({ value: 'a' });
    void second.next();
    await given;
    expect(outlet.readers).toBe(1);
  });

  it('chooses among those that wait, and passes over who has gone', async () => {
    const outlet = new Outlet(() => 0.99);
    const leaving = new AbortController();
    const [first, second, gone] = [never, never, leaving.signal].map((signal) => outlet.lines(signal));
    const waiting = [first?.next(), second?.next(), gone?.next()];
    leaving.abort();
    expect(await waiting[2]).toMatchObject({ done: true });
    void outlet.give('a').catch(() => {});
    expect(await waiting[1]).toMatchObject({ value: 'a' });
    outlet.close();
    expect(await waiting[0]).toMatchObject({ done: true });
  });

  it('leaves what was not taken in its queue when it closes', async () => {
    const outlet = new Outlet(() => 0);
    const refused = expect(outlet.give('a')).rejects.toMatchObject({ code: 'receiver.unavailable' });
    outlet.close();
    await refused;
    await expect(outlet.give('b')).rejects.toMatchObject({ code: 'receiver.unavailable' });
  });
});
