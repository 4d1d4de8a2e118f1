import { expect, test } from 'vitest';
import { z } from 'zod';
import { fitOptions } from './fit-options.ts';
import { describeOptions } from './option-names.ts';

const schema = z.strictObject({
  password: z.string().optional().describe('What is said to get in.'),
  port: z.int().min(1).max(65_535).default(2775),
  tls: z.boolean().optional(),
  names: z.array(z.string()).optional(),
  mapping: z.record(z.string(), z.string()).optional(),
  either: z.union([z.number(), z.boolean()]).optional(),
  kind: z.enum(['a', 'b']).optional(),
  version: z.enum(['34', '50']).optional(),
  count: z.int().nullable().optional(),
  inner: z.strictObject({ deep: z.number().optional() }).optional(),
});

test.each<[string, object, object]>([
  ['a password of digits is a text', { password: 1234 }, { password: '1234' }],
  ['a text is a number', { port: '2776' }, { port: 2776 }],
  ['a text is a truth', { tls: 'yes' }, { tls: true }],
  ['a number is a truth', { tls: 0 }, { tls: false }],
  ['a text is a list of one', { names: 'a' }, { names: ['a'] }],
  ['a text is a list', { names: '[a, b]' }, { names: ['a', 'b'] }],
  ['a text is a mapping', { mapping: '{+27: a}' }, { mapping: { '+27': 'a' } }],
  ['a text is what a union takes', { either: '5' }, { either: 5 }],
  ['a number is one of a set of texts', { version: 34 }, { version: '34' }],
  ['a text is nothing', { count: 'null' }, { count: null }],
  ['a text within is a number', { inner: { deep: '1.5' } }, { inner: { deep: 1.5 } }],
  ['what fits nothing is left for the worker to refuse', { port: 'x', tls: 7 }, { port: 'x', tls: 7 }],
])('%s', (_label, given, fitted) => {
  const before = structuredClone(given);
  expect(fitOptions(schema, { ...given })).toEqual({ options: fitted, warnings: [] });
  expect(given).toEqual(before);
});

test('unknown options are left out, each with the nearest', () => {
  const given = { pasword: 'x', port: '1', inner: { deap: 1 }, riak_manager: {} };
  expect(fitOptions(schema, given)).toEqual({
    options: { port: 1, inner: {} },
    warnings: [
      'unknown option "inner.deap"',
      'unknown option "pasword"; did you mean "password"?',
      'unknown option "riak_manager"',
    ],
  });
});

test('strictly, an unknown option is refused', () => {
  expect(() => fitOptions(schema, { pasword: 'x' }, { strict: true })).toThrow('did you mean "password"');
});

test('a schema that reads sections as if they stood beside loses what it does not know in them', () => {
  const lifting = z.preprocess((value) => {
    const { section, ...rest } = value as { section?: object };
    return { ...section, ...rest };
  }, schema);
  const { options, warnings } = fitOptions(lifting, { section: { port: '1', wrong: 2 } });
  expect(warnings).toEqual(['unknown option "wrong"']);
  expect(options).toEqual({ section: { port: '1' } });
});

test('options describe themselves', () => {
  const help = new Map(describeOptions(schema).map((option) => [option.name, option]));
  expect(help.get('password')).toMatchObject({
    kind: 'text',
    required: false,
    description: 'What is said to get in.',
  });
  expect(help.get('port')).toMatchObject({ kind: 'whole number', default: '2775' });
  expect(help.get('kind')?.kind).toBe('a | b');
  expect(help.get('either')?.kind).toBe('number or true or false');
});
