import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readSections } from '../walkthrough/page-blocks.ts';
import { Reader } from '../walkthrough/reader.ts';

const DOCS = join(import.meta.dirname, '../../docs');
const pages = ['tutorial', 'guides']
  .flatMap((folder) =>
    readdirSync(join(DOCS, folder))
      .filter((name) => name.endsWith('.md') && name !== 'README.md')
      .map((name) => `${folder}/${name}`),
  )
  .map((page) => ({ page, sections: readSections(readFileSync(join(DOCS, page), 'utf8')) }));

const followed = pages.filter(({ sections }) => sections.length > 0);

test('there are pages to follow', () => {
  expect(followed.length).toBeGreaterThan(0);
});

describe.each(followed)('who follows docs/$page sees what it shows', ({ page, sections }) => {
  let reader: Reader;
  beforeAll(async () => {
    reader = await Reader.sitDown();
  });
  afterAll(() => reader[Symbol.asyncDispose]());

  test.each(sections)('$heading', async ({ blocks }) => {
    await reader.follow(page, blocks);
    if (blocks === sections.at(-1)?.blocks) reader.finish();
  });
});
