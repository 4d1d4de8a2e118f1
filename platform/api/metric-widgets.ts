import type { SeriesPoint, SeriesQuery } from '@vumi/store';
import { z } from 'zod';

const DAY_MS = 24 * 3_600_000;
const WEEK_MINUTES = 7 * 24 * 60;

const instant = z.union(
  [z.iso.datetime({ offset: true }), z.iso.date()],
  'use ISO 8601, such as 2026-11-22T08:00:00Z',
);
const rangeShape = {
  from: instant.optional().describe('Not before this instant; default: a day before `to`'),
  to: instant.optional().describe('Before this instant; default: now'),
};

export const seriesQuery = z.strictObject({
  ...rangeShape,
  step: z.coerce.number().int().min(1).max(WEEK_MINUTES).default(1).describe('Minutes that make one point'),
});

/** The forms in which dashboards take a metric: Geckoboard's custom widgets, and a chart of Highcharts. */
export const WIDGETS = ['number', 'line', 'meter', 'highcharts'] as const;

export const widgetQuery = z.strictObject({
  ...rangeShape,
  step: z.coerce
    .number()
    .int()
    .min(1)
    .max(WEEK_MINUTES)
    .default(60)
    .describe('Of line and highcharts: minutes that make one point. Default: 60'),
  min: z.coerce.number().default(0).describe('Of meter: where it begins. Default: 0'),
  max: z.coerce.number().optional().describe('Of meter: where it ends. Default: the value, or more'),
  title: z.string().max(100).optional().describe('What it is called. Default: the name of the metric'),
});
type WidgetQuery = z.infer<typeof widgetQuery>;

type Read = (query: Pick<SeriesQuery, 'from' | 'to' | 'stepSeconds' | 'origin'>) => Promise<SeriesPoint[]>;

interface Range {
  readonly from: string;
  readonly to: string;
}

/** What a request means by from and to. */
export function rangeOf(
  { from, to }: { readonly from?: string | undefined; readonly to?: string | undefined },
  now: number,
): Range {
  // Values of this very minute stand under its start.
  const end = to ?? new Date(now + 1).toISOString();
  return { from: from ?? new Date(Date.parse(end) - DAY_MS).toISOString(), to: end };
}

export interface WidgetWanted {
  readonly widget: (typeof WIDGETS)[number];
  readonly metric: string;
  readonly query: WidgetQuery;
  readonly now: number;
}

/** One metric in a form of dashboards. */
export async function readWidget(
  { widget, metric, query, now }: WidgetWanted,
  read: Read,
): Promise<Record<string, unknown>> {
  const range = rangeOf(query, now);
  const title = query.title ?? metric;
  if (widget === 'number') {
    const before = { from: new Date(2 * Date.parse(range.from) - Date.parse(range.to)).toISOString() };
    const values = await Promise.all([valueOf(range, read), valueOf({ ...before, to: range.from }, read)]);
    return { item: [{ value: values[0], text: title }, { value: values[1] }] };
  }
  if (widget === 'meter') {
    const value = await valueOf(range, read);
    const { min } = query;
    return { item: value, min: { value: min }, max: { value: query.max ?? Math.max(min + 1, value) } };
  }
  const points = await read({ ...range, stepSeconds: query.step * 60 });
  return widget === 'line' ? lineOf(title, points) : highchartsOf(title, points);
}

/** What the metric was over the whole of a range; 0 where it was not measured. */
async function valueOf({ from, to }: Range, read: Read): Promise<number> {
  const stepSeconds = Math.max(1, Math.ceil((Date.parse(to) - Date.parse(from)) / 1000));
  return (await read({ from, to, stepSeconds, origin: from }))[0]?.value ?? 0;
}

function lineOf(name: string, points: readonly SeriesPoint[]): Record<string, unknown> {
  return {
    x_axis: { type: 'datetime' },
    series: [{ name, data: points.map(({ at, value }) => [at, value]) }],
  };
}

function highchartsOf(name: string, points: readonly SeriesPoint[]): Record<string, unknown> {
  return {
    chart: { renderTo: 'container', type: 'line' },
    title: { text: name },
    xAxis: { type: 'datetime' },
    yAxis: { title: { text: '' } },
    series: [{ name, data: points.map(({ at, value }) => [Date.parse(at), value]) }],
  };
}
