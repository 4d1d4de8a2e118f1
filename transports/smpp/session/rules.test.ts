import { describe, expect, it } from 'vitest';
import { STATUS } from '../codec/statuses.ts';
import { checkRequest, type Role, type SessionState } from './rules.ts';

const BOUND = ['bound_tx', 'bound_rx', 'bound_trx'] as const;
const SUBMITTING = ['submit_sm', 'submit_multi', 'query_sm', 'cancel_sm', 'replace_sm'] as const;

const allowedIn = (
  command: Parameters<typeof checkRequest>[0],
  role: Role,
  states: readonly SessionState[] = BOUND,
): SessionState[] => states.filter((state) => checkRequest(command, role, state) === STATUS.ROK);

describe('the mode of a bind (spec smpp §5 point 11)', () => {
  it.each(SUBMITTING)('point 11: %s reaches an SMSC from transmitters and transceivers', (command) => {
    expect(allowedIn(command, 'smsc')).toEqual(['bound_tx', 'bound_trx']);
    expect(checkRequest(command, 'smsc', 'bound_rx')).toBe(STATUS.RINVBNDSTS);
    expect(allowedIn(command, 'esme')).toEqual([]);
  });

  it('point 11: deliver_sm reaches receivers and transceivers, and no SMSC', () => {
    expect(allowedIn('deliver_sm', 'esme')).toEqual(['bound_rx', 'bound_trx']);
    expect(allowedIn('deliver_sm', 'smsc')).toEqual([]);
  });

  it.each(['esme', 'smsc'] as const)('point 11: data_sm reaches an %s in all three modes', (role) => {
    expect(allowedIn('data_sm', role)).toEqual(BOUND);
  });

  it('point 10: nothing but a bind is taken before the bind, and no second one', () => {
    expect(allowedIn('submit_sm', 'smsc', ['open', 'closing'])).toEqual([]);
    expect(allowedIn('bind_transmitter', 'smsc', ['open', ...BOUND])).toEqual(['open']);
    expect(checkRequest('bind_receiver', 'smsc', 'bound_trx')).toBe(STATUS.RALYBND);
  });
});
