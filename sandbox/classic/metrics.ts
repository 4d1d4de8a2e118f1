import { METRIC_AGGREGATORS, type MetricAggregator } from '@vumi/records';
import { callResource } from '../resources/registry.ts';
import type { TurnScope } from '../resources/turn-scope.ts';
import { inPython, refuse, succeed, type Command, type Reply } from './replies.ts';

const NAME = /^[a-zA-Z][a-zA-Z0-9._-]{0,100}$/;

function nameFault(name: unknown, kind: 'store' | 'metric'): string | null {
  if (name === undefined || name === null) return `Missing ${kind} name.`;
  if (typeof name !== 'string') return `Invalid type for ${kind} name: ${inPython(name)}`;
  return NAME.test(name) ? null : `Invalid ${kind} name: ${inPython(name)}.`;
}

/** What Python makes a float of; NaN when it would not. */
function toFloat(value: unknown): number {
  if (typeof value === 'string' && value.trim() === '') return Number.NaN;
  if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean')
    return Number(value);
  return Number.NaN;
}

function aggregatorFault(agg: unknown): string | null {
  if (typeof agg !== 'string') return `Invalid metric aggregator ${inPython(agg)}`;
  return METRIC_AGGREGATORS.includes(agg as MetricAggregator)
    ? null
    : `Invalid metric aggregator ${inPython(agg)}.`;
}

/** `metrics.fire`. NaN and Infinity have arrived as null (spec sandbox-api §9). */
export async function fireMetric(turn: TurnScope, command: Command): Promise<Reply> {
  const { store = 'default', metric, value, agg } = command;
  const number = toFloat(value);
  const fault =
    nameFault(store, 'store') ??
    nameFault(metric, 'metric') ??
    (Number.isFinite(number) ? null : `Invalid metric value ${inPython(value)}.`) ??
    aggregatorFault(agg);
  if (fault !== null) return refuse(fault);
  await callResource('metrics.fire', { store, metric, aggregator: agg, value: number }, turn);
  return succeed();
}
