import {
  request as httpRequest,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type RequestOptions,
} from 'node:http';
import { request as httpsRequest } from 'node:https';
import { Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createBrotliDecompress, createGunzip, createInflate } from 'node:zlib';
import { VumiError } from '@vumi/core';

/** Where a request goes: the address is decided once and then held fast, so that no second answer of DNS can change it. */
export interface Target {
  readonly url: URL;
  readonly address: string;
  readonly family: 4 | 6;
}

/** One request to one target. */
export interface Exchange {
  readonly target: Target;
  readonly method: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | Buffer | null;
}

export interface ExchangeLimits {
  readonly signal: AbortSignal;
  /** Of the decoded body. */
  readonly maxBytes: number;
  /** Told when the connection stands, encrypted where it is to be: whoever is there may see the request from now on. */
  readonly onConnected?: () => void;
}

export interface ExchangeAnswer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  /** Decoded; empty where a redirect leads elsewhere. */
  readonly body: Buffer;
}

const DECODERS: Record<string, () => NodeJS.ReadWriteStream> = {
  gzip: createGunzip,
  'x-gzip': createGunzip,
  deflate: createInflate,
  br: createBrotliDecompress,
};

const REDIRECTS: ReadonlySet<number> = new Set([301, 302, 303, 307, 308]);
/** Each piece of an answer costs this process more than its octets do: a server may send them one by one. */
const MOST_PARTS = 2000;

type Lookup = NonNullable<RequestOptions['lookup']>;

/** Whether an answer of this status says where else to ask. */
export function isRedirect(status: number): boolean {
  return REDIRECTS.has(status);
}

/** Answers with the address that was checked, whatever DNS says by now; name and certificate stay the host's. */
export function pinned({ address, family }: Target): Lookup {
  return (_host, options, callback) => {
    if (options.all === true) callback(null, [{ address, family }]);
    else callback(null, address, family);
  };
}

/** Asks once, over a connection of its own, and follows nothing. Rejects as Node does, or with `request.invalid`. */
export async function exchange(sent: Exchange, limits: ExchangeLimits): Promise<ExchangeAnswer> {
  return readAnswer(await openExchange(sent, limits), limits);
}

/** The rest of an answer that has begun; nothing of one that leads elsewhere. */
export async function readAnswer(response: IncomingMessage, limits: ExchangeLimits): Promise<ExchangeAnswer> {
  const status = response.statusCode ?? 0;
  const leadsElsewhere = isRedirect(status) && response.headers.location !== undefined;
  // Nobody gets to see it, so that nobody has it read for nothing.
  if (leadsElsewhere) response.destroy();
  const body = leadsElsewhere ? Buffer.alloc(0) : await readBody(response, limits);
  return { status, headers: response.headers, body };
}

/** Node tells the size of a body only of methods that usually have one; without it the next request would start there. */
function sizedHeaders({ headers, body }: Exchange): Record<string, string> {
  return body === null ? headers : { ...headers, 'content-length': String(Buffer.byteLength(body)) };
}

/** Asks once and gives the answer as soon as it begins. */
export function openExchange(
  sent: Exchange,
  { signal, onConnected }: Pick<ExchangeLimits, 'signal' | 'onConnected'>,
): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const { url } = sent.target;
    const isSecure = url.protocol === 'https:';
    const request = (isSecure ? httpsRequest : httpRequest)(url, {
      method: sent.method,
      headers: sizedHeaders(sent),
      lookup: pinned(sent.target),
      agent: false,
      signal,
    });
    request.on('response', resolve).on('error', reject);
    if (onConnected !== undefined) {
      request.once('socket', (socket) => socket.once(isSecure ? 'secureConnect' : 'connect', onConnected));
    }
    request.end(sent.body ?? undefined);
  });
}

async function readBody(response: IncomingMessage, limits: ExchangeLimits): Promise<Buffer> {
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
  return Buffer.concat(body.chunks);
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

/** In the character set that the content type names; UTF-8 where it names none, or one that nobody knows. */
export function decodeBody(body: Buffer, contentType: string | undefined): string {
  const charset = /;\s*charset="?([\w.:-]{1,40})/i.exec(contentType ?? '')?.[1]?.toLowerCase() ?? 'utf-8';
  if (charset === 'utf-8' || charset === 'utf8') return body.toString('utf8');
  try {
    return new TextDecoder(charset).decode(body);
  } catch {
    return body.toString('utf8');
  }
}
