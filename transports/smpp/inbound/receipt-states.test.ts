import { describe, expect, it } from 'vitest';
import { createStatusMap, messageStateName } from './receipt-states.ts';

describe('the state of a receipt', () => {
  const statusOf = createStatusMap({ BUFFERED: 'pending', DELETED: 'pending' });

  it.each([
    ['DELIVRD', 'delivered'],
    ['delivrd', 'delivered'],
    ['DELIVERED', 'delivered'],
    ['0', 'delivered'],
    ['ACCEPTD', 'pending'],
    ['ACCEPTED', 'pending'],
    ['accept', 'pending'],
    ['SCHEDULED', 'pending'],
    ['BUFFRED', 'pending'],
    ['INTERMEDIATE UNDELIV', 'pending'],
    ['DELIVERD', 'delivered'],
    ['DELIV', 'delivered'],
    ['DLVRD', 'delivered'],
    ['UNDELIVERED', 'failed'],
    ['UNDELIVRD', 'failed'],
    ['undeliv', 'failed'],
    ['NOT_DELIVERED', 'failed'],
    ['EXPIRE', 'failed'],
    ['REJECT', 'failed'],
    ['SKIPPED', 'failed'],
    ['CANCELLED', 'failed'],
    ['1', 'pending'],
    ['2', 'delivered'],
    ['5', 'failed'],
    ['6', 'pending'],
    ['77', 'pending'],
    ['UNDELIV', 'failed'],
    ['EXPIRED', 'failed'],
    ['REJECTD', 'failed'],
    ['FAILED', 'failed'],
    ['ENROUTE', 'pending'],
    ['UNKNOWN', 'pending'],
    ['NEVERSEEN', 'pending'],
    ['BUFFERED', 'pending'],
    ['DELETED', 'pending'],
  ])('point 50: %s is %s', (state, status) => {
    expect(statusOf(state)).toBe(status);
  });

  it('point 50: ACCEPTD is the end where an option says so', () => {
    const ofNetwork = createStatusMap({ accepted: 'delivered', ACCEPTD: 'delivered' });
    expect(['ACCEPTD', 'Accepted', 'DELIVRD'].map(ofNetwork)).toEqual(Array(3).fill('delivered'));
  });

  it('point 50: has names for the numbers of message_state', () => {
    expect([1, 2, 5, 8, 77].map(messageStateName)).toEqual([
      'ENROUTE',
      'DELIVERED',
      'UNDELIVERABLE',
      'REJECTED',
      undefined,
    ]);
  });
});
