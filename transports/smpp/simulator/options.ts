import type { SecureContextOptions } from 'node:tls';
import type { Logger } from '@vumi/core';
import type { tlvsSchema } from '../codec/tlv-input.ts';
import type { z } from 'zod';
import type { Counts, SeenMessage } from './counters.ts';
import type { LoggedPdu } from './pdu-log.ts';
import type { Fault, ScriptInput } from './script.ts';

export interface SimulatorTls extends Pick<SecureContextOptions, 'key' | 'cert' | 'ca'> {
  /** Only ESMEs with a certificate that `ca` signed get in. */
  readonly requestCert?: boolean;
}

export interface SimulatorOptions {
  /** Default 127.0.0.1. */
  readonly host?: string;
  /** Default 2775; 0 takes a free one. */
  readonly port?: number;
  readonly logger: Logger;
  /** Speak SMPP over TLS. */
  readonly tls?: SimulatorTls;
  /** What the SMSC does; by default all goes well. */
  readonly script?: ScriptInput;
  /** How long `inject` waits for an ESME to bind. Default 5,000 ms. */
  readonly injectTimeoutMs?: number;
}

/** How a long message is marked: user data header with 8- or 16-bit reference, SAR TLVs, or whole in message_payload. */
export type PartStyle = 'udh8' | 'udh16' | 'sar' | 'payload';

/** A message of a subscriber, to be sent to the platform. What is not said follows from the text. */
export interface InjectedMessage {
  readonly from_addr: string;
  readonly to_addr: string;
  /** The text; or `octets` as they are. */
  readonly content?: string;
  readonly octets?: Buffer;
  readonly data_coding?: number;
  readonly esm_class?: number;
  readonly service_type?: string;
  /** A user data header without its length, put before each part; esm_class says that it is there. */
  readonly udh?: Buffer;
  /** By name or tag, or a list of tags and octets. */
  readonly tlvs?: z.input<typeof tlvsSchema>;
  /** Default udh8. */
  readonly parts?: PartStyle;
  /** Reference of the parts. Default: counts up. */
  readonly reference?: number;
  /** Numbers of the parts in order of sending: some may be missing or come twice. */
  readonly order?: readonly number[];
  /** Only this client may get it. */
  readonly system_id?: string;
}

/** What a phone shows. */
export interface PhoneMessage {
  /** The SMSC's id; of a long message that of its first part to arrive. */
  readonly message_id: string;
  readonly from_addr: string;
  readonly to_addr: string;
  readonly content: string;
  /** Of how many parts it was joined. */
  readonly parts: number;
  readonly data_coding: number;
  /** ISO 8601. */
  readonly timestamp: string;
}

interface SimulatorSession {
  /** Counts from 1. */
  readonly session: number;
  readonly system_id: string;
  readonly state: string;
  /** Unanswered requests of ours. */
  readonly in_flight: number;
}

/** A running SMSC. Disposal unbinds everybody. */
export interface Simulator extends AsyncDisposable {
  readonly host: string;
  readonly port: number;
  /** Sessions that may receive. */
  readonly receivers: number;
  /** What it does, as it was given. */
  readonly script: ScriptInput;
  /** Begins another script; what is under way goes on by the old one. Throws `request.invalid` when it is wrong. */
  replaceScript(script: ScriptInput): void;
  /**
   * A phone writes. Resolves when an ESME has taken the message; what an ESME did not answer is sent again, also on
   * the next connection. Rejects with `transport.not_connected` when no ESME binds in time.
   */
  inject(message: InjectedMessage): Promise<{ message_id: string }>;
  /** What phones received, newest last, at most 10,000; of one phone when `address` is given. */
  messages(filter?: { readonly address?: string | undefined }): PhoneMessage[];
  /** Told of every message that a phone receives. */
  onMessage(listener: (message: PhoneMessage) => void): Disposable;
  sessions(): SimulatorSession[];
  /** Does it to every session, or to those of one client; answers to how many. Throws `request.invalid`. */
  fail(fault: Fault, systemId?: string): number;
  /** Cuts every connection, as a broken network does. */
  cut(): void;
  /** Connects to an ESME that listens and asks it to bind (section 2.2.1). Rejects when nobody listens there. */
  outbind(esme: { host: string; port: number; system_id?: string; password?: string }): Promise<void>;
  counts(): Counts;
  /** Messages that were submitted at least so often, by their sender, receiver, text and part: 2 for duplicates. */
  seen(atLeast: number): SeenMessage[];
  resetCounts(): void;
  /** The newest PDUs, oldest first; passwords are not in it. */
  log(filter?: { limit?: number; after?: number; session?: number }): LoggedPdu[];
}
