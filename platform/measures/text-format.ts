import type { Measure, Sample } from './definition.ts';

/** Prometheus' text exposition format, version 0.0.4. */
export const TEXT_TYPE = 'text/plain; version=0.0.4; charset=utf-8';

/** The lines of measures that have a value. */
export function toText(measures: Iterable<Measure>, shows: (sample: Sample) => boolean = () => true): string {
  return [...measures].map((measure) => textOf(measure, shows)).join('');
}

function textOf(measure: Measure, shows: (sample: Sample) => boolean): string {
  const { name, help } = measure.definition;
  const lines = [...measure.samples()]
    .filter(shows)
    .map(({ suffix, labels, value }) => `${name}${suffix}${labelText(labels)} ${numberText(value)}\n`);
  if (lines.length === 0) return '';
  return `# HELP ${name} ${escapeHelp(help)}\n# TYPE ${name} ${measure.kind}\n${lines.join('')}`;
}

function labelText(labels: Sample['labels']): string {
  if (labels.length === 0) return '';
  return `{${labels.map(([name, value]) => `${name}="${escapeValue(value)}"`).join(',')}}`;
}

function escapeHelp(text: string): string {
  return text.replaceAll('\\', '\\\\').replaceAll('\n', '\\n');
}

function escapeValue(text: string): string {
  return escapeHelp(text).replaceAll('"', '\\"');
}

function numberText(value: number): string {
  if (Number.isNaN(value)) return 'NaN';
  if (Number.isFinite(value)) return String(value);
  return value > 0 ? '+Inf' : '-Inf';
}
