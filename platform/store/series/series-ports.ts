import type { Page, PageQuery } from '../records.ts';

export interface SeriesName {
  readonly store: string;
  readonly metric: string;
  readonly aggregator: string;
}

export interface SeriesQuery extends SeriesName {
  /** Not before this instant, ISO 8601. */
  readonly from: string;
  /** Before this instant, ISO 8601. */
  readonly to: string;
  /** Seconds that make one point. */
  readonly stepSeconds: number;
  /** Where a step begins, ISO 8601. Absent: at a round instant. */
  readonly origin?: string | undefined;
}

export interface SeriesPoint {
  /** The start of the step. */
  readonly at: string;
  readonly value: number;
}

/** One value of the platform's own; `at` in milliseconds since the epoch. */
interface PlatformValue {
  readonly metric: string;
  readonly aggregator: string;
  readonly at: number;
  readonly value: number;
}

/** What the platform measures of itself, over time (docs/metrics.md). */
export interface PlatformSeries {
  /** Those whose metric begins with `prefix`, by name. */
  list(page: PageQuery & { readonly prefix?: string }): Promise<Page<SeriesName>>;
  /** Steps without values have no point. */
  read(query: SeriesQuery): Promise<SeriesPoint[]>;
  /** Takes values; how many were left out because there are too many series. One process at a time. */
  add(values: readonly PlatformValue[]): Promise<number>;
  /** Merges and takes away what is old, of accounts too. `now` in milliseconds since the epoch. */
  rollUp(now: number): Promise<void>;
}

/** Where the platform's own series stand among those of stores. */
export const PLATFORM_STORE = 'vumi';
