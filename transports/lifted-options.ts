import { z } from 'zod';

type Options = Readonly<Record<string, unknown>>;

/** What the options of a configuration say by other names than ours. */
export type Lift = (options: Options) => Options;

/** The configuration with what it says by other names beside the others, which win. */
export function lifting(...lifts: readonly Lift[]): (value: unknown) => unknown {
  return (value) => {
    if (!isRecord(value)) return value;
    return { ...Object.fromEntries(lifts.flatMap((lift) => Object.entries(lift(value)))), ...value };
  };
}

/** Options that have another name in Vumi's configurations, by that. */
export function renamedOptions<K extends string>(
  names: Readonly<Record<K, string>>,
): Record<K, z.ZodOptional<z.ZodUnknown>> {
  const options = Object.entries<string>(names).map(([theirs, ours]) => [
    theirs,
    z.unknown().optional().describe(`Vumi's name of ${ours}, which wins`),
  ]);
  return Object.fromEntries(options) as Record<K, z.ZodOptional<z.ZodUnknown>>;
}

export function renamed(names: Readonly<Record<string, string>>): Lift {
  return (options) =>
    Object.fromEntries(
      Object.entries(names).flatMap(([theirs, ours]) =>
        options[theirs] === undefined ? [] : [[ours, options[theirs]]],
      ),
    );
}

/** Where to listen, as Vumi's configurations have it. */
export const serverEndpoint = () =>
  z
    .string()
    .regex(/^tcp:./, 'an endpoint such as "tcp:9001" or "tcp:port=9001:interface=127.0.0.1"')
    .optional()
    .describe("Address and port as Vumi's configurations have them, such as `tcp:9001:interface=127.0.0.1`");

/** Where to connect, as Vumi's configurations have it. */
export const clientEndpoint = () =>
  z
    .string()
    .regex(/^(tcp|ssl|tls):./, 'an endpoint such as "tcp:host=net.example:port=2775"')
    .optional()
    .describe("Host and port as Vumi's configurations have them, such as `tcp:net.example:2775`");

/** Names of the options that an endpoint says. */
interface Named {
  readonly host: string;
  readonly port: string;
}

/** Twisted's endpoints of servers: `tcp:9001`, `tcp:port=9001:interface=127.0.0.1`. */
export function listensAt(option: string, { host, port }: Named): Lift {
  return (options) => {
    const { named, plain } = readEndpoint(options[option]);
    return said({ [host]: named.get('interface') }, port, named.get('port') ?? plain[0]);
  };
}

/** Twisted's endpoints of clients: `tcp:host=a:port=1`, `tcp:a:1`, `ssl:…`; what cannot be read is left out. */
export function connectsTo(option: string, { host, port }: Named, tls?: string): Lift {
  return (options) => {
    const { kind, named, plain } = readEndpoint(options[option]);
    const isPlain = kind === 'tcp' || kind === '' || tls === undefined;
    return {
      ...said({ [host]: named.get('host') ?? plain[0] }, port, named.get('port') ?? plain[1]),
      ...(isPlain ? {} : { [tls]: true }),
    };
  };
}

function said(
  host: Readonly<Record<string, string | undefined>>,
  port: string,
  number: string | undefined,
): Options {
  const hosts = Object.entries(host).filter(([, name]) => name !== undefined && name !== '');
  const value = number === undefined ? Number.NaN : Number(number);
  return { ...Object.fromEntries(hosts), ...(Number.isInteger(value) ? { [port]: value } : {}) };
}

interface Endpoint {
  readonly kind: string;
  readonly named: ReadonlyMap<string, string>;
  readonly plain: readonly string[];
}

function readEndpoint(text: unknown): Endpoint {
  if (typeof text !== 'string') return { kind: '', named: new Map(), plain: [] };
  const [kind = '', ...given] = text.split(/(?<!\\):/);
  const parts = given.map((part) => part.replaceAll('\\', ''));
  const named = parts.filter((part) => part.includes('=')).map(splitPart);
  return { kind, named: new Map(named), plain: parts.filter((part) => !part.includes('=')) };
}

function splitPart(part: string): [string, string] {
  const at = part.indexOf('=');
  return [part.slice(0, at), part.slice(at + 1)];
}

function isRecord(value: unknown): value is Options {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
