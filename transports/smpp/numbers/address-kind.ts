/** Type of number and numbering plan (sections 5.2.5 and 5.2.6). */
interface AddressKind {
  readonly ton: number;
  readonly npi: number;
}

export interface Address extends AddressKind {
  readonly address: string;
}

export const TON = { UNKNOWN: 0, INTERNATIONAL: 1, ALPHANUMERIC: 5 } as const;
const NPI = { UNKNOWN: 0, E164: 1 } as const;
/** A sender's name has eleven characters of seven bits (3GPP TS 23.040 section 9.1.2.5). */
const LONGEST_NAME = 11;

/** A sender that is a name, not a number. */
export function isName(address: string): boolean {
  return !/^[+\d*#]*$/.test(address);
}

/** A sender that phones can show: a number, or a name that is not too long; '' is none. */
export function isSender(address: string): boolean {
  return /^[\x20-\x7e]*$/.test(address) && (!isName(address) || address.length <= LONGEST_NAME);
}

/** Something that a phone can be called by on the wire. */
export function isDialled(address: string): boolean {
  return /^\+?[\d*#]*\d[\d*#]*$/.test(address);
}

/** What is said of an address; what it leaves out is read from the address. */
export interface AddressDefaults {
  readonly ton?: number | undefined;
  readonly npi?: number | undefined;
  /** Plan of numbers that do not tell theirs. */
  readonly plainNpi: number;
}

/** An address as it goes on the wire: an international number without its plus (spec smpp §5.29). */
export function writeAddress(address: string, given: AddressDefaults): Address {
  const inferred = inferKind(address, given.plainNpi);
  const ton = given.ton ?? inferred.ton;
  const npi = given.npi ?? inferred.npi;
  return { address: ton === TON.INTERNATIONAL ? address.replace(/^\+/, '') : address, ton, npi };
}

function inferKind(address: string, plainNpi: number): AddressKind {
  if (isName(address)) return { ton: TON.ALPHANUMERIC, npi: NPI.UNKNOWN };
  if (address.startsWith('+')) return { ton: TON.INTERNATIONAL, npi: NPI.E164 };
  return { ton: TON.UNKNOWN, npi: plainNpi };
}
