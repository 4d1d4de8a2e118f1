import { collectDefaultMetrics, Registry } from 'prom-client';
import { allMeasures } from './all-measures.ts';
import type { Measure, Sample } from './definition.ts';
import { toText } from './text-format.ts';

/** Whose figures somebody may see: of the platform without names of accounts, of one account, or all. */
export type Audience = 'anybody' | 'administrator' | { readonly account: string };

/** Names of connectors that tell who a customer is begin with it. */
const CUSTOMERS = 'smpp.';

/** Gauges of the library that are called counters; each is the sum of one without `_total`. */
const MISNAMED = ['resources', 'handles', 'requests'].map((what) => `nodejs_active_${what}_total`);

let ofNode: Registry | null = null;

/** Memory, CPU and event loop, measured from the first call on. */
export function watchNode(): Registry {
  if (ofNode !== null) return ofNode;
  ofNode = new Registry();
  collectDefaultMetrics({ register: ofNode });
  for (const name of MISNAMED) ofNode.removeSingleMetric(name);
  return ofNode;
}

/** What this process measures of itself, in Prometheus' text format; `more` beside the measures of its boxes. */
export async function processPage(audience: Audience, more: readonly Measure[]): Promise<string> {
  const own = toText([...allMeasures, ...more], (sample) => mayShow(sample, audience));
  return typeof audience === 'object' ? own : own + (await nodeText());
}

/** Of an event loop that was not looked at since the last scrape the library says a number that is none. */
async function nodeText(): Promise<string> {
  return (await watchNode().metrics()).replaceAll(/^.* Nan\n/gm, '');
}

function mayShow({ labels }: Sample, audience: Audience): boolean {
  if (audience === 'administrator') return true;
  const account = labels.find(([name]) => name === 'account')?.[1];
  if (audience !== 'anybody') return account === audience.account;
  return account === undefined && !labels.some(isCustomers);
}

function isCustomers([name, value]: Sample['labels'][number]): boolean {
  return (name === 'queue' || name === 'connector') && value.startsWith(CUSTOMERS);
}
