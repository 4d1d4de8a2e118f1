import { Readable } from 'node:stream';
import { newId } from '@vumi/core';
import { withAuditOrigin } from '@vumi/store';
import { auditOf, authenticate } from './api.ts';
import type { ApiPorts } from './ports.ts';
import type { Exchange } from './route.ts';
import { componentRoutes } from './routes/components.ts';
import { interfaceRoutes } from './routes/interfaces.ts';
import { routeRoutes } from './routes/routes.ts';
import { transportRoutes } from './routes/transports.ts';
import { workerRoutes } from './routes/workers.ts';

type OperationPorts = Pick<
  ApiPorts,
  | 'store'
  | 'logger'
  | 'clock'
  | 'transportTypes'
  | 'checkMiddleware'
  | 'workers'
  | 'components'
  | 'transportsOf'
  | 'routeProver'
>;

/** Who asks: the text of a token, and the address that he asks from. */
interface Asker {
  readonly token: string;
  readonly source: string;
}

/** What an operation is given; absent: nothing. */
interface Asked {
  readonly params?: Readonly<Record<string, string>>;
  readonly query?: Readonly<Record<string, string>>;
  readonly body?: object;
}

/** Does an operation of the API by its `operationId`. Answers its JSON, or null; throws what the API would answer. */
export type CallOperation = (asker: Asker, operation: string, asked?: Asked) => Promise<unknown>;

/**
 * What the API does for the holder of a token with channels, for workers whose clients speak another API: the same checks,
 * permissions and audit log, without a request over HTTP, since the API may be in another process.
 */
export function createOperations(ports: OperationPorts): CallOperation {
  const routes = [
    ...transportRoutes(ports),
    ...routeRoutes(ports),
    ...interfaceRoutes(ports),
    ...workerRoutes(ports),
    ...componentRoutes(ports),
  ];
  const audit = auditOf(ports);
  return async ({ token, source }, operation, asked = {}) => {
    const route = routes.find(({ id }) => id === operation);
    if (route === undefined) throw new TypeError(`no operation "${operation}"`);
    let caller: Awaited<ReturnType<typeof authenticate>> | null = null;
    const request = requestOf(token, asked.body);
    const exchange: Exchange = {
      request,
      params: asked.params ?? {},
      query: asked.query ?? {},
      signal: new AbortController().signal,
      authenticate: async () => (caller = await authenticate(ports, request)),
      admit: async ({ account }) => {
        if (typeof account === 'string') await ports.store.accounts.get(account);
      },
      act: (entry, run) => audit.act(entry, run),
    };
    const origin = { requestId: newId(), source };
    const answer = await withAuditOrigin(origin, () => route.respond(exchange)).catch((error: unknown) => {
      const target = `${route.method} ${route.prefix}${route.path}`;
      audit.failed(error, { origin, caller, target });
      throw error;
    });
    return 'json' in answer ? answer.json : null;
  };
}

function requestOf(token: string, body: object | undefined): Exchange['request'] {
  const bytes = body === undefined ? [] : [Buffer.from(JSON.stringify(body))];
  return Object.assign(Readable.from(bytes), {
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
  });
}
