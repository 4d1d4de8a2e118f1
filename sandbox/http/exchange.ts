import { request as httpRequest, type IncomingMessage, type RequestOptions } from 'node:http';
import { request as httpsRequest } from 'node:https';
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
  const body = await readBody(response, limits);
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
  const chunks: Buffer[] = [];
  let bytes = 0;
  const collect = async (source: AsyncIterable<Buffer | string>): Promise<void> => {
    for await (const part of source) {
      const chunk = Buffer.from(part);
      bytes += chunk.length;
      if (bytes > limits.maxBytes) {
        throw new VumiError('request.invalid', `http: the answer is longer than ${limits.maxBytes} bytes`);
      }
      chunks.push(chunk);
    }
  };
  await (decoder === undefined
    ? pipeline(response, collect, { signal: limits.signal })
    : pipeline(response, decoder(), collect, { signal: limits.signal }));
  return Buffer.concat(chunks).toString('utf8');
}
