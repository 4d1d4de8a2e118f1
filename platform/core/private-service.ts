import { z } from 'zod';

/** Ports of HTTP, which are meant where none are named. */
const HTTP_PORTS: PortRanges = [
  [80, 80],
  [443, 443],
];
const HIGHEST_PORT = 65_535;
const LABEL = '[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?';
const HOST = new RegExp(`^${LABEL}(?:\\.${LABEL})*$`);
/** `[…]` is an address of version 6, which has colons of its own. */
const PARTS = /^(?:\[([^\]]+)\]|([^:[\]]+))(?::([\d,-]+))?$/;
const RANGE = /^(\d{1,5})(?:-(\d{1,5}))?$/;
/** Wider networks are most of the world: whoever means that says so for the whole platform. */
const WIDEST = { 4: 8, 6: 7 } as const;

type PortRanges = readonly (readonly [from: number, to: number])[];

export interface Network {
  readonly address: string;
  readonly prefix: number;
  readonly family: 4 | 6;
}

/** A service that is not public and that the apps of an account may call nonetheless. */
export interface PrivateService {
  /** A host by its name, or a network by its addresses. */
  readonly at: { readonly host: string } | { readonly network: Network };
  readonly ports: PortRanges;
}

function parsePorts(text: string | undefined): PortRanges | null {
  if (text === undefined) return HTTP_PORTS;
  const ranges = text.split(',').map((part): [number, number] => {
    const [, from, to = from] = RANGE.exec(part) ?? [];
    return [Number(from), Number(to)];
  });
  return ranges.every(([from, to]) => from >= 1 && from <= to && to <= HIGHEST_PORT) ? ranges : null;
}

function parseNetwork(text: string): Network | null {
  const [address = '', length, ...more] = text.split('/');
  if (more.length > 0) return null;
  const family = z.ipv4().safeParse(address).success ? 4 : z.ipv6().safeParse(address).success ? 6 : null;
  if (family === null) return null;
  const whole = family === 4 ? 32 : 128;
  if (length !== undefined && !/^\d{1,3}$/.test(length)) return null;
  const prefix = length === undefined ? whole : Number(length);
  return prefix >= WIDEST[family] && prefix <= whole ? { address, prefix, family } : null;
}

/** Reads `clinic-db:5432`, `10.20.0.0/16:80,8000-8010` or `[fd00::/8]:443`; null for what is none of these. */
export function parsePrivateService(text: string): PrivateService | null {
  const bare = parseNetwork(text);
  if (bare !== null) return { at: { network: bare }, ports: HTTP_PORTS };
  const [, bracketed, plain = '', given] = PARTS.exec(text.toLowerCase()) ?? [];
  const ports = parsePorts(given);
  if (ports === null) return null;
  const network = parseNetwork(bracketed ?? plain);
  if (network !== null)
    return (network.family === 6) === (bracketed !== undefined) ? { at: { network }, ports } : null;
  // What is made of digits alone is a slip in an address, and no name.
  if (bracketed !== undefined || !HOST.test(plain) || /(^|\.)\d+$/.test(plain)) return null;
  return { at: { host: plain }, ports };
}

export const privateServiceSchema = z
  .string()
  .max(300)
  .refine((text) => parsePrivateService(text) !== null, {
    message:
      'write a host or a network (of /8 or longer) and its ports: "clinic-db:5432", "10.20.0.0/16:80,8000-8010", "[fd00::/8]:443"',
  });
