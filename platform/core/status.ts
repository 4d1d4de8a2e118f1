import { parseWire } from './parse.ts';
import { envelope, statusSchema, type TransportStatus } from './wire.ts';

export type StatusFields = Pick<TransportStatus, 'component' | 'status' | 'type' | 'message'> &
  Partial<Pick<TransportStatus, 'reasons' | 'details'>>;

/** What a transport says about one of its components. */
export function createStatus(fields: StatusFields): TransportStatus {
  return { ...envelope('status_event'), reasons: [], details: {}, ...fields };
}

export function parseStatus(json: string): TransportStatus {
  return parseWire(statusSchema, json);
}
