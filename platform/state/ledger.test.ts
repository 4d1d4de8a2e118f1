import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { openLedger } from './ledger.ts';

const VICTIM = new URL('./ledger-crash-victim.fixture.ts', import.meta.url);

describe('a ledger', () => {
  let folder: string;
  let file: string;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'vumi-ledger-'));
    file = join(folder, 'ledger');
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  test('shows its writes at once, and after a restart', async () => {
    {
      await using ledger = openLedger({ file });
      ledger.put('sent/a', '1');
      ledger.put('sent/a', '2');
      ledger.put('sent/b', '1');
      ledger.delete('sent/b');
      expect(ledger.get('sent/a')).toBe('2');
      expect(ledger.get('sent/b')).toBeNull();
    }
    await using ledger = openLedger({ file });
    expect(ledger.get('sent/a')).toBe('2');
    expect(ledger.get('sent/b')).toBeNull();
  });

  test('lists the keys of a prefix from the oldest to the newest', async () => {
    await using ledger = openLedger({ file });
    for (const key of ['sent/z', 'received/a', 'sent/a', 'sent/é', 'sent'])
      ledger.put(key, key.toUpperCase());
    ledger.put('sent/z', 'again');
    expect(ledger.entries('sent/')).toEqual([
      ['sent/z', 'again'],
      ['sent/a', 'SENT/A'],
      ['sent/é', 'SENT/É'],
    ]);
  });

  test('what people write does not stay in the file when it is deleted, nor when it is put anew', async () => {
    const words = (): string => readFileSync(file, 'utf8');
    {
      await using ledger = openLedger({ file });
      ledger.put('sent/a', '1');
      ledger.putText('in/é', 'swordfish ü');
      ledger.put('sent/b', '2');
      ledger.flush();
      expect(words()).toContain('swordfish');
      ledger.delete('in/é');
      expect(words()).not.toContain('swordfish');
      ledger.putText('in/c', 'marlin');
      ledger.delete('in/c');
      ledger.putText('in/d', 'tuna');
      ledger.putText('in/d', 'halibut');
      ledger.putText('in/e', 'last');
    }
    expect(words()).not.toMatch(/marlin|tuna/);
    await using ledger = openLedger({ file });
    expect(ledger.entries('')).toEqual([
      ['sent/a', '1'],
      ['sent/b', '2'],
      ['in/d', 'halibut'],
      ['in/e', 'last'],
    ]);
    ledger.delete('in/d');
    expect(words()).not.toContain('halibut');
    expect(words()).toContain('last');
  });

  test('goes on counting ages after a restart', async () => {
    {
      await using ledger = openLedger({ file });
      ledger.put('b', '1');
    }
    await using ledger = openLedger({ file });
    ledger.put('a', '2');
    expect(ledger.entries('').map(([key]) => key)).toEqual(['b', 'a']);
  });

  test('keeps what was flushed, or written in an earlier tick, when its process is killed', async () => {
    const { signal } = spawnSync(process.execPath, [...process.execArgv, VICTIM.pathname, file]);
    expect(signal).toBe('SIGKILL');
    await using ledger = openLedger({ file });
    expect(ledger.entries('').map(([key]) => key)).toEqual(['earlier tick', 'flushed']);
  });

  test('forgets the half line of a write that a kill cut short', async () => {
    writeFileSync(file, '["a","1"]\n["b","2"]\n["a"]\n["c","');
    await using ledger = openLedger({ file });
    expect(ledger.entries('')).toEqual([['b', '2']]);
  });

  test('does not grow with what was deleted', async () => {
    await using ledger = openLedger({ file });
    const value = 'x'.repeat(1000);
    for (let index = 0; index < 60_000; index++) {
      ledger.put(`key-${index}`, value);
      if (index > 0) ledger.delete(`key-${index - 1}`);
      if (index % 100 === 0) ledger.flush();
    }
    ledger.flush();
    expect(statSync(file).size).toBeLessThan(20_000_000);
    expect(ledger.entries('').map(([key]) => key)).toEqual(['key-59999']);
  });

  test('belongs to one process', async () => {
    await using _ = openLedger({ file });
    expect(() => openLedger({ file })).toThrow(`belongs to process ${process.pid}`);
  });
});
