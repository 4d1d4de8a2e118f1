/** What became of messages: counts that grow. */
interface MessageCounts {
  readonly received: number;
  readonly sent: number;
  readonly ack: number;
  readonly nack: number;
  readonly delivered: number;
  readonly failed: number;
}

export interface TransportFigures extends MessageCounts {
  readonly name: string;
  readonly type: string;
  readonly status: string;
  readonly message: string;
  readonly gauges: Readonly<Record<string, number>>;
}

export interface OwnerFigures extends MessageCounts {
  readonly account: string;
  readonly app: string;
  readonly runs: number;
  readonly cpu_seconds: number;
}

interface ProcessFigures {
  readonly name: string;
  readonly roles: readonly string[];
  readonly started_at: string;
  readonly probe: string | null;
  readonly overloaded: boolean;
  readonly lost_share: number;
  readonly runners: number;
  readonly turns: number;
}

/** `GET /figures`. */
export interface Figures {
  readonly at: string;
  readonly processes: readonly ProcessFigures[];
  readonly transports: readonly TransportFigures[];
  readonly owners: readonly OwnerFigures[];
  readonly queues: readonly { readonly queue: string; readonly messages: number }[];
  readonly backlog: {
    readonly failures_dead: number;
    readonly alerts_open: number;
    readonly webhook_deliveries_pending: number;
    readonly webhook_deliveries_dead: number;
    readonly schedules_due: number;
    readonly oldest_schedule_seconds: number | null;
  };
}

/** Figures of two moments, between which something went through; `before` null: there was none yet. */
export interface Span {
  readonly now: Figures;
  readonly before: Figures | null;
}

/** How much a count grew in a second. Null: nobody knows yet. A count that fell is of a process that began anew. */
export function perSecond({ now, before }: Span, read: (figures: Figures) => number): number | null {
  if (before === null) return null;
  const seconds = (Date.parse(now.at) - Date.parse(before.at)) / 1000;
  return seconds <= 0 ? null : Math.max(0, read(now) - read(before)) / seconds;
}
