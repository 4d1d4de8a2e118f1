import type { IncomingMessage, ServerResponse } from 'node:http';
import { AddressRanges } from '@vumi/http';
import type { Tracing } from './tracing.ts';

type RequestHandler = (request: IncomingMessage, response: ServerResponse) => void;

/** Paths with ids and secrets in them make no good names. */
const SHOWN_PARTS = 3;

/** Requests that are made of the platform as spans; those of trusted callers go on with what they say of their traces. */
export function tracedRequests(
  handle: RequestHandler,
  tracing: Tracing,
  acceptFrom: readonly string[],
): RequestHandler {
  const trusted = new AddressRanges(acceptFrom);
  return (request, response) => {
    const { traceparent } = request.headers;
    const isTrusted = trusted.includes(request.socket.remoteAddress ?? '');
    const parent = isTrusted && typeof traceparent === 'string' ? traceparent : null;
    const method = request.method ?? 'GET';
    const options = { kind: 'server', attributes: { 'http.request.method': method }, parent } as const;
    void tracing.within(`${method} ${nameOf(request.url ?? '/')}`, options, () =>
      answered(request, response, handle, tracing),
    );
  };
}

function answered(
  request: IncomingMessage,
  response: ServerResponse,
  handle: RequestHandler,
  tracing: Tracing,
): Promise<void> {
  return new Promise((resolve) => {
    response.once('close', () => {
      tracing.note({ 'http.response.status_code': response.statusCode });
      resolve();
    });
    handle(request, response);
  });
}

function nameOf(url: string): string {
  const [path = '/'] = url.split('?');
  const parts = path.split('/').slice(1, SHOWN_PARTS + 1);
  return `/${parts[0] === 'hooks' ? parts.slice(0, 2).join('/') : parts.join('/')}`;
}
