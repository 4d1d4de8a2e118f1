import type { Figures } from './figures.ts';

const NO_MESSAGES = { received: 0, sent: 0, ack: 0, nack: 0, delivered: 0, failed: 0 };

/** Figures of a second, in which one transport has sent so much for one app. */
export function figuresAt(second: number, sent: number, more: Partial<Figures> = {}): Figures {
  const counts = { ...NO_MESSAGES, received: sent / 2, sent, ack: sent };
  return {
    at: new Date(Date.UTC(2026, 10, 29, 8, 0, second)).toISOString(),
    processes: [
      {
        name: 'host:1',
        roles: ['api'],
        started_at: '2026-11-29T07:00:00.000Z',
        probe: 'http://127.0.0.1:9108',
        overloaded: false,
        lost_share: 0.02,
        runners: 2,
        turns: 3,
      },
    ],
    transports: [
      {
        name: 'mno',
        type: 'smpp',
        status: 'ok',
        message: 'bound',
        gauges: { in_flight: 4, window: 50 },
        ...counts,
      },
      { name: 'quiet', type: 'smpp', status: 'down', message: 'no connection', gauges: {}, ...NO_MESSAGES },
    ],
    owners: [
      { account: 'demo', app: 'quiz', ...counts, runs: sent, cpu_seconds: sent / 1024 },
      { account: 'demo', app: '', ...NO_MESSAGES, sent, runs: 0, cpu_seconds: 0 },
    ],
    queues: [{ queue: 'mno.outbound', messages: sent }],
    backlog: {
      failures_dead: 0,
      alerts_open: 0,
      webhook_deliveries_pending: 0,
      webhook_deliveries_dead: 0,
      schedules_due: 0,
      oldest_schedule_seconds: null,
    },
    ...more,
  };
}
