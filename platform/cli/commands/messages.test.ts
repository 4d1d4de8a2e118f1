import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { FakePlatform, page } from '../fake-platform.fixture.ts';

const MESSAGE = {
  message_id: '019ac0de',
  direction: 'outbound',
  account: 'demo',
  app: 'hello',
  from_addr: '12345',
  to_addr: '27761234567',
  content: 'Hello',
  timestamp: '2026-11-22T08:00:00Z',
  status: 'undelivered',
  reason: 'UNDELIV, error 034',
};
let platform: FakePlatform;

beforeAll(async () => {
  platform = await FakePlatform.start();
});
beforeEach(() => platform.forget());
afterAll(() => platform[Symbol.dispose]());

test('the phone number alone tells what was not delivered, and why', async () => {
  platform.answers['GET /accounts/demo/messages'] = () => page([MESSAGE]);
  const { out } = await platform.vumi(['messages', '+27761234567', '--status', 'nack,undelivered']);
  expect(platform.seen.at(-1)?.query).toEqual({
    address: '+27761234567',
    status: 'nack,undelivered',
    limit: '20',
  });
  expect(out).toMatch(/^TIME \(UTC\) +FROM +TO +APP +STATUS +REASON +ID +CONTENT\n/);
  expect(out).toContain('hello  undelivered  UNDELIV, error 034  019ac0de  Hello\n');
});

test('those of all accounts say whose they are', async () => {
  platform.answers['GET /messages'] = () => page([MESSAGE]);
  const { out } = await platform.vumi(['messages', '--all']);
  expect(out).toMatch(/ TO +ACCOUNT +APP .*\n.* 27761234567 +demo +hello /);
});

test.each([
  ['cancelled', /^cancelled 019ac0de\n$/],
  ['queued', /^019ac0de is queued: its transport runs nowhere now/],
])('a message is cancelled by its id, and is then %s', async (status, text) => {
  platform.answers['POST /accounts/demo/messages/019ac0de/cancel'] = () => ({ json: { ...MESSAGE, status } });
  const { code, out } = await platform.vumi(['messages', 'cancel', '019ac0de']);
  expect(code).toBe(0);
  expect(out).toMatch(text);
});

test('a message is sent with what it carries beside its text', async () => {
  platform.answers['POST /accounts/demo/messages'] = () => ({ status: 202, json: MESSAGE });
  const files = ['--attach', 'https://vumi.example/map.png'];
  const approved = ['--template', 'meeting', '--language', 'en_US', '--variable', 'Sat', '--variable', '8'];
  const all = ['--button', 'Yes', '--button', 'No', ...files, ...approved];
  const { out } = await platform.vumi(['send', '+27761234567', 'Coming?', ...all]);
  expect(out).toBe('queued 019ac0de\n');
  expect(JSON.parse(platform.seen.at(-1)?.body.toString() ?? '')).toMatchObject({
    content: 'Coming?',
    buttons: ['Yes', 'No'],
    attachments: [{ url: 'https://vumi.example/map.png' }],
    template: { name: 'meeting', language: 'en_US', variables: ['Sat', '8'] },
  });
});

test.each([
  ['--template', 'meeting'],
  ['--variable', 'x'],
  ['--language', 'en_US'],
])('half a template is refused: %s %s', async (...half) => {
  const { code, err } = await platform.vumi(['send', '+27761234567', 'Coming?', ...half]);
  expect(code).toBe(2);
  expect(err).toContain('--template and --language');
});
