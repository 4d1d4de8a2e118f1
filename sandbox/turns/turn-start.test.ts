import { createAck, createUserMessage } from '@vumi/core';
import { expect, it } from 'vitest';
import type { AppKind } from '../app-kind.ts';
import { originOf, type TurnOrigin } from './effects-commit.ts';
import { turnStart } from './turn-start.ts';

const message = createUserMessage({
  from_addr: '27820001001',
  to_addr: '8000',
  transport_metadata: { international_sender: '+27820001001' },
});
const ref = { account: 'clinic', app: 'clinic' };

function seen(kind: AppKind, origin: TurnOrigin, body: Parameters<typeof turnStart>[1]): unknown {
  const start = turnStart({ origin, app: { kind }, endpoints: null }, body, 0);
  return (JSON.parse(start) as { body: { from_addr?: unknown } }).body.from_addr;
}

it.each([
  ['classic', '+27820001001'],
  ['sdk', '27820001001'],
] as const)('a %s app sees an international sender as %s', (kind, from) => {
  expect(seen(kind, originOf(ref, message, 0), message)).toBe(from);
});

it('a classic app sees other senders as they are', () => {
  const other = { ...message, transport_metadata: {} };
  expect(seen('classic', originOf(ref, other, 0), other)).toBe('27820001001');
  const ack = createAck({ user_message_id: 'm', transport_name: 't', transport_metadata: {} }, 'sent');
  expect(seen('classic', { ref, id: 'e', message: null }, ack)).toBeUndefined();
});

it('what the app will ask for first goes along as it is', () => {
  const origin = originOf(ref, message, 0);
  const kept = [
    ['vumi:talk:8000', null],
    ['vumi:talk:@"default"', '{"v":1}'],
  ] as const;
  const start = turnStart({ origin, app: { kind: 'sdk' }, endpoints: null, kept }, message, 0);
  expect(JSON.parse(start)).toMatchObject({
    kind: 'message',
    kept: { 'vumi:talk:8000': null, 'vumi:talk:@"default"': { v: 1 } },
  });
});
