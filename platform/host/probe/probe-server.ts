import type { IncomingMessage, ServerResponse } from 'node:http';
import { hostname } from 'node:os';
import { startHttpServer } from '@vumi/http';
import { TEXT_TYPE, type Audience } from '@vumi/measures';
import type { Readiness } from '@vumi/runtime';

const PROBE_PORT = { field: 'probe.port', name: 'VUMI_PROBE_PORT' };

/** What a process tells of itself. */
export interface ProbePages {
  readiness(): Promise<Readiness>;
  metrics(audience: Audience): Promise<string>;
  /** What the holder of a token may see; without one, or with one that is not an administrator's: what anybody may. */
  audienceOf(authorization: string | undefined): Promise<Audience>;
}

export interface ProbeServer extends AsyncDisposable {
  /** Where it is reached, without a final slash. */
  readonly url: string;
}

/** Serves the probe of a process: `/healthz`, `/readyz` and `/metrics`. Throws `config.invalid` when its port is taken. */
export async function startProbeServer(
  { host, port }: { readonly host: string; readonly port: number },
  pages: ProbePages,
): Promise<ProbeServer> {
  const server = await startHttpServer({ host, port, setting: PROBE_PORT }, (request, response) => {
    answer(request, response, pages).catch(() => response.destroy());
  });
  const isEvery = host === '0.0.0.0' || host === '::';
  const name = isEvery ? hostname() : host.includes(':') ? `[${host}]` : host;
  return {
    url: `http://${name}:${server.port}`,
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  };
}

async function answer(request: IncomingMessage, response: ServerResponse, pages: ProbePages): Promise<void> {
  const { status, type, text } = await pageFor(request, pages);
  response.writeHead(status, { 'content-type': type, 'cache-control': 'no-store' });
  response.end(request.method === 'HEAD' ? undefined : text);
}

interface Page {
  readonly status: number;
  readonly type: string;
  readonly text: string;
}

async function pageFor({ method, url = '', headers }: IncomingMessage, pages: ProbePages): Promise<Page> {
  if (method !== 'GET' && method !== 'HEAD') return json(405, { error: 'a probe is only read: use GET' });
  switch (url.split('?', 1)[0]) {
    case '/healthz':
      return json(200, { status: 'ok' });
    case '/readyz': {
      const readiness = await pages.readiness();
      return json(readiness.ready ? 200 : 503, readiness);
    }
    case '/metrics': {
      const text = await pages.metrics(await pages.audienceOf(headers.authorization));
      return { status: 200, type: TEXT_TYPE, text };
    }
    default:
      return json(404, { error: 'this is a probe: ask for /healthz, /readyz or /metrics' });
  }
}

function json(status: number, value: unknown): Page {
  return { status, type: 'application/json', text: JSON.stringify(value) };
}
