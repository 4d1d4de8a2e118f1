import { shortTime, table } from '../output.ts';

/** How the components of the platform are (docs/blinkenlights.md). */
export interface ComponentsStatus {
  readonly level: string;
  readonly counts: Readonly<Record<string, number>>;
  readonly monitored_at: string | null;
}

export interface Issue {
  readonly component: string;
  readonly start_time: string;
  readonly procs_count: number;
  readonly min_procs: number;
  readonly message: string;
}

export interface ComponentRow {
  readonly name: string;
  readonly kind: string;
  readonly worst: string;
  readonly worst_of: string;
  readonly since: string;
  readonly message: string;
}

/** How many are how; the processes and connectors that are not well, each as the worst that belongs to it; open issues. */
export function componentsText(
  { counts, monitored_at }: ComponentsStatus,
  rows: readonly ComponentRow[],
  issues: readonly Issue[],
): string {
  const byName = new Map(rows.map((row) => [row.name, row]));
  const told = Object.entries(counts).filter(([, count]) => count > 0);
  const how = told.map(([level, count]) => `${count} ${level}`).join(', ') || 'none is known yet';
  const silent = monitored_at === null ? '; nobody listens to heartbeats' : '';
  const unwell = rows.filter(({ kind, worst }) => kind !== 'part' && worst !== 'ok');
  return [
    `Components ${how}${silent}\n`,
    ...(unwell.length === 0
      ? []
      : [
          table(
            ['COMPONENT', 'WHAT', 'WORST', 'SINCE', 'SAYS'],
            unwell.map((row) => rowOf(row, byName)),
          ),
        ]),
    ...(issues.length === 0 ? [] : [table(['ISSUE', 'SINCE', 'PROCESSES', 'SAYS'], issues.map(issueRow))]),
  ].join('');
}

function rowOf(row: ComponentRow, byName: ReadonlyMap<string, ComponentRow>): string[] {
  const { name, worst_of, since, message } = byName.get(row.worst_of) ?? row;
  return [
    row.name,
    row.kind,
    row.worst,
    shortTime(since),
    name === row.name ? message : `${worst_of}: ${message}`,
  ];
}

function issueRow({ component, start_time, procs_count, min_procs, message }: Issue): string[] {
  return [component, shortTime(start_time), `${procs_count} of ${min_procs}`, message];
}
