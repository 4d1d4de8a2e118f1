import type { IncomingMessage } from 'node:http';
import type { Readable } from 'node:stream';
import { errorText, hasMoreParts, parseInput, VumiError } from '@vumi/core';
import { z } from 'zod';

const MEGABYTE = 1024 * 1024;
const JSON_LIMIT = MEGABYTE;
/** The bundle's own limit is 10 MB (sandbox-security §3.5); intake says so better than a cut connection. */
const ZIP_LIMIT = 10 * MEGABYTE + 64 * 1024;
/** Members of a JSON body, at all depths: each is checked, and may be wrong in a way that has to be told. */
const MOST_PARTS = 50_000;
const ZIP_TYPES = ['application/zip', 'application/x-zip-compressed'];

/** What routes read of a request: a client's, or one that the platform makes itself. */
export type Incoming = Readable & Pick<IncomingMessage, 'headers'>;

/** How a route takes its body, and what the documentation says of it. */
export interface BodyReader<B> {
  read(request: Incoming): Promise<B>;
  /** The `requestBody` of OpenAPI. */
  readonly document: object;
}

/** A JSON body of at most 1 MB that fits the schema. */
export function jsonBody<S extends z.ZodType>(schema: S): BodyReader<z.infer<S>> {
  return {
    read: async (request) => {
      expectType(request, ['application/json']);
      const given = parseJsonBody(await readBody(request, JSON_LIMIT));
      if (hasMoreParts(given, MOST_PARTS))
        throw new VumiError('request.too_large', `the body may have ${MOST_PARTS} values in all`);
      return parseInput(schema, given);
    },
    document: {
      required: true,
      content: {
        'application/json': {
          schema: z.toJSONSchema(schema, { target: 'draft-2020-12', io: 'input' }),
        },
      },
    },
  };
}

/** As `jsonBody`, where a request without a body says as much as `{}`. */
export function optionalJsonBody<S extends z.ZodType>(schema: S): BodyReader<z.infer<S>> {
  const reader = jsonBody(schema);
  const isAbsent = ({ headers }: Incoming): boolean =>
    headers['transfer-encoding'] === undefined && Number(headers['content-length'] ?? 0) === 0;
  return {
    read: async (request) => (isAbsent(request) ? parseInput(schema, {}) : reader.read(request)),
    document: { ...reader.document, required: false },
  };
}

/** A zip as it is, at most a little over 10 MB. */
export const zipBody: BodyReader<Buffer> = {
  read: (request) => {
    expectType(request, ZIP_TYPES);
    return readBody(request, ZIP_LIMIT);
  },
  document: {
    required: true,
    content: { 'application/zip': { schema: { type: 'string', format: 'binary' } } },
  },
};

/** The bytes of a JSON body as they came, at most 1 MB: what is signed is not parsed before. */
export const rawBody: BodyReader<Buffer> = {
  read: (request) => readBody(request, JSON_LIMIT),
  document: {
    required: true,
    content: { 'application/json': { schema: { type: 'object' } } },
  },
};

function expectType(request: Incoming, types: readonly string[]): void {
  const given = request.headers['content-type']?.split(';')[0]?.trim().toLowerCase();
  const [wanted] = types;
  if (given === undefined || !types.includes(given)) {
    throw new VumiError(
      'request.unsupported_type',
      `send the body as Content-Type: ${wanted}${given === undefined ? '' : `; it came as ${given}`}`,
    );
  }
  const encoding = request.headers['content-encoding'];
  if (encoding !== undefined && encoding !== 'identity') {
    throw new VumiError('request.unsupported_type', 'send the body without Content-Encoding');
  }
}

async function readBody(request: Incoming, limit: number): Promise<Buffer> {
  const tooLarge = new VumiError(
    'request.too_large',
    `the body is larger than the ${size(limit)} allowed here`,
  );
  if (Number(request.headers['content-length'] ?? 0) > limit) throw tooLarge;
  const chunks: Buffer[] = [];
  let length = 0;
  await new Promise<void>((resolve, reject) => {
    request.on('data', (chunk: Buffer) => {
      length += chunk.length;
      // What follows is still read, and dropped: a connection that is cut takes the answer with it.
      if (length > limit) reject(tooLarge);
      else chunks.push(chunk);
    });
    request.on('end', resolve);
    request.on('error', (cause) =>
      reject(
        new VumiError('request.invalid', 'the connection closed before the body was complete', { cause }),
      ),
    );
  });
  return Buffer.concat(chunks, length);
}

function parseJsonBody(bytes: Buffer): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch (cause) {
    throw new VumiError('request.not_json', `the body is not JSON: ${errorText(cause)}`, { cause });
  }
}

function size(bytes: number): string {
  return `${Math.floor(bytes / MEGABYTE)} MB`;
}
