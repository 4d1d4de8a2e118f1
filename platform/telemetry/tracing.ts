/** A span of a trace by the W3C's header `traceparent`: `00-<trace id>-<span id>-<flags>`. */
export type TraceParent = string;

export interface SpanOptions {
  /** As OpenTelemetry has them. Default: internal. */
  readonly kind?: 'internal' | 'server' | 'client' | 'producer' | 'consumer';
  readonly attributes?: Readonly<Record<string, string | number | boolean>>;
  /** What it goes on with; absent: the span that is open here; null: it begins a trace. */
  readonly parent?: TraceParent | null;
  /** Begins a trace that refers to this span. */
  readonly link?: TraceParent;
}

/** Spans of this process. */
export interface Tracing {
  /** Does the work within a span; one that rejects is told as an error. */
  within<T>(name: string, options: SpanOptions, work: () => Promise<T>): Promise<T>;
  /** A span that is over; times in milliseconds since the epoch. Nothing where no span is open and no parent given. */
  past(name: string, times: { readonly from: number; readonly to: number }, options?: SpanOptions): void;
  /** Adds to the span that is open here. */
  note(attributes: Readonly<Record<string, string | number | boolean>>): void;
  /** The span that is open here, to be handed on; null: none. */
  current(): TraceParent | null;
  /** Whether the span that is open here is recorded. */
  readonly isRecording: boolean;
}
