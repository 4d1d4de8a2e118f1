import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { allMeasures, MEASURES } from './all-measures.ts';
import { mostOf, type Measure } from './definition.ts';

const DOCUMENT = fileURLToPath(new URL('../../docs/measures.md', import.meta.url));
const INTRODUCTION = `# Measures

Every process of the platform measures itself and shows it in Prometheus' text format: at \`/metrics\` of its probe, or of the
API in a process that serves that. Where the probe of a process is, what else it tells and to whom is in
[operations.md](operations.md). Counters begin at 0 with their process; add them up over processes.

The number of time series is bounded: of each measure so many combinations of labels are kept apart, and later ones are
counted under \`other\`. A combination is there once something was counted under it.

Beside these there are \`process_…\` and \`nodejs_…\` (memory, CPU, event loop), what the API tells of the whole platform
(\`vumi_ready\`, \`vumi_workers\`, \`vumi_queue_messages\`, \`vumi_transport_status\`, \`vumi_transport_…\` of what transports
measure of themselves, \`vumi_sandbox_…\` of runners, \`vumi_app_…\` and \`vumi_account_…\` since ever), and what the supervisor
of a process tells of its workers: \`vumi_supervisor_worker_up\`, \`vumi_supervisor_worker_restarts_total\` and, for each figure
of a worker, \`vumi_supervisor_worker_<figure>\`.

<!-- Made of platform/measures/boxes by reference.test.ts: run that with -u after a change. -->
`;

function entry({ kind, definition }: Measure): string {
  const { name, help, labels } = definition;
  const told = labels.map((label) => `\`${label}\``).join(', ');
  const bound = labels.length === 0 ? '' : ` by ${told}; at most ${mostOf(definition)} combinations`;
  return `\n### \`${name}\`\n\n${help}.\n\n- ${kind}${bound}\n`;
}

function section([box, measures]: readonly [string, Readonly<Record<string, Measure>>]): string {
  return `\n## ${box}\n${Object.values(measures).map(entry).join('')}`;
}

describe('the reference of measures', () => {
  test('docs/measures.md has each of them, as its definition tells of it', async () => {
    const text = INTRODUCTION + Object.entries(MEASURES).map(section).join('');
    await expect(text).toMatchFileSnapshot(DOCUMENT);
  });

  test('no name means two of them', () => {
    const names = allMeasures.map(({ definition }) => definition.name);
    expect(new Set(names).size).toBe(names.length);
  });

  test.each(allMeasures.map((measure) => [measure.definition.name, measure] as const))(
    '%s is named as Prometheus asks',
    (name, { kind, definition }) => {
      expect(name).toMatch(/^vumi_[a-z]+(_[a-z]+)+$/);
      expect(name.endsWith('_total')).toBe(kind === 'counter');
      if (kind === 'histogram') expect(name).toMatch(/_(seconds|bytes|rows)$/);
      for (const label of definition.labels) expect(label).toMatch(/^[a-z]+$/);
    },
  );
});
