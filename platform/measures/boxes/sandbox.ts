import { Counter } from '../counter.ts';
import { Histogram, SECONDS } from '../histogram.ts';

const APPS = 2000;

export const sandboxMeasures = {
  runs: new Counter({
    name: 'vumi_sandbox_runs_total',
    help: 'Messages and events that apps have handled, by outcome',
    labels: ['account', 'app', 'outcome'],
    most: 2 * APPS,
  }),
  cpuSeconds: new Counter({
    name: 'vumi_sandbox_cpu_seconds_total',
    help: 'CPU of handlers',
    labels: ['account', 'app'],
    most: APPS,
  }),
  waitSeconds: new Histogram({
    name: 'vumi_sandbox_wait_seconds',
    help: 'From the arrival of a message to the start of its handler',
    labels: [],
    buckets: SECONDS,
  }),
  runSeconds: new Histogram({
    name: 'vumi_sandbox_run_seconds',
    help: 'From the start of a handler to its end; cold: its isolate had to be made first',
    labels: ['start'],
    buckets: SECONDS,
  }),
  runnerEnds: new Counter({
    name: 'vumi_sandbox_runner_ends_total',
    help: 'Runner processes that ended, as they should (orderly) or otherwise (lost)',
    labels: ['how'],
  }),
};
