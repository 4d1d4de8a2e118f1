import { stampMessage, VumiError, type UserMessage } from '@vumi/core';
import { expect, it } from 'vitest';
import { createRecording } from './recording.ts';
import { eventOf, message, pass, sent, taken } from './passing.fixture.ts';

function recording() {
  const rows: string[] = [];
  const middleware = createRecording({
    recorder: {
      inbound: async (_message, owner, status) => void rows.push(`inbound ${status} ${owner?.app}`),
      outbound: async (_message, owner, status) => void rows.push(`outbound ${status} ${owner?.app}`),
      event: async (event) => void rows.push(`event ${event.event_type}`),
    },
    isRecordedThere: (connector) => connector === 'sandbox_0',
  });
  return { rows, middleware };
}

const mine = (fields: Partial<UserMessage> = {}): UserMessage =>
  stampMessage(message(fields), { account: 'demo', app: 'quiz' });

it.each([
  [
    'an outbound message on its way to its transport',
    sent('outbound', 'smsc', mine()),
    ['outbound queued quiz'],
  ],
  ['an outbound message that comes from an application', taken('outbound', 'sandbox_0', mine()), []],
  [
    'an inbound message for an application that records none',
    sent('inbound', 'relay', mine()),
    ['inbound received quiz'],
  ],
  ['an inbound message for one that records its own', sent('inbound', 'sandbox_0', mine()), []],
  ['an event', eventOf('m1'), ['event ack']],
])('%s is recorded', async (_what, transit, expected) => {
  const { rows, middleware } = recording();
  expect(await pass(middleware, transit)).toEqual([transit]);
  expect(rows).toEqual(expected);
});

it.each([
  ['for good', new VumiError('route.none', 'no way'), ['outbound failed quiz']],
  ['for now', new VumiError('broker.unavailable', 'away'), []],
  ['by a defect', new TypeError('x is undefined'), []],
])('an outbound message that is refused %s', async (_what, error, expected) => {
  const { rows, middleware } = recording();
  await expect(pass(middleware, taken('outbound', 'sandbox_0', mine()), error)).rejects.toBe(error);
  expect(rows).toEqual(expected);
});

it('a row that cannot be written keeps the message with its sender', async () => {
  const away = new VumiError('store.unavailable', 'Postgres is away');
  const failing = async (): Promise<void> => {
    throw away;
  };
  const middleware = createRecording({
    recorder: { inbound: failing, outbound: failing, event: failing },
    isRecordedThere: () => false,
  });
  await expect(pass(middleware, sent('outbound', 'smsc', mine()))).rejects.toBe(away);
  await expect(pass(middleware, eventOf('m1'))).rejects.toBe(away);
});
