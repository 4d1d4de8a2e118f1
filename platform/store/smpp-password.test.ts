import { expect, test } from 'vitest';
import { generateSmppPassword, hashSmppPassword, SmppPasswordCheck } from './smpp-password.ts';

test('a password matches its own hash only, the first time and when it is known', async () => {
  const hash = await hashSmppPassword('s3cret!');
  const check = new SmppPasswordCheck();
  expect(await check.matches('s3cret', hash)).toBe(false);
  expect(await check.matches('s3cret!', hash)).toBe(true);
  expect(await check.matches('s3cret!', hash)).toBe(true);
  expect(await check.matches('s3cret', hash)).toBe(false);
});

test('the hash neither holds the password nor is the same twice', async () => {
  const [one, other] = await Promise.all([hashSmppPassword('s3cret!'), hashSmppPassword('s3cret!')]);
  expect(one).not.toBe(other);
  expect(one).not.toContain('s3cret!');
});

test('a generated password fits a bind', () => {
  expect(generateSmppPassword()).toMatch(/^[A-Za-z2-9]{8}$/);
  expect(generateSmppPassword()).not.toBe(generateSmppPassword());
});
