import { describe, expect, it } from 'vitest';
import { createAck, createDeliveryReport, createNack, eventStatus, parseEvent } from './event.ts';
import { createFailure, parseFailure } from './failure.ts';
import { createStatus, parseStatus } from './status.ts';

const fields = { user_message_id: 'm1', transport_name: 'smpp_transport' };

describe('events', () => {
  it.each([
    ['ack', createAck(fields, 'smsc-77')],
    ['nack', createNack(fields, 'ESME_RINVDSTADR')],
    ['delivery_report.delivered', createDeliveryReport(fields, 'delivered')],
  ])('%s survives a round trip', (status, event) => {
    expect(parseEvent(JSON.stringify(event))).toEqual(event);
    expect(eventStatus(event)).toBe(status);
  });

  it.each([
    ['ack', 'sent_message_id'],
    ['nack', 'nack_reason'],
    ['delivery_report', 'delivery_status'],
  ])('an %s without %s is refused by name', (event_type, field) => {
    const { sent_message_id: _, ...bare } = createAck(fields, 'x');
    expect(() => parseEvent(JSON.stringify({ ...bare, event_type }))).toThrow(
      expect.objectContaining({ code: 'message.missing_field', field }),
    );
  });

  it('an unknown event_type is refused by name', () => {
    const event = { ...createAck(fields, 'x'), event_type: 'maybe' };
    expect(() => parseEvent(JSON.stringify(event))).toThrow(expect.objectContaining({ field: 'event_type' }));
  });
});

describe('failures and statuses', () => {
  it('survive a round trip', () => {
    const failure = createFailure({ message_id: 'm1' }, 'connection refused', 'temporary');
    const status = createStatus({ component: 'smpp', status: 'ok', type: 'bound', message: 'Bound' });
    expect(parseFailure(JSON.stringify(failure))).toEqual(failure);
    expect(parseStatus(JSON.stringify(status))).toEqual(status);
  });
});
