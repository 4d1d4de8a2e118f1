import { errorText, VumiError, type Logger } from '@vumi/core';
import type { Store } from '@vumi/store';
import { APP_METRICS_PREFIX } from '../app-metrics.ts';
import { defineCollector, type Aggregated, type Collector } from '../collector.ts';

const ROLL_UP_MS = 10 * 60_000;

/**
 * Keeps aggregated metrics in the database, bounded in time and number (docs/metrics.md). What apps fire is there
 * already, with the messages that it came from, and is left out.
 */
export const seriesCollector = defineCollector({
  type: 'metric_series',
  aliases: [],
  summary: 'Keeps aggregated metrics in the database and merges what is old',
  options: {},
  placement: 'one',
  needs: ['store'],
  async start(_config, { store, clock, logger }) {
    if (store === null)
      throw new VumiError('config.invalid', 'metric_series keeps metrics in a database: name one');
    return new SeriesCollector(store.series, clock, logger);
  },
});

class SeriesCollector implements Collector {
  readonly #series: Store['series'];
  readonly #logger: Logger;
  readonly #timer: NodeJS.Timeout;
  #rolling: Promise<void>;
  #leftOut = 0;

  constructor(series: Store['series'], clock: () => number, logger: Logger) {
    this.#series = series;
    this.#logger = logger;
    const rollUp = (): Promise<void> =>
      series.rollUp(clock()).catch((error: unknown) => {
        logger.warn({ reason: errorText(error) }, 'old metrics could not be merged; the next time will do');
      });
    this.#rolling = rollUp();
    const rollUpAgain = (): void => {
      this.#rolling = this.#rolling.then(rollUp);
    };
    this.#timer = setInterval(rollUpAgain, ROLL_UP_MS).unref();
  }

  async collect(aggregates: readonly Aggregated[]): Promise<void> {
    const values = aggregates.filter(({ name }) => !name.startsWith(APP_METRICS_PREFIX)).map(valueOf);
    const leftOut = await this.#series.add(values);
    if (leftOut > 0 && this.#leftOut === 0)
      this.#logger.warn({ leftOut }, 'the platform has as many series as it keeps: new metrics are left out');
    this.#leftOut += leftOut;
  }

  gauges(): Readonly<Record<string, number>> {
    return { left_out_total: this.#leftOut };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    clearInterval(this.#timer);
    await this.#rolling;
  }
}

function valueOf({ name, at, value }: Aggregated) {
  const dot = name.lastIndexOf('.');
  const [metric, aggregator] = dot === -1 ? [name, 'last'] : [name.slice(0, dot), name.slice(dot + 1)];
  return { metric, aggregator, at: at * 1000, value };
}
