import type { SeriesPoint } from '@vumi/store';
import { describe, expect, test } from 'vitest';
import { rangeOf, readWidget, widgetQuery, type WidgetWanted } from './metric-widgets.ts';

const NOW = Date.UTC(2026, 10, 24, 12);
const POINTS: readonly SeriesPoint[] = [
  { at: '2026-11-24T10:00:00.000Z', value: 3 },
  { at: '2026-11-24T11:00:00.000Z', value: 5.5 },
];

/** What a widget is, and what was read for it. */
async function show(
  widget: WidgetWanted['widget'],
  query: object,
  values: Readonly<Record<string, number>> = {},
) {
  const asked: object[] = [];
  const shown = await readWidget(
    { widget, metric: 'visits', query: widgetQuery.parse(query), now: NOW },
    async (part) => {
      asked.push(part);
      if (part.origin === undefined) return [...POINTS];
      const value = values[part.from];
      return value === undefined ? [] : [{ at: part.from, value }];
    },
  );
  return { shown, asked };
}

test('a range is the last day unless it is said', () => {
  expect(rangeOf({}, NOW)).toEqual({ from: '2026-11-23T12:00:00.001Z', to: '2026-11-24T12:00:00.001Z' });
  expect(rangeOf({ to: '2026-11-02' }, NOW).from).toBe('2026-11-01T00:00:00.000Z');
});

describe('Geckoboard', () => {
  const range = { from: '2026-11-23T00:00:00Z', to: '2026-11-24T00:00:00Z' };

  test('number is the whole range, beside the one of the same length before it', async () => {
    const values = { '2026-11-23T00:00:00Z': 12, '2026-11-22T00:00:00.000Z': 10 };
    const { shown, asked } = await show('number', { ...range, title: 'Visits' }, values);
    expect(shown).toEqual({ item: [{ value: 12, text: 'Visits' }, { value: 10 }] });
    expect(asked).toMatchObject([{ stepSeconds: 86_400 }, { stepSeconds: 86_400, to: range.from }]);
  });

  test('number is 0 where nothing was measured', async () => {
    expect((await show('number', {})).shown).toEqual({ item: [{ value: 0, text: 'visits' }, { value: 0 }] });
  });

  test('meter has its ends', async () => {
    const values = { [range.from]: 7 };
    expect((await show('meter', { ...range, min: '2', max: '10' }, values)).shown).toEqual({
      item: 7,
      min: { value: 2 },
      max: { value: 10 },
    });
    expect((await show('meter', range, values)).shown).toMatchObject({
      min: { value: 0 },
      max: { value: 7 },
    });
  });

  test('line has points over time', async () => {
    const { shown, asked } = await show('line', { step: '30' });
    expect(shown).toEqual({
      x_axis: { type: 'datetime' },
      series: [
        {
          name: 'visits',
          data: [
            ['2026-11-24T10:00:00.000Z', 3],
            ['2026-11-24T11:00:00.000Z', 5.5],
          ],
        },
      ],
    });
    expect(asked).toMatchObject([{ stepSeconds: 1800 }]);
  });
});

test('Highcharts gets a chart', async () => {
  expect((await show('highcharts', {})).shown).toMatchObject({
    chart: { renderTo: 'container' },
    xAxis: { type: 'datetime' },
    series: [
      {
        name: 'visits',
        data: [
          [Date.UTC(2026, 10, 24, 10), 3],
          [Date.UTC(2026, 10, 24, 11), 5.5],
        ],
      },
    ],
  });
});
