import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { Reader } from '../walkthrough/reader.ts';

const DOCS = join(import.meta.dirname, '../../docs');
const pages = ['tutorial', 'guides'].flatMap((folder) =>
  readdirSync(join(DOCS, folder))
    .filter((name) => name.endsWith('.md') && name !== 'README.md')
    .map((name) => `${folder}/${name}`),
);

test('there are pages to follow', () => {
  expect(pages.length).toBeGreaterThan(0);
});

test.each(pages)('who follows docs/%s sees what it shows', async (page) => {
  await using reader = await Reader.sitDown();
  await reader.follow(join(DOCS, page));
});
