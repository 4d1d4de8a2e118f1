import { collectDefaultMetrics, Registry } from 'prom-client';
import { isAdministrator, optionalScope, type Caller } from '../access.ts';
import type { ApiPorts } from '../ports.ts';
import { keptFor } from '../prometheus/kept-for.ts';
import { platformGauges } from '../prometheus/platform-gauges.ts';
import { usageCounters } from '../prometheus/usage-counters.ts';
import { defineRoute, type Route } from '../route.ts';

/** However many ask, heartbeats and queues are looked at, and the database is asked, so often at most. */
const KEPT_MS = 5000;

/** What Prometheus scrapes, where it looks for it by itself: at `/metrics`. */
export function prometheusRoutes(ports: ApiPorts): Route[] {
  const type = Registry.PROMETHEUS_CONTENT_TYPE;
  const read = metricsFor(ports);
  return [
    defineRoute({
      method: 'GET',
      prefix: '',
      path: '/metrics',
      id: 'getMetrics',
      summary:
        "For Prometheus: without a token how the platform is, with an administrator's also what every app used, with an account's what its own apps used",
      access: optionalScope('account:read'),
      answers: { 200: { description: "Prometheus' text format", type } },
      handle: async ({ caller }) => ({ status: 200, type, text: await read(caller) }),
    }),
  ];
}

function metricsFor(ports: ApiPorts): (caller: Caller) => Promise<string> {
  const { store, clock } = ports;
  const ownProcess = new Registry();
  collectDefaultMetrics({ register: ownProcess });
  const platform = keptFor(KEPT_MS, clock, () => platformGauges(ports));
  const totals = keptFor(KEPT_MS, clock, () => store.usage.totals());
  const all = keptFor(KEPT_MS, clock, async () => usageCounters(await totals()));
  const anybodys = async (): Promise<string[]> => Promise.all([ownProcess.metrics(), platform()]);
  return async (caller) => {
    if (isAdministrator(caller)) return [...(await anybodys()), await all()].join('\n');
    if (caller.account === null) return (await anybodys()).join('\n');
    return usageCounters((await totals()).filter(({ account }) => account === caller.account));
  };
}
