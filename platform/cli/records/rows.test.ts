import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { importRows, reportText, type RowTarget } from './import-rows.ts';
import { formatOf, readRows, type Format, type Row } from './rows.ts';

async function fileOf(name: string, text: string): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'vumi-rows-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  await writeFile(join(folder, name), text);
  return join(folder, name);
}

async function read(text: string, format: Format): Promise<Row[]> {
  const rows: Row[] = [];
  for await (const row of readRows(await fileOf('file', text), format)) rows.push(row);
  return rows;
}

const JANE = { name: 'Jane', msisdn: '+27' };

test.each<[string, Format, string, number[]]>([
  ['CSV', 'csv', 'name,msisdn\nJane,+27\n', [2]],
  [
    'CSV with a mark of the order of bytes and without a last break',
    'csv',
    '\ufeffname,msisdn\r\nJane,+27',
    [2],
  ],
  ['CSV with tabs', 'csv', 'name\tmsisdn\nJane\t+27\n', [2]],
  ['CSV with semicolons', 'csv', 'name;msisdn\n"Jane";+27\n', [2]],
  ['a table that was printed', 'csv', 'name, msisdn\n============\nJane, +27\n', [3]],
  ['JSON by lines', 'ndjson', '\n{"name": "Jane", "msisdn": "+27"}\n\n', [2]],
  [
    'JSON by lines under the name of JSON',
    'json',
    '{"name": "Jane", "msisdn": "+27"}\n{"name": "Jane", "msisdn": "+27"}',
    [1, 2],
  ],
  ['a list', 'json', '[{"name": "Jane", "msisdn": "+27"}]', [1]],
  [
    'a page of the API of Vumi Go',
    'json',
    '{"cursor": null, "data": [{"name": "Jane", "msisdn": "+27"}]}',
    [1],
  ],
])('%s is read', async (_label, format, text, lines) => {
  expect(await read(text, format)).toEqual(lines.map((line) => ({ line, fields: JANE })));
});

test('an object is keys and values', async () => {
  expect((await read('{"a": 1, "b": {"c": null}}', 'json')).map(({ fields }) => fields)).toEqual([
    { key: 'a', value: 1 },
    { key: 'b', value: { c: null } },
  ]);
});

test.each<[string, Format, string, number, RegExp]>([
  ['too few cells', 'csv', 'a,b\n1,2\n3\n', 3, /it has 1 cells where the heading has 2/],
  ['a quote without an end', 'csv', 'a,b\n1,"2\n3,4\n', 2, /never closed/],
  ['what is no JSON', 'ndjson', '{"a": 1}\n{"a": \n', 2, /is not JSON/],
  ['what is no object', 'ndjson', '[1]\n', 1, /not a JSON object/],
  ['a list of numbers', 'json', '[1]', 1, /not a JSON object/],
  ['a file that ends too early', 'json', '[\n{"a": 1},\n', 3, /is not JSON/],
])('%s is told by its line', async (...[, format, text, line, reason]) => {
  await expect(read(text, format)).rejects.toMatchObject({
    line,
    message: expect.stringMatching(reason) as string,
  });
});

test('the name of a file tells its format', () => {
  expect(
    ['a.csv', 'b.TXT', 'c.jsonl', 'd.ndjson', 'e.json'].map((name) => formatOf(name, undefined)),
  ).toEqual(['csv', 'csv', 'ndjson', 'ndjson', 'json']);
  expect(formatOf('-', 'csv')).toBe('csv');
  expect(() => formatOf('-', undefined)).toThrow('--format');
});

test('a record that is refused stops no other, and what cannot be read on is told', async () => {
  const seen: unknown[] = [];
  const target: RowTarget = {
    batch: 2,
    put: async (rows) =>
      rows.map(({ fields: { n } }) => {
        seen.push(n);
        if (n === '2') return new Error('no');
        return n === '1' ? 'made' : 'same';
      }),
  };
  const file = await fileOf('x.csv', 'n,m\n1,\n2,\n3,\n4\n');
  const progress: number[] = [];
  const report = await importRows(readRows(file, 'csv'), target, {
    dry: false,
    onProgress: (rows) => progress.push(rows),
  });
  expect(seen).toEqual(['1', '2', '3']);
  expect(progress).toEqual([2, 3]);
  expect(report).toMatchObject({
    made: 1,
    changed: 0,
    same: 1,
    refused: [{ line: 3, reason: 'no' }, { line: 5 }],
  });
  expect(reportText('rows', 'x.csv', report, false)).toBe(
    'x.csv:3: no\nx.csv:5: it has 1 cells where the heading has 2; nothing after it was read\nrows: 1 new, 0 changed, 1 the same, 2 refused\n',
  );
});
