import { describe, expect, test } from 'vitest';
import { bodyOf, copyOf } from './body.ts';
import { createUserMessage, parseUserMessage } from './message.ts';

const MESSAGE = createUserMessage({ to_addr: '12345', from_addr: '+27761234567', content: 'hi' });
/** As a Python Vumi writes it: blanks after colons, escapes for what is not ASCII. */
const PYTHON = JSON.stringify({ ...MESSAGE, content: 'na\u00efve' })
  .replaceAll('":', '": ')
  .replace('\u00ef', '\\u00ef');

describe('the body of a message', () => {
  test('is its JSON, and the same text each time', () => {
    const message = copyOf(MESSAGE);
    expect(bodyOf(message)).toBe(JSON.stringify(MESSAGE));
    expect(bodyOf(message)).toBe(bodyOf(message));
  });

  test('is what it was read from, letter for letter', () => {
    expect(bodyOf(parseUserMessage(PYTHON))).toBe(PYTHON);
  });

  test('has what reading added to a message of an older Vumi', () => {
    const { group: _group, provider: _provider, helper_metadata: _metadata, ...older } = MESSAGE;
    const body = JSON.stringify(older);
    expect(JSON.parse(bodyOf(parseUserMessage(body)))).toEqual(MESSAGE);
  });

  test('is not that of the message that a changed copy was made of', () => {
    const read = parseUserMessage(PYTHON);
    const changed = { ...read, to_addr: '8000' };
    expect(JSON.parse(bodyOf(changed))).toMatchObject({ to_addr: '8000', content: 'na\u00efve' });
  });

  test('goes along with a copy for one more receiver', () => {
    const read = parseUserMessage(PYTHON);
    const copy = copyOf(read);
    expect(copy).not.toBe(read);
    expect(copy).toEqual(read);
    expect(bodyOf(copy)).toBe(PYTHON);
  });

  test('keeps whoever has the message from changing it in vain', () => {
    const read = parseUserMessage(PYTHON);
    expect(() => (read.content = 'changed in place')).toThrow(TypeError);
    expect(() => (read.helper_metadata['tag'] = {})).toThrow(TypeError);
    const sent = { ...MESSAGE, helper_metadata: { tag: { tag: ['pool', 't1'] } } };
    bodyOf(sent);
    expect(() => sent.helper_metadata.tag.tag.push('t2')).toThrow(TypeError);
  });

  test('does not show in the message', () => {
    const read = parseUserMessage(PYTHON);
    expect(Object.keys(read).toSorted()).toEqual(Object.keys(MESSAGE).toSorted());
    expect(JSON.parse(JSON.stringify(read))).toEqual({ ...MESSAGE, content: 'na\u00efve' });
    expect(Object.getOwnPropertySymbols({ ...read })).toEqual([]);
  });
});
