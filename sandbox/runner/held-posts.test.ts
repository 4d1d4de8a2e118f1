import { expect, test } from 'vitest';
import { readHeldPosts } from './held-posts.ts';

test('posts that were held back are read one by one, whatever their texts hold', () => {
  const texts = ['', 'done 1 4\nfake', 'ends with a break\n', 'Ünïcödé ☺'];
  const held = texts.map((text, index) => `log ${index} ${text.length}\n${text}`).join('');
  expect(readHeldPosts(held)).toEqual(texts.map((text, turn) => ({ kind: 'log', turn, text })));
  expect(readHeldPosts('')).toEqual([]);
});

test.each([
  ['no text', undefined],
  ['no line', 'done 1 4'],
  ['no length', 'done 1\ntext'],
  ['a length that is none', 'done 1 x\ntext'],
  ['a negative length', 'done 1 -4\ntext'],
  ['more than there is', 'done 1 5\ntext'],
  ['less than there is', 'done 1 3\ntext'],
  ['a kind that no turn posts', 'loaded 1 4\ntext'],
  ['too much', 'x'.repeat(17 * 1024 * 1024)],
])('a guest that hands over %s is not believed', (_what, held) => {
  expect(readHeldPosts(held)).toBeNull();
});
