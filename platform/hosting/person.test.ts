import { expect, test } from 'vitest';
import { Person } from './person.ts';

const CLINIC = { account: 'demo', app: 'clinic' };
const SECRET = 'of the platform';
const shown = (address: string, ref = CLINIC, secret = SECRET) => new Person(ref, address, secret).toJSON();

test.each([
  ['+27761234567', '+27 76 ••• ••67'],
  ['+12025550123', '+1 20 ••• ••23'],
  ['+2348012345678', '+234 80 ••• ••78'],
  ['+2776123', '•••'],
  ['12345', '•••'],
  ['thandi@example.org', '•••'],
  ['+999999999999', '•••'],
])('%s is shown as %s', (address, number) => {
  expect(shown(address).number).toBe(number);
});

test('a person has one mark at an app, another at the next, and none that could be guessed at', () => {
  const { person } = shown('+27761234567');
  expect(person).toMatch(/^p_[A-Za-z0-9_-]{38}$/);
  expect(shown('+27761234567').person).toBe(person);
  const others = [
    shown('+27761234568'),
    shown('+27761234567', { account: 'demo', app: 'quiz' }),
    shown('+27761234567', { account: 'other', app: 'clinic' }),
    shown('+27761234567', CLINIC, 'of another platform'),
  ].map((other) => other.person);
  expect(new Set([person, ...others]).size).toBe(5);
});

test('an address does not get out by a slip', () => {
  const thandi = new Person(CLINIC, '+27761234567', SECRET);
  expect(() => String(thandi)).toThrow('a person has no text');
  expect(JSON.stringify({ thandi, keys: Object.keys(thandi) })).not.toContain('761234567');
});

test('a page says by the mark whom it means, of its own app alone', () => {
  const { person } = shown('+27761234567');
  expect(Person.find(CLINIC, person, SECRET)?.at((address) => address)).toBe('+27761234567');
  expect(Person.find({ account: 'demo', app: 'quiz' }, person, SECRET)).toBeNull();
  expect(Person.find({ account: 'other', app: 'clinic' }, person, SECRET)).toBeNull();
  expect(Person.find(CLINIC, person, 'of another platform')).toBeNull();
  for (const forged of ['', 'p_', '+27761234567', person.slice(2), person.slice(0, 18)])
    expect(Person.find(CLINIC, forged, SECRET)).toBeNull();
});

test('one number is one person, with and without its plus', () => {
  expect(shown('27761234567')).toEqual(shown('+27761234567'));
  expect(shown('thandi@example.org').person).not.toBe(shown('Thandi@example.org').person);
});
