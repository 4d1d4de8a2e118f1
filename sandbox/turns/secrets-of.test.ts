import { createUserMessage } from '@vumi/core';
import { expect, test } from 'vitest';
import { redactSecrets } from './redaction.ts';
import { secretsOf } from './secrets-of.ts';

const app = { settings: { secrets: { key: 'k-12345' } } } as unknown as Parameters<typeof secretsOf>[0];
const typed = (vumi: object) =>
  createUserMessage({
    from_addr: '+27761234567',
    to_addr: '4000',
    content: ' 84213 ',
    helper_metadata: { vumi: { account: 'demo', app: 'bank', ...vumi } },
  });

test('what was typed at a secret question is hidden as secrets of the app are', () => {
  const secrets = secretsOf(app, typed({ isSecret: true }));
  expect(redactSecrets('84213 with k-12345', secrets)).toBe('[secret] with [secret]');
});

test('of any other message, and of none, only those of the app are', () => {
  expect(secretsOf(app, typed({}))).toBe(app.settings.secrets);
  expect(secretsOf(app, null)).toBe(app.settings.secrets);
});
