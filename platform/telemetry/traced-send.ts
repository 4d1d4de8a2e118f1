import type { OutboundRequest, RequestOutcome } from '@vumi/http';
import type { TraceMemory } from './trace-memory.ts';
import type { Tracing } from './tracing.ts';

type Send = (request: OutboundRequest) => Promise<RequestOutcome>;

/** Requests of workers as spans, whose receivers may go on with the trace. */
export function tracedSend(send: Send, tracing: Tracing, memory: TraceMemory): Send {
  return async (request) => {
    const open = tracing.current();
    const parent = open ?? (request.about === undefined ? null : await memory.recall(request.about));
    if (parent === null) return send(request);
    const { method, url, headers } = request;
    const attributes = { 'http.request.method': method, 'server.address': hostOf(url) };
    return tracing.within(
      `${method} ${hostOf(url)}`,
      { kind: 'client', attributes, ...(open === null ? { parent } : {}) },
      async () => {
        const outcome = await send({
          ...request,
          headers: { ...headers, traceparent: tracing.current() ?? parent },
        });
        const status = outcome.kind === 'answered' ? outcome.status : outcome.kind;
        tracing.note({ 'http.response.status_code': status });
        return outcome;
      },
    );
  };
}

function hostOf(url: string): string {
  return URL.canParse(url) ? new URL(url).host : '';
}
