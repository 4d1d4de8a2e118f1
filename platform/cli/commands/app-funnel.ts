import type { TalkCount } from '@vumi/core/talks';
import type { Command } from 'commander';
import { path } from '../client.ts';
import { withExample } from '../examples.ts';
import { table } from '../output.ts';
import { openSession } from '../session.ts';

type Counts = Readonly<Partial<Record<TalkCount, number>>>;

interface Row {
  readonly version: number;
  readonly screen: string;
  readonly question: string;
  readonly counts: Counts;
  readonly worse_than?: number;
}

interface Sent {
  readonly version: number;
  readonly segments: number;
  readonly conversations: number;
  readonly messages: number;
  readonly more_than?: number;
}

interface Funnel {
  readonly items: readonly Row[];
  readonly sent: readonly Sent[];
}

/** Versions that have room side by side. */
const MOST_VERSIONS = 3;
/** What else can become of a question, as it is written. */
const FATES = [
  'refused',
  'helped',
  'back',
  'hung_up',
  'timed_out',
  'gave_up',
  'stopped',
  'diverged',
] as const;

export function addFunnelCommand(app: Command): void {
  const funnel = app
    .command('funnel')
    .argument('<name>')
    .description('at which questions users leave the conversations of an app, versions side by side')
    .option('--from <time>', 'not before, ISO 8601 (default: 31 days before --to)')
    .option('--to <time>', 'before, ISO 8601 (default: now)');
  withExample(funnel, 'npx vumi app funnel clinic', 'npx vumi app funnel clinic --from 2026-11-24').action(
    async (name: string, options: { from?: string; to?: string }, command: Command) => {
      const session = openSession(command);
      const address = path`/accounts/${await session.account()}/apps/${name}/funnel`;
      const found = await session.client.call<Funnel>('GET', address, { query: { ...options } });
      session.show(found, () => funnelText(found, name));
    },
  );
}

function funnelText({ items, sent }: Funnel, name: string): string {
  if (items.length === 0 && sent.length === 0)
    return `Nobody was in a conversation with ${name} in that time.\n`;
  const all = [...items, ...sent].map(({ version }) => version).toSorted((a, b) => b - a);
  const versions = [...new Set(all)].slice(0, MOST_VERSIONS);
  const shown = items.filter(({ version }) => versions.includes(version));
  const places = [
    ...Map.groupBy(shown, ({ screen, question }) => JSON.stringify([screen, question])).values(),
  ];
  const ofQuestions = places.filter(([row]) => row?.question !== '').toSorted((a, b) => most(b) - most(a));
  const ofScreens = places.filter(([row]) => row?.question === '');
  const ofVersions = sent.filter(({ version }) => versions.includes(version));
  return [
    questionTable(ofQuestions, versions),
    screenTable(ofScreens, versions),
    sentTable(ofVersions, versions),
    worseLines(shown),
    moreLines(ofVersions),
  ].join('');
}

/** By the conversation; where there are none, by the message. */
function sentTable(sent: readonly Sent[], versions: readonly number[]): string {
  if (sent.length === 0) return '';
  const byTalk = hasTalks(sent);
  const ofVersion = (cell: (row: Sent) => string | number) =>
    versions.map((version) => {
      const row = sent.find((one) => one.version === version);
      return row === undefined ? '' : cell(row);
    });
  const count = (row: Sent): number => (byTalk ? row.conversations : row.messages);
  return table(
    ['SENT', ...versions.map((version) => `V${version}`)],
    [
      ['segments', ...ofVersion(({ segments }) => segments)],
      [byTalk ? 'conversations' : 'messages', ...ofVersion(count)],
      [
        byTalk ? 'segments of one' : 'segments for one',
        ...ofVersion((row) => (count(row) === 0 ? '' : Math.round((100 * row.segments) / count(row)) / 100)),
      ],
    ],
  );
}

function hasTalks(sent: readonly Sent[]): boolean {
  return sent.every(({ conversations }) => conversations > 0);
}

function moreLines(sent: readonly Sent[]): string {
  return sent
    .flatMap(({ version, more_than: other }) =>
      other === undefined
        ? []
        : [
            `A ${hasTalks(sent) ? 'conversation' : 'message'} takes more segments with version ${version} than with version ${other}, for sure.\n`,
          ],
    )
    .join('');
}

function worseLines(rows: readonly Row[]): string {
  return rows
    .flatMap(({ version, screen, question, worse_than: other }) =>
      other === undefined
        ? []
        : [
            `At ${screen}, ${question}, version ${version} loses more users than version ${other}, for sure.\n`,
          ],
    )
    .join('');
}

function most(rows: readonly Row[]): number {
  return Math.max(...rows.map(({ counts }) => counts.shown ?? 0));
}

function questionTable(places: readonly (readonly Row[])[], versions: readonly number[]): string {
  if (places.length === 0) return '';
  return table(
    [
      'SCREEN',
      'QUESTION',
      ...versions.flatMap((version) => [`V${version} ASKED`, 'ANSWERED', 'LEFT', 'ELSE']),
    ],
    places.map((rows) => [
      rows[0]?.screen,
      rows[0]?.question,
      ...versions.flatMap((version) => cellsOf(rows.find((row) => row.version === version)?.counts)),
    ]),
  );
}

function cellsOf(counts: Counts | undefined): (string | number)[] {
  if (counts === undefined) return ['', '', '', ''];
  const { shown = 0, answered = 0, back = 0 } = counts;
  const left = shown === 0 ? '' : `${Math.round((100 * Math.max(0, shown - answered - back)) / shown)} %`;
  return [shown, answered, left, wordsOf(counts, FATES)];
}

function wordsOf(counts: Counts, which: readonly TalkCount[]): string {
  return which.flatMap((what) => (counts[what] === undefined ? [] : [`${counts[what]} ${what}`])).join(' ');
}

function screenTable(places: readonly (readonly Row[])[], versions: readonly number[]): string {
  if (places.length === 0) return '';
  return table(
    ['SCREEN', ...versions.map((version) => `V${version}`)],
    places.map((rows) => [
      rows[0]?.screen === '' ? '(any)' : rows[0]?.screen,
      ...versions.map((version) => {
        const row = rows.find((one) => one.version === version);
        return row === undefined ? '' : wordsOf(row.counts, ['began', 'ended', 'failed', 'shown']);
      }),
    ]),
  );
}
