import { describe, expect, it } from 'vitest';
import { LineReader } from './line-reader.ts';

function linesOf(octets: Buffer, chunk = octets.length, longest = 100): string[] {
  const lines: string[] = [];
  const reader = new LineReader(longest, (line) => lines.push(line));
  for (let at = 0; at < octets.length; at += chunk) reader.push(octets.subarray(at, at + chunk));
  return lines;
}

const octets = (...parts: readonly (string | number)[]): Buffer =>
  Buffer.concat(parts.map((part) => (typeof part === 'string' ? Buffer.from(part) : Buffer.from([part]))));

describe.each([
  ['CR LF', octets('hi\r\nyo\r\n'), ['hi', 'yo']],
  ['LF', octets('hi\nyo\n'), ['hi', 'yo']],
  ['CR NUL', octets('hi\r', 0, 'yo\r', 0), ['hi', 'yo']],
  ['an empty line', octets('\r\n\n'), ['', '']],
  ['UTF-8', octets('Héllo 😀\n'), ['Héllo 😀']],
  ['an option that is offered', octets('h', 255, 251, 1, 'i\n'), ['hi']],
  ['a command without an option', octets('h', 255, 241, 'i\n'), ['hi']],
  ['a negotiation', octets('h', 255, 250, 24, 0, 'xterm', 255, 240, 'i\n'), ['hi']],
  ['an escaped octet in a negotiation', octets('h', 255, 250, 24, 255, 255, 10, 255, 240, 'i\n'), ['hi']],
  ['what is no end of a line', octets('hi'), []],
])('%s', (_label, given, expected) => {
  it.each([given.length, 1])('in chunks of %i', (chunk) => {
    expect(linesOf(given, chunk)).toEqual(expected);
  });
});

it('cuts a line that never ends', () => {
  expect(linesOf(octets('aaaabb\n'), 1, 4)).toEqual(['aaaa', 'bb']);
});
