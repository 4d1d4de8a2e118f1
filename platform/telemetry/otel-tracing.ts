import { AsyncLocalStorage } from 'node:async_hooks';
import {
  ROOT_CONTEXT,
  SpanKind,
  SpanStatusCode,
  trace,
  TraceFlags,
  type Context,
  type Span,
  type SpanContext,
  type SpanOptions as OtelOptions,
  type Tracer,
} from '@opentelemetry/api';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { resourceFromAttributes } from '@opentelemetry/resources';
import {
  BatchSpanProcessor,
  ParentBasedSampler,
  TraceIdRatioBasedSampler,
  TracerProvider,
  type SpanExporter,
} from '@opentelemetry/sdk-trace';
import { errorText } from '@vumi/core';
import { FileSpanExporter } from './file-exporter.ts';
import type { TelemetryOptions } from './options.ts';
import type { SpanOptions, TraceParent, Tracing } from './tracing.ts';

const KINDS = {
  internal: SpanKind.INTERNAL,
  server: SpanKind.SERVER,
  client: SpanKind.CLIENT,
  producer: SpanKind.PRODUCER,
  consumer: SpanKind.CONSUMER,
} as const;
/** Spans that wait for the collector; more are dropped, so that its absence costs nobody anything else. */
const BATCHES = { maxQueueSize: 20_000, maxExportBatchSize: 2000, scheduledDelayMillis: 1000 };
const TRACES_PATH = '/v1/traces';
const TRACEPARENT = /^00-([\da-f]{32})-([\da-f]{16})-([\da-f]{2})$/;

/** Only this file, and what it imports, loads OpenTelemetry's library. */
export class OtelTracing implements Tracing, AsyncDisposable {
  readonly #provider: TracerProvider;
  readonly #tracer: Tracer;
  readonly #open = new AsyncLocalStorage<Span>();

  constructor(options: TelemetryOptions) {
    this.#provider = new TracerProvider({
      resource: resourceFromAttributes({ 'service.name': options.service_name, 'process.pid': process.pid }),
      sampler: new ParentBasedSampler({ root: new TraceIdRatioBasedSampler(options.sample_ratio) }),
      spanProcessors: exportersOf(options).map(
        (exporter) => new BatchSpanProcessor({ ...BATCHES, exporter }),
      ),
    });
    this.#tracer = this.#provider.getTracer('vumi');
  }

  within<T>(name: string, options: SpanOptions, work: () => Promise<T>): Promise<T> {
    const open = options.parent === undefined ? this.#open.getStore() : undefined;
    // Nothing of a trace that is not sampled is recorded: the span that is open says so to whoever comes.
    if (open !== undefined && options.link === undefined && !open.isRecording()) return work();
    const span = this.#start(name, options);
    return this.#open.run(span, () => settled(span, work));
  }

  past(name: string, { from, to }: { from: number; to: number }, options: SpanOptions = {}): void {
    if (options.parent == null && !this.isRecording) return;
    this.#start(name, options, { startTime: from }).end(to);
  }

  note(attributes: Readonly<Record<string, string | number | boolean>>): void {
    this.#open.getStore()?.setAttributes(attributes);
  }

  current(): TraceParent | null {
    const span = this.#open.getStore();
    return span === undefined ? null : formatParent(span.spanContext());
  }

  get isRecording(): boolean {
    return this.#open.getStore()?.isRecording() === true;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    // A collector that is away must not keep the process; what it has not got by now it does not get.
    await this.#provider.shutdown().catch(() => {});
  }

  #start(name: string, options: SpanOptions, times: { startTime?: number } = {}): Span {
    const { kind = 'internal', attributes = {}, link } = options;
    const linked = link === undefined ? null : parseParent(link);
    const given: OtelOptions = {
      kind: KINDS[kind],
      attributes,
      ...times,
      ...(linked === null ? {} : { links: [{ context: linked }] }),
    };
    return this.#tracer.startSpan(name, given, this.#contextFor(options));
  }

  #contextFor({ parent, link }: SpanOptions): Context {
    if (link !== undefined || parent === null) return ROOT_CONTEXT;
    if (parent === undefined) {
      const open = this.#open.getStore();
      return open === undefined ? ROOT_CONTEXT : trace.setSpan(ROOT_CONTEXT, open);
    }
    const context = parseParent(parent);
    return context === null ? ROOT_CONTEXT : trace.setSpanContext(ROOT_CONTEXT, context);
  }
}

async function settled<T>(span: Span, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    span.setStatus({ code: SpanStatusCode.ERROR, message: errorText(error) });
    throw error;
  } finally {
    span.end();
  }
}

function exportersOf({ otlp_endpoint: endpoint, headers, file }: TelemetryOptions): SpanExporter[] {
  return [
    ...(endpoint === undefined ? [] : [new OTLPTraceExporter({ url: tracesUrl(endpoint), headers })]),
    ...(file === undefined ? [] : [new FileSpanExporter(file)]),
  ];
}

/** A collector's URL has no path, or already this one. */
function tracesUrl(endpoint: string): string {
  const url = new URL(endpoint);
  if (url.pathname === '/') url.pathname = TRACES_PATH;
  return url.href;
}

function formatParent({ traceId, spanId, traceFlags }: SpanContext): TraceParent {
  return `00-${traceId}-${spanId}-${(traceFlags & TraceFlags.SAMPLED) === 0 ? '00' : '01'}`;
}

/** Null for what is none: somebody else may have written it. */
function parseParent(text: TraceParent): SpanContext | null {
  const [, traceId, spanId, flags] = TRACEPARENT.exec(text) ?? [];
  if (traceId === undefined || spanId === undefined || flags === undefined) return null;
  if (/^0+$/.test(traceId) || /^0+$/.test(spanId)) return null;
  return { traceId, spanId, traceFlags: Number.parseInt(flags, 16) & TraceFlags.SAMPLED, isRemote: true };
}
