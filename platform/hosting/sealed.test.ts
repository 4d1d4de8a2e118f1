import { expect, test } from 'vitest';
import { seal, unseal } from './sealed.ts';

const LABEL = ['demo', 'clinic'];
const SECRET = 'of the platform';

test.each(['+27761234567', 'thandi@example.org', '', 'Žofie 🏥'])('%j comes back', (text) => {
  const sealed = seal(SECRET, LABEL, text);
  expect(sealed).toMatch(/^[A-Za-z0-9_-]{38,}$/);
  expect(seal(SECRET, LABEL, text)).toBe(sealed);
  expect(unseal(SECRET, LABEL, sealed)).toBe(text);
});

test('numbers are as long as each other', () => {
  const lengths = ['+27761234567', '+2348012345678', '+12025550123'].map(
    (number) => seal(SECRET, LABEL, number).length,
  );
  expect(new Set(lengths).size).toBe(1);
});

test('nothing else opens it', () => {
  const sealed = seal(SECRET, LABEL, '+27761234567');
  const tries: [string, string[], string][] = [
    ['of another platform', LABEL, sealed],
    [SECRET, ['demo', 'quiz'], sealed],
    [SECRET, ['other', 'clinic'], sealed],
    [SECRET, ['demo', 'clinic', 'x'], sealed],
    [SECRET, LABEL, ''],
    [SECRET, LABEL, sealed.slice(0, 16)],
    [SECRET, LABEL, `${sealed}=`],
    [SECRET, LABEL, `${sealed}AAAA`],
    [SECRET, LABEL, '+27761234567'],
  ];
  for (const [secret, label, text] of tries) expect(unseal(secret, label, text)).toBeNull();
});

test('each bit of it counts', () => {
  const bytes = Buffer.from(seal(SECRET, LABEL, '+27761234567'), 'base64url');
  for (let bit = 0; bit < bytes.length * 8; bit += 1) {
    const forged = Buffer.from(bytes);
    forged[bit >> 3] = (forged[bit >> 3] ?? 0) ^ (1 << (bit & 7));
    expect(unseal(SECRET, LABEL, forged.toString('base64url'))).toBeNull();
  }
});
