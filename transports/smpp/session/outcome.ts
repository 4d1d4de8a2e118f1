import type { ResponseBody } from '../codec/pdu.ts';

/** The peer's answer to a request. A generic_nack answers too. */
export interface PduResponse {
  readonly status: number;
  readonly body: ResponseBody;
}

/**
 * What became of a request; every request gets one of these.
 * - `answered`: the peer's response, whatever its status.
 * - `unsent`: not one octet of it left; sending it elsewhere cannot double it.
 * - `timed_out`: it left and no response came in time. `late` settles when one comes after all, or with null.
 * - `lost`: it left and the connection ended before a response: nobody knows (DESIGN §4.5).
 */
export type Outcome =
  | ({ readonly outcome: 'answered' } & PduResponse)
  | { readonly outcome: 'unsent' }
  | { readonly outcome: 'timed_out'; readonly late: Promise<PduResponse | null> }
  | { readonly outcome: 'lost' };

/** Why a session ended. */
export interface CloseReason {
  readonly kind:
    | 'peer_closed'
    | 'peer_unbound'
    | 'closed_here'
    | 'socket_error'
    | 'not_smpp'
    | 'peer_silent'
    | 'peer_not_reading'
    | 'not_bound'
    | 'inactive'
    | 'not_durable';
  /** One line for people. */
  readonly message: string;
}
