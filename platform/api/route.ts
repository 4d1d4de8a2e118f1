import { parseInput } from '@vumi/core';
import { z } from 'zod';
import type { NewAuditEntry } from '@vumi/store';
import { actorOf, type Access, type Caller } from './access.ts';
import { actionOf } from './audit-acts.ts';
import type { BodyReader, Incoming } from './body.ts';
import { CursorMark } from './bound-cursor.ts';
import { accountOf } from './query.ts';
import { asRefusal } from './refusal.ts';

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

/**
 * How the audit log hears of a route that changes something. Absent: by an entry before the act, and its outcome after it.
 * `in its transaction`: the store writes it with what is changed. `unrecorded`: not at all, because of the reason given.
 */
type Audited = 'in its transaction' | { readonly unrecorded: string };

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
  readonly audited?: Audited;
  /** Of the body, what the entry before the act tells; absent: the names of its fields. No secrets. */
  readonly tells?: (body: B) => Readonly<Record<string, unknown>>;
  /** The parameter of the query that takes a `next_cursor`; default: `cursor`, where there is one. */
  readonly cursor?: string;
  readonly answers: Readonly<Record<number, AnswerDocument>>;
  handle(request: RouteRequest<z.infer<P>, z.infer<Q>, B>): Promise<Answer>;
}

/** A request before it is checked. */
export interface Exchange {
  readonly request: Incoming;
  readonly params: unknown;
  readonly query: Readonly<Record<string, unknown>>;
  readonly signal: AbortSignal;
  authenticate(): Promise<Caller>;
  /** Notes an act in the audit log and does it. */
  act(entry: NewAuditEntry, run: () => Promise<Answer>): Promise<Answer>;
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
  readonly access: Access;
  readonly scope: string | null;
  readonly tokenOptional: boolean;
  readonly params: z.ZodObject;
  readonly query: z.ZodObject;
  readonly headers: z.ZodObject;
  readonly body: object | null;
  /** Null: it changes nothing. */
  readonly audited: Audited | 'before the act' | null;
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
    audited: definition.method === 'GET' ? null : (definition.audited ?? 'before the act'),
    respond: async (exchange) => {
      const caller = await callerOf(access, exchange);
      const params = parseInput(paramsSchema, exchange.params);
      if (caller !== ANONYMOUS) checkAccess(access, caller, params);
      await exchange.admit(params);
      const cursors = cursorsOf(definition, params, exchange.query);
      const query = parseInput(querySchema, cursors.query);
      const request: RouteRequest<z.infer<P>, z.infer<Q>, B> = {
        caller,
        params: params as z.infer<P>,
        query: query as z.infer<Q>,
        body: (await body?.read(exchange.request)) as B,
        header: (name) => exchange.request.headers[name]?.toString(),
        signal: exchange.signal,
      };
      const handle = (): Promise<Answer> => definition.handle(request);
      if (definition.method === 'GET') return cursors.mark(await handle());
      if (definition.audited !== undefined) return handle();
      return exchange.act(entryOf(definition, request), handle);
    },
  };
}

function checkAccess(access: Access, caller: Caller, params: Readonly<Record<string, unknown>>): void {
  try {
    access.check(caller, params);
  } catch (error) {
    throw asRefusal(error);
  }
}

/** The query without the marks of its cursors, and how an answer gets them (bound-cursor.ts). */
function cursorsOf<P extends z.ZodObject, Q extends z.ZodObject, B>(
  { query: schema, cursor: named }: RouteDefinition<P, Q, B>,
  params: Readonly<Record<string, unknown>>,
  given: Readonly<Record<string, unknown>>,
): { readonly query: unknown; readonly mark: (answer: Answer) => Answer } {
  const field = named ?? 'cursor';
  if (schema?.shape[field] === undefined) return { query: given, mark: (answer) => answer };
  const mark = new CursorMark(params, given);
  const text = given[field];
  const query =
    typeof text === 'string' && text !== '' ? { ...given, [field]: mark.remove(text, field) } : given;
  return {
    query,
    mark: (answer) => {
      if (!('json' in answer)) return answer;
      const { next_cursor: next } = answer.json as { readonly next_cursor?: unknown };
      if (typeof next !== 'string') return answer;
      return { ...answer, json: { ...(answer.json as object), next_cursor: mark.add(next) } };
    },
  };
}

/** What the audit log has of a request before it is done. */
function entryOf<P extends z.ZodObject, Q extends z.ZodObject, B>(
  { id, tells }: RouteDefinition<P, Q, B>,
  { caller, params, query, body }: RouteRequest<z.infer<P>, z.infer<Q>, B>,
): NewAuditEntry {
  const { account: _, ...rest } = params as Readonly<Record<string, unknown>>;
  const fields = typeof body === 'object' && body !== null && !Buffer.isBuffer(body) ? Object.keys(body) : [];
  return {
    account: accountOf(params),
    actor: actorOf(caller),
    action: actionOf(id),
    target: Object.values(rest).map(String).join(' ') || null,
    details: {
      ...(Object.keys(query).length === 0 ? {} : { query }),
      ...(tells === undefined ? (fields.length === 0 ? {} : { fields }) : tells(body)),
    },
  };
}

async function callerOf({ scope, optional }: Access, exchange: Exchange): Promise<Caller> {
  const sendsNone = optional === true && exchange.request.headers.authorization === undefined;
  return scope === null || sendsNone ? ANONYMOUS : exchange.authenticate();
}
