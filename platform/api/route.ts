import type { IncomingMessage } from 'node:http';
import { parseInput } from '@vumi/core';
import { z } from 'zod';
import type { Access, Caller } from './access.ts';
import type { BodyReader } from './body.ts';

type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

export const API_PREFIX = '/api/v1';

/** What a handler gives back: JSON, a text, a stream of text, or nothing (204). */
export type Answer =
  | { readonly status: number; readonly json: unknown }
  | { readonly status: number; readonly type: string; readonly text: string }
  | { readonly status: number; readonly type: string; readonly chunks: AsyncIterable<string> }
  | { readonly status: 204 };

export const ok = (json: unknown): Answer => ({ status: 200, json });
export const created = (json: unknown): Answer => ({ status: 201, json });
export const done: Answer = { status: 204 };

/** One possible answer, for the documentation; the tests hold answers against `schema`. */
export interface AnswerDocument {
  readonly description: string;
  readonly schema?: z.ZodType;
  /** The type of a text answer; absent where there is a schema: it is JSON. */
  readonly type?: string;
}

/** What a handler is given: all of it checked. */
interface RouteRequest<P, Q, B> {
  readonly caller: Caller;
  readonly params: P;
  readonly query: Q;
  readonly body: B;
  readonly header: (name: string) => string | undefined;
  /** Aborts when the client goes away. */
  readonly signal: AbortSignal;
}

/** A route as it is written down: documentation and validation come from the same schemas. */
export interface RouteDefinition<P extends z.ZodObject, Q extends z.ZodObject, B> {
  readonly method: Method;
  /** What the path is under; default: /api/v1. */
  readonly prefix?: string;
  /** With `:name` for parameters. */
  readonly path: string;
  /** A name for generated clients. */
  readonly id: string;
  readonly summary: string;
  readonly access: Access;
  readonly params?: P;
  readonly query?: Q;
  /** Headers that mean something here beside those of every request, for the documentation: the handler checks them. */
  readonly headers?: z.ZodObject;
  readonly body?: BodyReader<B>;
  readonly answers: Readonly<Record<number, AnswerDocument>>;
  handle(request: RouteRequest<z.infer<P>, z.infer<Q>, B>): Promise<Answer>;
}

/** A request before it is checked. */
interface Exchange {
  readonly request: IncomingMessage;
  readonly params: unknown;
  readonly query: unknown;
  readonly signal: AbortSignal;
  authenticate(): Promise<Caller>;
  /** Looks at the checked parameters of a caller who may use the route: is there such an account? */
  admit(params: Readonly<Record<string, unknown>>): Promise<void>;
}

/** A route with its types closed over, as routers and the documentation use it. */
export interface Route {
  readonly method: Method;
  readonly prefix: string;
  readonly path: string;
  readonly id: string;
  readonly summary: string;
  readonly scope: string | null;
  readonly tokenOptional: boolean;
  readonly params: z.ZodObject;
  readonly query: z.ZodObject;
  readonly headers: z.ZodObject;
  readonly body: object | null;
  readonly answers: Readonly<Record<number, AnswerDocument>>;
  respond(exchange: Exchange): Promise<Answer>;
}

const ANONYMOUS: Caller = { account: null, scopes: [] };
const NOTHING = z.strictObject({});

/** Checks a request in this order: token, path, permission, query, body. Only then the handler sees it. */
export function defineRoute<P extends z.ZodObject, Q extends z.ZodObject, B>(
  definition: RouteDefinition<P, Q, B>,
): Route {
  const { access, body } = definition;
  const paramsSchema = definition.params ?? NOTHING;
  const querySchema = definition.query ?? NOTHING;
  return {
    ...definition,
    prefix: definition.prefix ?? API_PREFIX,
    scope: access.scope,
    tokenOptional: access.optional === true,
    params: paramsSchema,
    query: querySchema,
    headers: definition.headers ?? NOTHING,
    body: body?.document ?? null,
    respond: async (exchange) => {
      const caller = await callerOf(access, exchange);
      const params = parseInput(paramsSchema, exchange.params);
      if (caller !== ANONYMOUS) access.check(caller, params);
      await exchange.admit(params);
      const query = parseInput(querySchema, exchange.query);
      return definition.handle({
        caller,
        params: params as z.infer<P>,
        query: query as z.infer<Q>,
        body: (await body?.read(exchange.request)) as B,
        header: (name) => exchange.request.headers[name]?.toString(),
        signal: exchange.signal,
      });
    },
  };
}

async function callerOf({ scope, optional }: Access, exchange: Exchange): Promise<Caller> {
  const sendsNone = optional === true && exchange.request.headers.authorization === undefined;
  return scope === null || sendsNone ? ANONYMOUS : exchange.authenticate();
}
