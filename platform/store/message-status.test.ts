import { createAck, createDeliveryReport, createNack, type TransportEvent } from '@vumi/core';
import { expect, test } from 'vitest';
import { messageStatus, showEvent } from './message-status.ts';

const fields = { user_message_id: 'id', transport_name: 'smpp', transport_metadata: {} };
const ack = createAck(fields, 'smsc-id');
const nack = createNack(fields, 'throttled');
const uncertain = createNack({ ...fields, transport_metadata: { outcome: 'uncertain' } }, 'uncertain: lost');
const expired = createNack({ ...fields, transport_metadata: { outcome: 'expired' } }, 'expired: …');
const discarded = createNack({ ...fields, transport_metadata: { outcome: 'discarded' } }, 'inactive');
const pending = createDeliveryReport(fields, 'pending');
const delivered = createDeliveryReport(fields, 'delivered');
const failed = createDeliveryReport(fields, 'failed');

const cases: [string, TransportEvent[], string][] = [
  ['nothing', [], 'queued'],
  ['an ack', [ack], 'ack'],
  ['a nack', [nack], 'nack'],
  ['an unknown outcome', [uncertain], 'uncertain'],
  ['its validity ended before it was sent', [expired], 'expired'],
  ['its account was switched off', [discarded], 'discarded'],
  ['an unknown outcome, then an ack', [uncertain, ack], 'uncertain'],
  ['an unknown outcome, then a nack', [uncertain, nack], 'nack'],
  ['a receipt on the way', [ack, pending], 'pending'],
  ['a receipt before the ack', [delivered, ack], 'delivered'],
  ['a receipt of delivery, then an old one', [ack, delivered, pending], 'delivered'],
  ['a receipt of failure', [ack, failed], 'undelivered'],
  ['failure, then delivery', [failed, delivered], 'delivered'],
  ['delivery of what was refused', [nack, delivered], 'delivered'],
];

test.each(cases)('after %s', (_label, events, status) => {
  expect(messageStatus('queued', events.map(showEvent)).status).toBe(status);
});

test("a report shows the network's own words", () => {
  const metadata = { smpp_delivery_status: 'UNDELIV', smpp_delivery_error: '027' };
  const event = createDeliveryReport({ ...fields, transport_metadata: metadata }, 'failed');
  expect(showEvent(event)).toMatchObject({ delivery_state: 'UNDELIV', delivery_error: '027' });
});

const receipt = (
  smpp_delivery_status: string,
  smpp_delivery_error: string,
  as: 'failed' | 'pending' | 'delivered',
) =>
  createDeliveryReport({ ...fields, transport_metadata: { smpp_delivery_status, smpp_delivery_error } }, as);

test.each([
  ['queued', [], null],
  ['unrouted', [], 'no route leads from its number to an app'],
  ['queued', [ack, nack], 'throttled'],
  ['queued', [uncertain], 'uncertain: lost'],
  ['queued', [ack, receipt('UNDELIV', '034', 'failed')], 'UNDELIV, error 034'],
  ['queued', [ack, receipt('REJECTD', '000', 'failed')], 'REJECTD'],
  ['queued', [ack, failed], null],
  ['queued', [ack, receipt('ACCEPTD', '000', 'pending')], 'ACCEPTD'],
  ['queued', [receipt('UNDELIV', '034', 'failed'), receipt('DELIVRD', '000', 'delivered')], null],
] as const)('the reason of what was %s and then %j', (own, events, reason) => {
  expect(messageStatus(own, events.map(showEvent)).reason).toBe(reason);
});
