import { Counter } from '../counter.ts';
import { Histogram, SECONDS } from '../histogram.ts';

export const webhookMeasures = {
  attempts: new Counter({
    name: 'vumi_webhook_attempts_total',
    help: 'Deliveries that were tried, by account (empty: the platform) and outcome: delivered, again, dead',
    labels: ['account', 'outcome'],
    most: 2000,
  }),
  seconds: new Histogram({
    name: 'vumi_webhook_attempt_seconds',
    help: 'From sending a delivery to its answer',
    labels: [],
    buckets: SECONDS,
  }),
};

export const schedulerMeasures = {
  fired: new Counter({
    name: 'vumi_scheduler_fired_total',
    help: 'Schedules of apps that were fired',
    labels: [],
  }),
  lateSeconds: new Histogram({
    name: 'vumi_scheduler_late_seconds',
    help: 'How long after its time a schedule was fired',
    labels: [],
    buckets: SECONDS,
  }),
};
