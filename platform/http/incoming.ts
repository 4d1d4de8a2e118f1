import type { IncomingMessage } from 'node:http';
import { plainAddress, type AddressRanges } from './address-ranges.ts';

const MAX_BODY_BYTES = 1024 * 1024;

/** Where a request comes from and what it asks for, behind whatever has handed it on. */
export interface Origin {
  readonly remoteAddress: string;
  /** As the caller wrote it, under the public base. */
  readonly url: URL;
}

/** `publicUrl`, without a final slash, stands for scheme and host where it is known. */
export function originOf(
  request: IncomingMessage,
  { publicUrl, trustedProxies }: { publicUrl: string | null; trustedProxies: AddressRanges },
): Origin {
  const base = publicUrl ?? `http://${request.headers.host ?? 'localhost'}`;
  const url = URL.parse(base + (request.url ?? '/')) ?? new URL('http://localhost/');
  return { remoteAddress: callerOf(request, trustedProxies), url };
}

/**
 * Each proxy adds whom it was asked by at the end of `X-Forwarded-For`: the last who is no proxy of ours is the caller.
 * What stands before him he may have written himself.
 */
export function callerOf(request: IncomingMessage, trustedProxies: AddressRanges): string {
  const peer = plainAddress(request.socket.remoteAddress ?? '');
  const header = request.headers['x-forwarded-for'];
  const forwarded = (Array.isArray(header) ? header.join(',') : (header ?? '')).split(',');
  const hops = forwarded.map((hop) => plainAddress(hop.trim())).filter((hop) => hop !== '');
  let caller = peer;
  while (trustedProxies.includes(caller) && hops.length > 0) caller = hops.pop() ?? caller;
  return caller;
}

/** The body as it came, or null when it is too large; rejects when the caller goes before its end. */
export async function readBody(request: IncomingMessage): Promise<Buffer | null> {
  if (Number(request.headers['content-length'] ?? 0) > MAX_BODY_BYTES) return null;
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > MAX_BODY_BYTES) return null;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}
