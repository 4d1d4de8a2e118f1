/** One series of a page, with its value. */
export interface Series {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

interface Family {
  readonly name: string;
  readonly type: string;
  readonly series: Series[];
}

const LABEL = /^([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\\n]|\\["\\n])*)"(?:,|$)/;
const SAMPLE = /^([a-zA-Z_:][a-zA-Z0-9_:]*)(?:\{(.*)\})? (\S+)$/;
const NUMBER = /^(?:[+-]?\d+(?:\.\d+)?(?:e[+-]?\d+)?|[+-]Inf|NaN)$/;

/**
 * Reads Prometheus' text format 0.0.4 and throws at what it, or a careful operator, would not take: a family told of twice
 * or without type, series under another name, twice the same series, counters that do not end in `_total`, histograms
 * whose buckets do not add up.
 */
export function parsePrometheusText(text: string): Series[] {
  if (!text.endsWith('\n')) throw new Error('the last line has no end');
  const families: Family[] = [];
  let helped: string | null = null;
  for (const line of text.split('\n').filter((one) => one !== '')) {
    const [, kind, name = '', rest = ''] = /^# (HELP|TYPE) (\S+)(?: (.*))?$/.exec(line) ?? [];
    if (kind === 'HELP') helped = name;
    else if (kind === 'TYPE') families.push(openFamily(families, { name, type: rest, helped }));
    else addSample(families.at(-1) ?? null, line);
  }
  for (const family of families) check(family);
  return families.flatMap(({ series }) => series);
}

function openFamily(
  known: readonly Family[],
  { name, type, helped }: { name: string; type: string; helped: string | null },
): Family {
  if (helped !== name) throw new Error(`${name} has a type without a help before it`);
  if (known.some((family) => family.name === name)) throw new Error(`${name} is told of twice`);
  return { name, type, series: [] };
}

/** The sum of the series of a name that have these labels. */
export function sumOf(
  series: readonly Series[],
  name: string,
  labels: Readonly<Record<string, string>> = {},
): number {
  const wanted = Object.entries(labels);
  return series
    .filter((one) => one.name === name && wanted.every(([label, value]) => one.labels[label] === value))
    .reduce((sum, { value }) => sum + value, 0);
}

function addSample(family: Family | null, line: string): void {
  const [, name = '', labels = '', value = ''] = SAMPLE.exec(line) ?? [];
  if (!NUMBER.test(value)) throw new Error(`no sample: ${line}`);
  if (family === null) throw new Error(`a sample without a type: ${line}`);
  const suffixes = family.type === 'histogram' ? ['_bucket', '_sum', '_count'] : [''];
  const isSummary = family.type === 'summary';
  if (!isSummary && !suffixes.some((suffix) => name === family.name + suffix))
    throw new Error(`${name} stands under ${family.name}`);
  family.series.push({ name, labels: readLabels(labels), value: Number(value.replace('Inf', 'Infinity')) });
}

function readLabels(text: string): Record<string, string> {
  const labels: Record<string, string> = {};
  let rest = text;
  while (rest !== '') {
    const [whole = '', name = '', value = ''] = LABEL.exec(rest) ?? [];
    if (whole === '') throw new Error(`no labels: ${text}`);
    if (Object.hasOwn(labels, name)) throw new Error(`a label twice: ${text}`);
    labels[name] = value;
    rest = rest.slice(whole.length);
  }
  return labels;
}

function check({ name, type, series }: Family): void {
  const keys = series.map(
    (one) => `${one.name}${JSON.stringify(one.labels, Object.keys(one.labels).toSorted(byText))}`,
  );
  if (new Set(keys).size < keys.length) throw new Error(`${name} has a series twice`);
  if (type === 'counter' && !name.endsWith('_total')) throw new Error(`the counter ${name} needs _total`);
  if (type !== 'counter' && name.endsWith('_total'))
    throw new Error(`${name} is a ${type} and ends in _total`);
  if (type === 'counter' && series.some(({ value }) => !(value >= 0))) throw new Error(`${name} is negative`);
  if (type === 'histogram') for (const one of Map.groupBy(series, withoutEnd).values()) checkHistogram(one);
}

function byText(a: string, b: string): number {
  return a.localeCompare(b);
}

function withoutEnd(series: Series): string {
  const { le: _, ...labels } = series.labels;
  return JSON.stringify(labels);
}

function checkHistogram(series: readonly Series[]): void {
  const buckets = series.filter(({ name }) => name.endsWith('_bucket'));
  const count = series.find(({ name }) => name.endsWith('_count'));
  const name = count?.name ?? series[0]?.name;
  if (buckets.at(-1)?.labels['le'] !== '+Inf') throw new Error(`${name} has no bucket without an end`);
  if (buckets.at(-1)?.value !== count?.value) throw new Error(`${name} is not what its buckets add up to`);
  if (!series.some((one) => one.name.endsWith('_sum'))) throw new Error(`${name} has no sum`);
  buckets.forEach(({ value }, index) => {
    if (value < (buckets[index - 1]?.value ?? 0)) throw new Error(`the buckets of ${name} do not grow`);
  });
}
