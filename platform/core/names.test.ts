import { describe, expect, it } from 'vitest';
import { deriveId, newId } from './ids.ts';
import { routingKey } from './exchanges.ts';
import { slugSchema } from './names.ts';
import { formatTimestamp, parseTimestamp, timestampToIso } from './timestamp.ts';

describe('slugs', () => {
  it.each(['demo', 'a', 'my-app_2', 'x'.repeat(30)])('accept %s', (slug) => {
    expect(slugSchema.safeParse(slug).success).toBe(true);
  });
  it.each(['', 'Demo', '-a', 'a-', 'a--b', 'a/b', '../x', 'é', 'x'.repeat(31)])('refuse "%s"', (slug) => {
    expect(slugSchema.safeParse(slug).success).toBe(false);
  });
});

describe('routing keys', () => {
  it('are the connector and the kind', () => {
    expect(routingKey('smsc', 'inbound')).toBe('smsc.inbound');
  });
  it('double the suffix of a status, as Vumi does', () => {
    expect(routingKey('smsc', 'status')).toBe('smsc.status.status');
  });
  it('refuse upper case', () => {
    expect(() => routingKey('SMSC', 'event')).toThrow(
      expect.objectContaining({ code: 'name.not_lower_case' }),
    );
  });
});

describe('derived ids', () => {
  it('are the same for the same parts and others for others', () => {
    expect(deriveId('m1', 'out', 0)).toBe(deriveId('m1', 'out', 0));
    expect(deriveId('m1', 'out', 0)).not.toBe(deriveId('m1', 'out', 1));
    expect(deriveId('a', 'bc')).not.toBe(deriveId('ab', 'c'));
  });
});

describe('timestamps', () => {
  it('are naive UTC with six digits and parse back', () => {
    expect(formatTimestamp(Date.UTC(2012, 3, 16, 9, 30, 0, 7))).toBe('2012-04-16 09:30:00.007000');
    expect(parseTimestamp('2012-04-16 09:30:00.007000')).toBe(Date.UTC(2012, 3, 16, 9, 30, 0, 7));
  });
  it.each(['2012-04-16T09:30:00', '2012-13-16 09:30:00', 'now'])('refuse "%s"', (text) => {
    expect(parseTimestamp(text)).toBeNull();
  });
  it('of every day are the same instants in ISO 8601', () => {
    const days = [1900, 2023, 2024, 2026].flatMap((year) =>
      Array.from({ length: 14 * 33 }, (_, n) => [year, Math.floor(n / 33), n % 33] as const),
    );
    const two = (n: number): string => String(n).padStart(2, '0');
    for (const [year, month, day] of days) {
      for (const time of [
        '00:00:00.000000',
        '23:59:59.999999',
        '24:00:00.000000',
        '12:30:15.12',
        '12:30:60.000',
      ]) {
        const text = `${year}-${two(month)}-${two(day)} ${time}`;
        expect(timestampToIso(text), text).toBe(new Date(parseTimestamp(text) ?? 0).toISOString());
      }
    }
  });
});

describe('new ids', () => {
  it('are different, and in the order of their time', () => {
    const before = Date.now();
    const ids = Array.from({ length: 1000 }, newId);
    expect(new Set(ids).size).toBe(ids.length);
    expect(Number.parseInt(ids[0]?.slice(0, 12) ?? '', 16)).toBeGreaterThanOrEqual(before);
  });

  it('pass their time on to what is derived from them', () => {
    const id = newId();
    expect(deriveId(id, 'out', 0)).toMatch(/^[0-9a-f]{32}$/);
    expect(deriveId(id, 'out', 0).slice(0, 12)).toBe(id.slice(0, 12));
  });
});
