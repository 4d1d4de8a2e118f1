import type { KeyedState } from '@vumi/core';
import type { TelemetryOptions } from './options.ts';
import { TraceMemory } from './trace-memory.ts';
import type { Tracing } from './tracing.ts';

/** Traces of one process. Disposal hands over what was not exported yet. */
export interface Telemetry extends AsyncDisposable {
  readonly tracing: Tracing;
  /** Of what belongs to messages: kept where all processes find it. */
  memory(state: Pick<KeyedState, 'get' | 'set'>): TraceMemory;
}

/** Null where no traces are wanted: then no library is loaded, and nothing is wrapped. */
export async function startTelemetry(options: TelemetryOptions): Promise<Telemetry | null> {
  if (options.otlp_endpoint === undefined && options.file === undefined) return null;
  const { OtelTracing } = await import('./otel-tracing.ts');
  const tracing = new OtelTracing(options);
  return {
    tracing,
    memory: (state) => new TraceMemory(tracing, state),
    [Symbol.asyncDispose]: () => tracing[Symbol.asyncDispose](),
  };
}
