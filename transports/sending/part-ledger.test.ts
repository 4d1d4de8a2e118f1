import { beforeEach, describe, expect, it } from 'vitest';
import { MemoryLedger } from '../testing/memory-ports.ts';
import { PartLedger } from './part-ledger.ts';

const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;
const OK = { kind: 'ok', remoteId: 'id' } as const;

let now: number;
let ledger: MemoryLedger;

beforeEach(() => {
  now = 100 * DAY;
  ledger = new MemoryLedger();
});

const open = (): PartLedger => new PartLedger(ledger, 'smpp_a', () => now);

function finish(parts: PartLedger, messageId: string): void {
  parts.write({ messageId, part: 0, reference: 0 }, OK);
  parts.finish(messageId, 1);
}

describe('the ledger of parts', () => {
  it('drops a finished message after ten minutes, and says that it may have', () => {
    const parts = open();
    now += MINUTE;
    finish(parts, 'a');
    now += 5 * MINUTE;
    finish(parts, 'b');
    expect(parts.mayHaveForgotten(now - 2 * MINUTE)).toBe(false);
    now += 6 * MINUTE;
    parts.sweep();
    expect(parts.read('a', 0)).toBeNull();
    expect(parts.read('b', 0)?.record).toEqual(OK);
    expect(parts.mayHaveForgotten(now - 11 * MINUTE)).toBe(true);
    expect(parts.mayHaveForgotten(now - MINUTE)).toBe(false);
  });

  it('knows nothing of messages from before its start, nor of those without a date', () => {
    const parts = open();
    expect(parts.mayHaveForgotten(now - 1)).toBe(true);
    expect(parts.mayHaveForgotten(null)).toBe(true);
  });

  it('stays small when many messages finish', () => {
    const parts = open();
    for (let index = 0; index < 100_500; index += 1) finish(parts, String(index));
    expect(ledger.values.size).toBe(100_000);
    expect(parts.read('0', 0)).toBeNull();
    expect(parts.mayHaveForgotten(now + 30_000)).toBe(true);
  });

  it('keeps a doubt over a restart for a week', () => {
    open().write({ messageId: 'a', part: 1, reference: 7 }, { kind: 'submitting' });
    now += 6 * DAY;
    expect(open().read('a', 1)).toMatchObject({ reference: 7, record: { kind: 'submitting' } });
    now += 2 * DAY;
    expect(open().read('a', 1)).toBeNull();
  });

  it('keeps the results of a former life as long as its own', () => {
    finish(open(), 'a');
    now += MINUTE;
    const later = open();
    now += 9 * MINUTE;
    later.sweep();
    expect(later.read('a', 0)?.record).toEqual(OK);
    now += 2 * MINUTE;
    later.sweep();
    expect(later.read('a', 0)).toBeNull();
  });
});
