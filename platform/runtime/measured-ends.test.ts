import { createAck, createDeliveryReport, createNack, type Handler, type UserMessage } from '@vumi/core';
import { transportMeasures } from '@vumi/measures';
import { expect, test } from 'vitest';
import { measuredTransportEnd, nackClass } from './measured-ends.ts';

test.each([
  ['ESME_RINVDSTADR at each of 3 attempts', 'ESME_RINVDSTADR'],
  ['0x00000401', '0x00000401'],
  ['expired: its validity ended at 2026-11-29T08:00:00.000Z', 'expired'],
  ['uncertain: the connection was lost before the response', 'uncertain'],
  ['HTTP 404 from the provider', 'HTTP 404'],
  ['+27761234567 cannot be reached at http://example.org', 'other'],
])('the reason "%s" is of the class %s', (reason, expected) => {
  expect(nackClass(reason)).toBe(expected);
});

test('a transport is measured by what is safe, by event and by why a message was not sent', async () => {
  let handle: Handler<UserMessage> = async () => {};
  let fails = false;
  const settle = async (): Promise<void> => {
    if (fails) throw new Error('the broker is away');
  };
  const end = measuredTransportEnd({
    name: 'measured',
    publishInbound: settle,
    publishEvent: settle,
    onOutbound: async (handler) => {
      handle = handler;
      return { pause: settle, resume: settle, [Symbol.asyncDispose]: settle };
    },
  });
  const message = {} as UserMessage;
  const delivery = { redelivered: false, attempt: 1 };
  const about = { user_message_id: 'm1', transport_name: 'measured' };
  await end.onOutbound(settle, { prefetch: 1 });
  await end.publishInbound(message);
  await handle(message, delivery);
  await end.publishEvent(createAck(about, '1'));
  await end.publishEvent(createNack(about, 'ESME_RTHROTTLED'));
  await end.publishEvent(createDeliveryReport(about, 'delivered'));
  fails = true;
  await expect(end.publishInbound(message)).rejects.toThrow('away');
  await expect(end.publishEvent(createAck(about, '1'))).rejects.toThrow('away');
  await expect(handle(message, delivery)).rejects.toThrow('away');
  const { received, taken, events, nacks } = transportMeasures;
  const own = (counts: Iterable<readonly [readonly string[], number]>) =>
    [...counts].filter(([[transport]]) => transport === 'measured').map(([[, word], count]) => [word, count]);
  expect(own(received.counts())).toEqual([[undefined, 1]]);
  expect(own(taken.counts())).toEqual([[undefined, 1]]);
  expect(own(events.counts())).toEqual([
    ['ack', 1],
    ['nack', 1],
    ['delivered', 1],
  ]);
  expect(own(nacks.counts())).toEqual([['ESME_RTHROTTLED', 1]]);
});
