import type { TalkCount } from '@vumi/core/talks';
import type {
  Ending,
  FunnelStep,
  Percentiles,
  PersonaCount,
  Scenario,
  Thresholds,
  UnfinishedTalk,
  WallError,
  WallReport,
} from '../scenario.ts';
import { PERSONA_NAMES } from './personas.ts';
import type { Subscriber } from './subscriber.ts';

/** What was counted of one question. */
export interface Counted {
  readonly screen: string;
  readonly question: string;
  readonly counts: Readonly<Partial<Record<TalkCount, number>>>;
}

/** All that a report is made of. */
export interface Played {
  readonly scenario: Scenario;
  readonly seed: number;
  readonly where: string;
  readonly subscribers: readonly Subscriber[];
  readonly counted: readonly Counted[];
  readonly errors: readonly WallError[];
  readonly segments: number;
  /** Milliseconds of each answer. */
  readonly replies: readonly number[];
  readonly cpuMs: number | null;
  readonly seconds: number;
}

export function reportOf(played: Played): WallReport {
  const { scenario, seed, where, subscribers, segments, cpuMs, seconds } = played;
  const messages = sum(subscribers.map((one) => one.messages));
  const sessions = sum(subscribers.map((one) => one.sessions));
  const talks = subscribers.filter((one) => one.messages > 0).length;
  const { price } = scenario;
  const report = {
    seed,
    phones: subscribers.length,
    where,
    talks,
    messages,
    personas: personaCounts(subscribers),
    funnel: funnelOf(played.counted, subscribers),
    unfinished: unfinishedOf(subscribers),
    errors: played.errors,
    sent: {
      segments,
      segmentsPerTalk: rounded(talks === 0 ? 0 : segments / talks),
      sessions,
      cost:
        price === undefined
          ? null
          : rounded(segments * (price.segment ?? 0) + sessions * (price.session ?? 0)),
    },
    measured: {
      replies: {
        of: cpuMs === null ? ('latency' as const) : ('cpu' as const),
        ...percentiles(played.replies),
      },
      cpuMs: cpuMs === null ? null : rounded(cpuMs),
      seconds: rounded(seconds),
      messagesPerSecond: rounded(seconds === 0 ? 0 : messages / seconds),
    },
  };
  return { ...report, thresholds: thresholdsOf(scenario.thresholds ?? {}, report) };
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((all, one) => all + one, 0);
}

function rounded(number: number): number {
  return Math.round(number * 1000) / 1000;
}

function percentiles(numbers: readonly number[]): Percentiles {
  const sorted = numbers.toSorted((one, other) => one - other);
  const at = (share: number): number => sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? 0;
  return { p50: rounded(at(0.5)), p95: rounded(at(0.95)) };
}

function personaCounts(subscribers: readonly Subscriber[]): PersonaCount[] {
  return PERSONA_NAMES.flatMap((persona) => {
    const mine = subscribers.filter((one) => one.persona === persona);
    const ended = (ending: Ending): number => mine.filter(({ end }) => end?.ending === ending).length;
    return mine.length === 0
      ? []
      : [
          {
            persona,
            phones: mine.length,
            finished: ended('finished'),
            dropped: ended('dropped'),
            stopped: ended('stopped'),
            unfinished: ended('unfinished'),
          },
        ];
  });
}

function unfinishedOf(subscribers: readonly Subscriber[]): UnfinishedTalk[] {
  return subscribers.flatMap(({ end, address, persona, transcript }) =>
    end?.ending === 'unfinished'
      ? [{ phone: address, persona, at: end.at, reason: end.reason, transcript }]
      : [],
  );
}

/** By question, the one that most came to first; by texts where nobody counts questions. */
function funnelOf(counted: readonly Counted[], subscribers: readonly Subscriber[]): FunnelStep[] {
  const steps = counted.length > 0 ? counted.map(stepOf) : byTexts(subscribers);
  return steps.filter(({ shown }) => shown > 0).toSorted((one, other) => other.shown - one.shown);
}

function stepOf({ screen, question, counts }: Counted): FunnelStep {
  const { shown = 0, answered = 0, back = 0 } = counts;
  return { screen, question, shown, answered, dropped: Math.max(0, shown - answered - back) };
}

const SHOWN = '< ';
const SAID = '> ';
/** Of a text that stands for a question. */
const LONGEST = 60;

/** What was shown and whether something was said to it; words of his own are left out, so that a text is one for all. */
function byTexts(subscribers: readonly Subscriber[]): FunnelStep[] {
  const steps = new Map<string, FunnelStep>();
  for (const { lines } of subscribers) {
    const said: string[] = [];
    for (const [index, line] of lines.entries()) {
      if (line.startsWith(SAID)) said.push(line.slice(SAID.length));
      if (!line.startsWith(SHOWN)) continue;
      const question = plainText(line.slice(SHOWN.length), said);
      const known = steps.get(question) ?? { screen: '', question, shown: 0, answered: 0, dropped: 0 };
      const isAnswered = lines[index + 1]?.startsWith(SAID) === true;
      const answered = known.answered + (isAnswered ? 1 : 0);
      const shown = known.shown + 1;
      steps.set(question, { ...known, shown, answered, dropped: shown - answered });
    }
  }
  return [...steps.values()];
}

function plainText(text: string, said: readonly string[]): string {
  const [line = ''] = text.split('\n');
  const words = said.filter((one) => one.length > 1).toSorted((one, other) => other.length - one.length);
  return words.reduce((plain, word) => plain.replaceAll(word, '…'), line).slice(0, LONGEST);
}

type Limit = (report: Omit<WallReport, 'thresholds'>) => { readonly value: number; readonly of?: number };

/** What each threshold is compared with; `of` makes a share of it. */
const VALUES: Readonly<Record<keyof Thresholds, Limit>> = {
  unfinished: ({ unfinished, talks }) => ({ value: unfinished.length, of: talks }),
  errors: ({ errors }) => ({ value: sum(errors.map(({ times }) => times)) }),
  segmentsPerTalk: ({ sent }) => ({ value: sent.segmentsPerTalk }),
  dropOff: ({ funnel }) => {
    const worst = funnel.toSorted((one, other) => other.dropped / other.shown - one.dropped / one.shown)[0];
    return { value: worst?.dropped ?? 0, of: worst?.shown ?? 1 };
  },
  cpuP95Ms: ({ measured }) => ({ value: measured.replies.of === 'cpu' ? measured.replies.p95 : 0 }),
  latencyP95Ms: ({ measured }) => ({ value: measured.replies.of === 'latency' ? measured.replies.p95 : 0 }),
};

export const THRESHOLD_NAMES = Object.keys(VALUES) as readonly (keyof Thresholds)[];

function thresholdsOf(given: Thresholds, report: Omit<WallReport, 'thresholds'>): WallReport['thresholds'] {
  const limits: Thresholds = { errors: 0, ...given };
  return THRESHOLD_NAMES.flatMap((name) => {
    const limit = limits[name];
    if (limit === undefined) return [];
    const { value, of = 1 } = VALUES[name](report);
    if (typeof limit === 'number')
      return [{ name, limit: String(limit), value: String(value), kept: value <= limit }];
    const percent = of === 0 ? 0 : (100 * value) / of;
    const kept = percent <= Number.parseFloat(limit);
    return [{ name, limit, value: `${Math.round(percent * 10) / 10}%`, kept }];
  });
}
