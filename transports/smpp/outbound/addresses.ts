import { readPhoneNumber, type UserMessage } from '@vumi/core';
import type { MessageBody } from '../codec/pdu.ts';
import type { SmppConfig } from '../config.ts';
import {
  isDialled,
  isName,
  isSender,
  TON,
  writeAddress,
  type AddressDefaults,
} from '../numbers/address-kind.ts';
import { Operators } from '../../numbers/operators.ts';
import { DIALECTS } from '../ussd/dialects.ts';
import type { SubmitOptions } from './submit-options.ts';

export type Addresses = Pick<
  MessageBody,
  'sourceAddrTon' | 'sourceAddrNpi' | 'sourceAddr' | 'destAddrTon' | 'destAddrNpi' | 'destinationAddr'
>;
type Side = 'source' | 'dest';
type GivenKind = Pick<AddressDefaults, 'ton' | 'npi'>;

const NOT_SAID: GivenKind = {};

/** Plans of numbers that do not tell theirs. */
const PLAIN_NPI: Readonly<Record<Side, number>> = { source: 0, dest: 1 };

/** Writes the addresses of messages as the network, the message and the transport's options want them. */
export class Addresser {
  readonly #config: SmppConfig;
  readonly #operators: Operators;

  constructor(config: SmppConfig) {
    this.#config = config;
    this.#operators = new Operators(config);
  }

  /** The addresses, or why they cannot be sent to or from. */
  write(message: UserMessage, options: SubmitOptions): Addresses | string {
    const to = this.#receiver(message, options);
    if (to === null) return `Invalid to_addr: ${message.to_addr}`;
    const chosen = this.#operators.senderTo(to);
    const from = chosen ?? message.from_addr ?? '';
    if (!isSender(from)) return `Invalid from_addr: ${from}`;
    // Whom the operator's number stands for has said nothing of it.
    const ofSender = chosen === null ? [writtenTo(message, this.#config), toldOf('source', options)] : [];
    const sender = writeAddress(from, this.#kind('source', from, ofSender));
    const ofReceiver = [wroteFrom(message, to), toldOf('dest', options)];
    const receiver = writeAddress(to, this.#kind('dest', to, ofReceiver));
    return {
      sourceAddrTon: sender.ton,
      sourceAddrNpi: sender.npi,
      sourceAddr: sender.address,
      destAddrTon: receiver.ton,
      destAddrNpi: receiver.npi,
      destinationAddr: receiver.address,
    };
  }

  /** A number whose kind is known is kept to the letter; of others the number is read. */
  #receiver(
    { in_reply_to, to_addr, transport_metadata }: UserMessage,
    options: SubmitOptions,
  ): string | null {
    const isReply = in_reply_to !== null;
    const given = isReply ? (transport_metadata['smpp_source_addr'] ?? to_addr) : to_addr;
    if (typeof given !== 'string') return null;
    if ((isReply || options.dest_addr_ton !== undefined) && isDialled(given)) return given;
    const number = readPhoneNumber(given);
    return number === null ? null : this.#operators.normalise(number);
  }

  /** The later of `said` counts more, and each more than the options, unless it says that the type is unknown. */
  #kind(side: Side, address: string, said: readonly GivenKind[]): AddressDefaults {
    const usual = { ton: this.#config[`${side}_addr_ton`], npi: this.#config[`${side}_addr_npi`] };
    const isTold = usual.ton !== undefined || isName(address) || address.startsWith('+');
    const isVague = ({ ton }: GivenKind): boolean => ton === TON.UNKNOWN;
    const vague = isTold ? [] : said.filter(isVague);
    const clear = said.filter((kind) => !isVague(kind));
    return Object.assign({ plainNpi: PLAIN_NPI[side] }, ...[...vague, usual, ...clear].map(present));
  }
}

function toldOf(side: Side, options: SubmitOptions): GivenKind {
  return { ton: options[`${side}_addr_ton`], npi: options[`${side}_addr_npi`] };
}

function present({ ton, npi }: GivenKind): GivenKind {
  return { ...(ton === undefined ? {} : { ton }), ...(npi === undefined ? {} : { npi }) };
}

/** The kind of number that the answered message came from. */
function wroteFrom(message: UserMessage, to: string): GivenKind {
  const kind = kindOf(message, 'smpp_source_addr', to);
  // Networks call numbers names; but a name cannot be written to.
  return kind.ton === TON.ALPHANUMERIC ? NOT_SAID : kind;
}

/** The kind of number that the answered message came to. */
function writtenTo(message: UserMessage, { ussd_dialect }: SmppConfig): GivenKind {
  // The address is then what was dialled, not the one on the wire.
  if (message.transport_type === 'ussd' && DIALECTS[ussd_dialect].remembersCode) return NOT_SAID;
  return kindOf(message, 'smpp_dest_addr', message.from_addr ?? '');
}

function kindOf(
  { in_reply_to, transport_metadata: metadata }: UserMessage,
  field: 'smpp_source_addr' | 'smpp_dest_addr',
  address: string,
): GivenKind {
  const [ton, npi] = [metadata[`${field}_ton`], metadata[`${field}_npi`]];
  if (in_reply_to === null || !isOctet(ton) || !isOctet(npi)) return NOT_SAID;
  // A plus says what the type of number does not.
  return address.startsWith('+') && ton !== TON.INTERNATIONAL ? NOT_SAID : { ton, npi };
}

function isOctet(value: unknown): value is number {
  return Number.isInteger(value) && Number(value) >= 0 && Number(value) <= 255;
}
