import { describe, expect, test } from 'vitest';
import { readBlocks, readSections } from './page-blocks.ts';
import { Reader } from './reader.ts';
import { isShown, withoutShown } from './shown-output.ts';

async function follow(page: string): Promise<void> {
  await using reader = await Reader.sitDown();
  await reader.follow('page.md', readBlocks(page));
  reader.finish();
}

const block = (info: string, text: string): string => `\`\`\`${info}\n${text}\n\`\`\`\n`;
const COMMAND = block('sh', 'cat note.txt');
const FILE = `Write \`note.txt\`:\n\n${block('md title="note.txt"', 'one\ntwo\nthree')}`;
const CHANGE = `Change \`note.txt\`:\n\n${block('diff title="note.txt"', ' one\n-two\n+2')}`;

describe('a reader', () => {
  test('writes files, changes them, and sees what commands show', async () => {
    await follow(`${FILE}${CHANGE}${COMMAND}${block('text', 'one\n2\nthree')}`);
  });

  test.each([
    ['shows another text', `${FILE}${COMMAND}${block('text', 'one\ntwo')}`, /:11: what is shown is another/],
    ['names a command that fails', COMMAND, /:1: cat note\.txt\nended with 1/],
    ['changes lines that are not there', `${FILE}${CHANGE}${CHANGE}`, /has these lines 0 times/],
    ['starts what is never ended', block('sh', 'npx vumi dev --help'), /neither shown to the end nor ended/],
  ])('rejects a page that %s', async (_what, page, reason) => {
    await expect(follow(page)).rejects.toThrow(reason);
  });
});

test('a block that is no file, command or output is refused, and so is a file that the text does not name', () => {
  expect(() => readBlocks(block('js', 'x'))).toThrow('line 1: a block of "js" needs a title');
  expect(() => readBlocks(block('js title="a.js"', 'x'))).toThrow('has to name `a.js`');
});

test('a page is read section by section', () => {
  const page = `# Page\n\n${COMMAND}\n## Empty\n\n## Next\n\n${COMMAND}${COMMAND}`;
  expect(readSections(page).map(({ heading, blocks }) => [heading, blocks.length])).toEqual([
    ['Page', 1],
    ['Next', 2],
  ]);
});

test('times, ids and widths of columns may differ, words may not', () => {
  expect(isShown('12:00:01  ok  5 ms\n', '\r\u001b[K09:10:11   ok 7.25ms')).toBe(true);
  expect(isShown('a\n…\nb', 'a\nb')).toBe(true);
  expect(isShown('a … c', 'a b c')).toBe(true);
  expect(isShown('a.c', 'abc')).toBe(false);
});

test('what comes in another order is seen, and what is not whole is waited for', () => {
  const output = '12:00:01  two\nmore\n12:00:02  one\n12:00:03  th';
  expect(withoutShown('11:00:00  one\n11:00:00  two\nmore\n', output)).toBe('12:00:03  th');
  expect(withoutShown('11:00:00  th\n', output)).toBeNull();
});
