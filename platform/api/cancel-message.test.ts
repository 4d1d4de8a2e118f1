import { afterAll, beforeAll, expect, test } from 'vitest';
import type { MessageRow } from '@vumi/store';
import { startTestPlatform, type TestPlatform } from './platform.fixture.ts';

let platform: TestPlatform;

beforeAll(async () => {
  platform = await startTestPlatform();
  await platform.call('POST', '/accounts', { body: { name: 'demo' } });
});
afterAll(() => platform[Symbol.asyncDispose]());

test.each([
  ['waits', 200, { status: 'cancelled' }],
  ['asked', 202, { status: 'queued' }],
  ['gone', 409, { code: 'message.too_late' }],
  ['unknown', 404, { code: 'not_found' }],
])('a message that %s is cancelled truthfully', async (id, status, json) => {
  const row = { message_id: id, account: 'demo', status: 'queued' } as MessageRow;
  const shown = {
    direction: 'outbound',
    app: null,
    transport_name: 'smsc',
    from_addr: '1',
    to_addr: '2',
    content: 'x',
    session_event: null,
    group: null,
    in_reply_to: null,
    timestamp: '2026-11-22T08:00:00Z',
    reason: null,
    events: [],
  };
  if (id !== 'unknown') platform.store.rows.messages.push({ ...row, ...shown } as MessageRow);
  const answer = await platform.call('POST', `/accounts/demo/messages/${id}/cancel`);
  expect(answer).toMatchObject({ status, json });
});
