import { describe, expect, it } from 'vitest';
import { cutText, encodeLine, foldCase, parseLine } from './irc-line.ts';

describe('a line', () => {
  it.each([
    [':al!u@h PRIVMSG #c :bot: hi', { source: 'al', command: 'PRIVMSG', params: ['#c', 'bot: hi'] }],
    ['PING :x', { source: '', command: 'PING', params: ['x'] }],
    [
      ':srv 433 * bot :Nickname in use',
      { source: 'srv', command: '433', params: ['*', 'bot', 'Nickname in use'] },
    ],
    ['@time=1 :al PRIVMSG bot :a  b :c', { source: 'al', command: 'PRIVMSG', params: ['bot', 'a  b :c'] }],
    [':al JOIN #c', { source: 'al', command: 'JOIN', params: ['#c'] }],
    ['error :', { source: '', command: 'ERROR', params: [''] }],
    ['', null],
  ])('%j is read', (text, expected) => {
    expect(parseLine(text)).toEqual(expected);
  });

  it.each([
    ['QUIT', [], 'QUIT\r\n'],
    ['PRIVMSG', ['al', 'a b'], 'PRIVMSG al :a b\r\n'],
    ['PRIVMSG', ['al', 'a\r\nQUIT\0'], 'PRIVMSG al :aQUIT\r\n'],
  ] as const)('%s with %j is written', (command, params, expected) => {
    expect(encodeLine(command, params)).toBe(expected);
  });
});

it.each([
  ['rfc1459', 'Al[]\\~', 'al{}|^'],
  ['strict-rfc1459', 'Al[]\\~', 'al{}|~'],
  ['ascii', 'Al[]\\~É', 'al[]\\~É'],
] as const)('names are compared by %s', (mapping, name, expected) => {
  expect(foldCase(name, mapping)).toBe(expected);
});

describe('a text is cut', () => {
  it.each([
    ['not when it is short', 'abc', 10, ['abc']],
    ['at a space', 'aaaa bbbb cccc', 10, ['aaaa bbbb', 'cccc']],
    ['between characters where there is no space', 'aaaaaaaaaaaa', 10, ['aaaaaaaaaa', 'aa']],
    ['never inside of one', 'ééééé😀😀', 9, ['éééé', 'é😀', '😀']],
    ['and an empty one is no line', '', 10, []],
  ])('%s', (_label, text, octets, expected) => {
    expect(cutText(text, octets)).toEqual(expected);
  });
});
