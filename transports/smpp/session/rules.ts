import type { BindCommand, PduBody } from '../codec/pdu.ts';
import { STATUS } from '../codec/statuses.ts';

/** Which side of the session we are. */
export type Role = 'esme' | 'smsc';

/** Section 2.2. `closing` follows an unbind from either side. */
export type SessionState = 'open' | 'bound_tx' | 'bound_rx' | 'bound_trx' | 'closing' | 'closed';

const BOUND_STATES: ReadonlyMap<string, SessionState> = new Map<`${BindCommand}_resp`, SessionState>([
  ['bind_transmitter_resp', 'bound_tx'],
  ['bind_receiver_resp', 'bound_rx'],
  ['bind_transceiver_resp', 'bound_trx'],
]);

/** The state that a positive response of this command leads to. */
export function boundBy(command: string): SessionState | undefined {
  return BOUND_STATES.get(command);
}

export function isBound(state: SessionState): boolean {
  return state === 'bound_tx' || state === 'bound_rx' || state === 'bound_trx';
}

export function mayReceive(state: SessionState): boolean {
  return state === 'bound_rx' || state === 'bound_trx';
}

function maySubmit(state: SessionState): boolean {
  return state === 'bound_tx' || state === 'bound_trx';
}

type Rule = (role: Role, state: SessionState) => number;

const bind: Rule = (role, state) => {
  if (role === 'esme') return STATUS.RINVBNDSTS;
  return state === 'open' ? STATUS.ROK : STATUS.RALYBND;
};

const submit: Rule = (role, state) => statusIf(role === 'smsc' && maySubmit(state));

const RULES: Partial<Record<PduBody['command'], Rule>> = {
  bind_transmitter: bind,
  bind_receiver: bind,
  bind_transceiver: bind,
  submit_sm: submit,
  submit_multi: submit,
  query_sm: submit,
  cancel_sm: submit,
  replace_sm: submit,
  deliver_sm: (role, state) => statusIf(role === 'esme' && mayReceive(state)),
  data_sm: (_, state) => statusIf(isBound(state)),
};

function statusIf(allowed: boolean): number {
  return allowed ? STATUS.ROK : STATUS.RINVBNDSTS;
}

/** The status to refuse a peer's request with, or ROK: table 2-1 of section 2.3. */
export function checkRequest(command: PduBody['command'], role: Role, state: SessionState): number {
  return RULES[command]?.(role, state) ?? STATUS.ROK;
}
