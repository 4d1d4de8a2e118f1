import { inspect } from 'node:util';
import { expect, it } from 'vitest';
import { z } from 'zod';
import { secretSchema } from './secret.ts';

const config = z.strictObject({ password: secretSchema.describe('Password') }).parse({ password: 'pearl' });

it.each([
  ['JSON', JSON.stringify(config)],
  ['a text', String(config.password)],
  ['the console', inspect(config, { depth: 9, showHidden: true })],
])('a secret does not show in %s', (_where, text) => {
  expect(text).toContain('[redacted]');
  expect(text).not.toContain('pearl');
});

it('whoever needs it gets it', () => {
  expect(config.password.reveal()).toBe('pearl');
});

it('its schema says that it is only written', () => {
  const schema = z.toJSONSchema(z.strictObject({ password: secretSchema.describe('Password') }), {
    io: 'input',
  });
  expect(schema.properties?.['password']).toMatchObject({ writeOnly: true, description: 'Password' });
});
