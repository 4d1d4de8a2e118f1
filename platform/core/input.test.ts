import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { VumiError } from './errors.ts';
import { nearest, parseInput } from './input.ts';

const schema = z.strictObject({
  to_addr: z.string(),
  session: z.strictObject({ timeout: z.number().default(5) }).optional(),
  routes: z.record(z.string(), z.strictObject({ keyword: z.string() })).optional(),
});

function refusal(value: unknown): VumiError {
  try {
    parseInput(schema, value);
  } catch (error) {
    if (error instanceof VumiError) return error;
  }
  throw new Error('it was accepted');
}

describe('input', () => {
  test('a value that fits comes back typed', () => {
    expect(parseInput(schema, { to_addr: '1' })).toEqual({ to_addr: '1' });
  });

  test.each([
    { label: 'a missing field', value: {}, field: 'to_addr', text: '"to_addr" is missing' },
    { label: 'a wrong type', value: { to_addr: 5 }, field: 'to_addr', text: 'expected string' },
    {
      label: 'a typo',
      value: { to_addr: '1', sesion: {} },
      field: 'sesion',
      text: 'did you mean "session"?',
    },
    {
      label: 'a typo in a nested object',
      value: { to_addr: '1', session: { timeuot: 1 } },
      field: 'session.timeuot',
      text: 'did you mean "timeout"?',
    },
    {
      label: 'a typo in a record of objects',
      value: { to_addr: '1', routes: { a: { keyword: 'x', kyword: 1 } } },
      field: 'routes.a.kyword',
      text: 'did you mean "keyword"?',
    },
    {
      label: 'a field like no other',
      value: { to_addr: '1', zebra: 1 },
      field: 'zebra',
      text: 'known are routes, session, to_addr',
    },
  ])('$label is named', ({ value, field, text }) => {
    const error = refusal(value);
    expect(error.field).toBe(field);
    expect(error.message).toContain(text);
  });

  test('all problems are listed, the first is the message', () => {
    expect(refusal({ to_addr: 1, zebra: 1 }).details?.['errors']).toHaveLength(2);
  });

  test('a value of the wrong kind altogether names no field', () => {
    const error = refusal([]);
    expect(error.field).toBeUndefined();
    expect(error.message).toContain('expected object');
  });

  test.each([
    { word: 'nmae', meant: 'name' },
    { word: 'Name', meant: 'name' },
    { word: 'names', meant: 'name' },
    { word: 'nam', meant: 'name' },
    { word: 'keyward', meant: 'keyword' },
  ])('$word most likely means $meant', ({ word, meant }) => {
    expect(nearest(word, ['host', 'name', 'keyword'])).toBe(meant);
  });

  test('nothing is nearest when nothing is near', () => {
    expect(nearest('password', ['host', 'port'])).toBeUndefined();
  });
});

test('of an input that is wrong in very many places some are told of, and soon', () => {
  const schema = z.strictObject({ name: z.string() });
  const given = Object.fromEntries(Array.from({ length: 50_000 }, (_, index) => [`field-${index}`, 1]));
  const before = process.threadCpuUsage();
  expect(() => parseInput(schema, { name: 1, ['n'.repeat(500_000)]: 1, ...given })).toThrow(
    expect.objectContaining({ details: { errors: expect.toSatisfy((all: unknown[]) => all.length === 50) } }),
  );
  const { user, system } = process.threadCpuUsage(before);
  expect((user + system) / 1000).toBeLessThan(1000);
});
