/** The little of the npm package `smpp` that our peers use; it ships no types. */
declare module 'smpp' {
  import type { EventEmitter } from 'node:events';
  import type { AddressInfo, Server, Socket } from 'node:net';

  export interface Pdu {
    readonly command_status: number;
    readonly [field: string]: unknown;
    response(fields?: Record<string, unknown>): Pdu;
  }

  type Answered = (response: Pdu) => void;

  export interface Session extends EventEmitter {
    readonly socket: Socket;
    send(pdu: Pdu, answered?: Answered): boolean;
    bind_transmitter(fields: Record<string, unknown>, answered?: Answered): boolean;
    bind_receiver(fields: Record<string, unknown>, answered?: Answered): boolean;
    bind_transceiver(fields: Record<string, unknown>, answered?: Answered): boolean;
    submit_sm(fields: Record<string, unknown>, answered?: Answered): boolean;
    query_sm(fields: Record<string, unknown>, answered?: Answered): boolean;
    cancel_sm(fields: Record<string, unknown>, answered?: Answered): boolean;
    unbind(answered?: Answered): boolean;
    deliver_sm(fields: Record<string, unknown>, answered?: Answered): boolean;
    close(): void;
  }

  const smpp: {
    createServer(listener: (session: Session) => void): Server & { address(): AddressInfo };
    connect(
      options: { host: string; port: number; tls?: boolean; rejectUnauthorized?: boolean },
      connected?: () => void,
    ): Session;
  };
  export default smpp;
}
