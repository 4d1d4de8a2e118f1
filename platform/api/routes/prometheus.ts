import { keptFor } from '@vumi/core';
import { TEXT_TYPE, type Audience } from '@vumi/measures';
import { ofPlatform, optionalScope, type Caller } from '../access.ts';
import type { ApiPorts } from '../ports.ts';
import { platformGauges } from '../prometheus/platform-gauges.ts';
import { usageCounters } from '../prometheus/usage-counters.ts';
import { defineRoute, type Route } from '../route.ts';

/** However many ask, heartbeats and queues are looked at, and the database is asked, so often at most. */
const KEPT_MS = 5000;

/** What Prometheus scrapes, where it looks for it by itself: at `/metrics`. */
export function prometheusRoutes(ports: ApiPorts): Route[] {
  const type = TEXT_TYPE;
  const read = metricsFor(ports);
  return [
    defineRoute({
      method: 'GET',
      prefix: '',
      path: '/metrics',
      id: 'getMetrics',
      summary:
        "For Prometheus: without a token how the platform is, with an administrator's also what every app used, with an account's what its own apps used",
      access: optionalScope('metrics:read'),
      answers: { 200: { description: "Prometheus' text format", type } },
      handle: async ({ caller }) => ({ status: 200, type, text: await read(caller) }),
    }),
  ];
}

async function joined(...texts: Promise<string>[]): Promise<string> {
  return (await Promise.all(texts)).join('\n');
}

function metricsFor(ports: ApiPorts): (caller: Caller) => Promise<string> {
  const { store, clock } = ports;
  const own = async (audience: Audience): Promise<string> => ports.processMetrics?.(audience) ?? '';
  const platform = keptFor(KEPT_MS, clock, () => platformGauges(ports));
  const totals = keptFor(KEPT_MS, clock, () => store.usage.totals());
  const all = keptFor(KEPT_MS, clock, async () => usageCounters(await totals()));
  return async (caller) => {
    if (ofPlatform(caller, 'metrics:read')) return joined(own('administrator'), platform(), all());
    const { account } = caller;
    if (account === null) return joined(own('anybody'), platform());
    const used = totals().then((every) => usageCounters(every.filter((one) => one.account === account)));
    return joined(own({ account }), used);
  };
}
