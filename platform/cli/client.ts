import { errorText } from '@vumi/core';
import { CliError, EXIT } from './exit.ts';

const TIMEOUT_MS = 180_000;

interface RequestOptions {
  readonly query?: Readonly<Record<string, string | number | boolean | undefined>>;
  /** Sent as JSON, or as a zip when it is a buffer. */
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

/** The platform's HTTP API. Everything that goes wrong is a CliError. */
export interface Client {
  readonly url: string;
  /** The JSON of the answer, undefined for an empty one. The caller knows its shape. */
  call<T>(method: Method, path: string, options?: RequestOptions): Promise<T>;
  /** All items of a paged list, at most `limit`. */
  list<T>(path: string, options?: { query?: RequestOptions['query']; limit?: number }): Promise<T[]>;
  /** The text of an answer as it comes. */
  stream(path: string, query: RequestOptions['query']): AsyncIterable<string>;
  /** The same as bytes; an answer that ends in the middle is an error. */
  bytes(path: string, query: RequestOptions['query'], signal: AbortSignal): AsyncIterable<Uint8Array>;
}

interface Page<T> {
  readonly items: T[];
  readonly next_cursor: string | null;
}

/** A path under /api/v1, its values encoded. */
export function path(parts: TemplateStringsArray, ...values: readonly (string | number)[]): string {
  return String.raw({ raw: parts }, ...values.map((value) => encodeURIComponent(value)));
}

export function createClient(url: string, token: string | undefined): Client {
  const request = async (
    method: Method,
    path: string,
    options: RequestOptions,
    signal?: AbortSignal,
  ): Promise<Response> => {
    const address = addressOf(url, path, options.query);
    const response = await fetch(address, init(method, token, options, signal)).catch((error: unknown) => {
      throw unreachable(url, error);
    });
    if (!response.ok) throw await refusal(response, token);
    return response;
  };
  const call = async <T>(method: Method, path: string, options: RequestOptions = {}): Promise<T> => {
    const response = await request(method, path, options, AbortSignal.timeout(TIMEOUT_MS));
    return (response.status === 204 ? undefined : await response.json()) as T;
  };
  return {
    url,
    call,
    list: async <T>(path: string, options: { query?: RequestOptions['query']; limit?: number } = {}) => {
      const { query, limit = Infinity } = options;
      const items: T[] = [];
      let cursor: string | null = null;
      do {
        const page: Page<T> = await call('GET', path, { query: { ...query, cursor: cursor ?? undefined } });
        items.push(...page.items);
        cursor = page.next_cursor;
      } while (cursor !== null && items.length < limit);
      return items.slice(0, limit);
    },
    stream: async function* (path, query) {
      const response = await request('GET', path, query === undefined ? {} : { query });
      const decoder = new TextDecoder();
      for await (const chunk of response.body ?? []) yield decoder.decode(chunk, { stream: true });
    },
    bytes: async function* (path, query = {}, signal) {
      const response = await request('GET', path, { query }, signal);
      try {
        yield* response.body ?? [];
      } catch (error) {
        if (signal.aborted) throw error;
        throw new CliError(EXIT.unreachable, `the answer was cut off (${errorText(error)})`);
      }
    },
  };
}

function addressOf(url: string, path: string, query: RequestOptions['query'] = {}): URL {
  const address = new URL(`/api/v1${path}`, url);
  for (const [name, value] of Object.entries(query)) {
    if (value !== undefined) address.searchParams.set(name, String(value));
  }
  return address;
}

function init(
  method: Method,
  token: string | undefined,
  { body, headers }: RequestOptions,
  signal: AbortSignal | undefined,
): RequestInit {
  const zip = Buffer.isBuffer(body) ? new Uint8Array(body) : null;
  return {
    method,
    headers: {
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
      ...(body === undefined
        ? {}
        : { 'content-type': zip === null ? 'application/json' : 'application/zip' }),
      ...headers,
    },
    ...(body === undefined ? {} : { body: zip ?? JSON.stringify(body) }),
    ...(signal === undefined ? {} : { signal }),
  };
}

function unreachable(url: string, error: unknown): CliError {
  const cause = error instanceof Error && error.cause !== undefined ? error.cause : error;
  const code = (cause as { code?: string }).code ?? errorText(cause);
  return new CliError(
    EXIT.unreachable,
    `no platform answers at ${url} (${code}); start one with "npx vumi up" in another terminal, or say where it is with --url`,
  );
}

/** Null where the platform answers that there is no such thing. */
export async function orNone<T>(asked: Promise<T>): Promise<T | null> {
  return asked.catch((error: unknown) => {
    if (error instanceof CliError && error.code === 'not_found') return null;
    throw error;
  });
}

interface Problem {
  readonly code?: string;
  readonly detail?: string;
  readonly field?: string;
  readonly docs?: string;
  readonly errors?: readonly { readonly detail: string }[];
}

async function refusal(response: Response, token: string | undefined): Promise<CliError> {
  const problem = (await response.json().catch(() => ({}))) as Problem;
  if (response.status === 401 && token === undefined) {
    return new CliError(
      EXIT.refused,
      'no token: run this in the folder where the platform runs, or give --token, VUMI_ADMIN_TOKEN or, of a platform on this machine, VUMI_DATA_DIR',
      { code: 'auth.missing_token' },
    );
  }
  const [first, ...more] = problem.errors?.map(({ detail }) => detail) ?? [problem.detail];
  const text = first ?? `the platform answered ${response.status} without a reason`;
  return new CliError(EXIT.refused, [text, ...more].join('\n      '), problem);
}
