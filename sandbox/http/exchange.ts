import { request as httpRequest, type IncomingMessage, type RequestOptions } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createBrotliDecompress, createGunzip, createInflate } from 'node:zlib';
import { VumiError } from '@vumi/core';
import type { HttpAnswer } from './gateway.ts';
import type { Target } from './target.ts';

/** One request to one target. */
export interface Exchange {
  readonly target: Target;
  readonly method: string;
  readonly headers: Record<string, string>;
  readonly body: string | Buffer | null;
}

const DECODERS: Record<string, () => NodeJS.ReadWriteStream> = {
  gzip: createGunzip,
  'x-gzip': createGunzip,
  deflate: createInflate,
  br: createBrotliDecompress,
};

export const REDIRECTS: ReadonlySet<number> = new Set([301, 302, 303, 307, 308]);
/** Each piece of an answer costs this process more than its octets do: a server may send them one by one. */
const MOST_PARTS = 2000;

type Lookup = NonNullable<RequestOptions['lookup']>;

/** Answers with the address that was checked, whatever DNS says by now; name and certificate stay the host's. */
function pinned({ address, family }: Target): Lookup {
  return (_host, options, callback) => {
    if (options.all === true) callback(null, [{ address, family }]);
    else callback(null, address, family);
  };
}

export async function exchange(
  sent: Exchange,
  limits: { signal: AbortSignal; maxBytes: number },
): Promise<HttpAnswer> {
  const response = await open(sent, limits.signal);
  const isRedirect = REDIRECTS.has(response.statusCode ?? 0) && response.headers.location !== undefined;
  // Nobody gets to see it, so that nobody has it read for nothing.
  if (isRedirect) response.destroy();
  const body = isRedirect ? '' : await readBody(response, limits);
  const headers: Record<string, string> = {};
  for (const [name, value] of Object.entries(response.headers)) {
    if (value !== undefined) headers[name] = Array.isArray(value) ? value.join(', ') : value;
  }
  return { status: response.statusCode ?? 0, headers, body };
}

/** Node tells the size of a body only of methods that usually have one; without it the next request would start there. */
function sizedHeaders({ headers, body }: Exchange): Record<string, string> {
  return body === null ? headers : { ...headers, 'content-length': String(Buffer.byteLength(body)) };
}

function open(sent: Exchange, signal: AbortSignal): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const { url } = sent.target;
    const start = url.protocol === 'https:' ? httpsRequest : httpRequest;
    const request = start(url, {
      method: sent.method,
      headers: sizedHeaders(sent),
      lookup: pinned(sent.target),
      agent: false,
      signal,
    });
    request.on('response', resolve).on('error', reject);
    request.end(sent.body ?? undefined);
  });
}

async function readBody(
  response: IncomingMessage,
  limits: { signal: AbortSignal; maxBytes: number },
): Promise<string> {
  const encoding = response.headers['content-encoding']?.toLowerCase() ?? '';
  const decoder = DECODERS[encoding];
  const body = new Collected(limits.maxBytes);
  const reading =
    decoder === undefined
      ? pipeline(response, body, { signal: limits.signal })
      : pipeline(response, decoder(), body, { signal: limits.signal });
  let parts = 0;
  response.on('data', () => {
    if (++parts > MOST_PARTS) response.destroy(refuse(`comes in more than ${MOST_PARTS} pieces`));
  });
  await reading;
  return decode(Buffer.concat(body.chunks), response.headers['content-type'] ?? '');
}

/** Keeps what it is given, up to so many bytes. */
class Collected extends Writable {
  readonly chunks: Buffer[] = [];
  #left: number;

  constructor(maxBytes: number) {
    super({
      write: (chunk: Buffer, _encoding, done) => {
        this.#left -= chunk.length;
        this.chunks.push(chunk);
        done(this.#left < 0 ? refuse(`is longer than ${maxBytes} bytes`) : null);
      },
    });
    this.#left = maxBytes;
  }
}

function refuse(what: string): VumiError {
  return new VumiError('request.invalid', `http: the answer ${what}`);
}

/** In the character set that the answer names; UTF-8 where it names none, or one that nobody knows. */
function decode(body: Buffer, contentType: string): string {
  const charset = /;\s*charset="?([\w.:-]{1,40})/i.exec(contentType)?.[1]?.toLowerCase() ?? 'utf-8';
  if (charset === 'utf-8' || charset === 'utf8') return body.toString('utf8');
  try {
    return new TextDecoder(charset).decode(body);
  } catch {
    return body.toString('utf8');
  }
}
