import type { Duration, Json } from '@vumi/sdk';
import type { CheckName, HttpFixtures, OpenQuestion } from './api.ts';

/** How a subscriber is on the phone (spec authoring §6.4). */
export type PersonaName =
  /** Reads, thinks, answers. */
  | 'patient'
  /** Answers when the network has given the session up; by SMS hours later. */
  | 'slow'
  /** Wrong keys before the right ones. */
  | 'fatThumb'
  /** Leaves at a question, for good. */
  | 'drops'
  /** Hangs up in the middle and dials again at once; by SMS begins again. */
  | 'redials'
  /** Writes STOP in the middle. */
  | 'stops'
  /** Has a name with emoji, or in Amharic letters. */
  | 'scripts'
  /** Is one person with two phones, and goes on with the other one. */
  | 'twoPhones'
  /** Of whom every message comes twice. */
  | 'twice';

/** What is seen of a question by whoever gives its answer. */
export interface QuestionSeen {
  /** What the phone shows. */
  readonly text: string;
  /** Where the conversation waits; null where it is not known, as on a platform that runs. */
  readonly at: OpenQuestion | null;
  /** Of the phone, from 0 on. */
  readonly phone: number;
  /** How often this phone has answered it before. */
  readonly times: number;
}

/** An answer, some to choose from, or what makes one. */
export type Answer = string | readonly string[] | ((seen: QuestionSeen) => string);

/** What a run of the wall is refused for: nothing else, and of `errors` none, where they are not given. */
export interface Thresholds {
  /** Talks that did not end, and were to: a number, or a share such as `5%`. */
  readonly unfinished?: number | `${number}%`;
  /** Errors of the app, each as often as it came. Default: 0. */
  readonly errors?: number;
  /** SMS for a talk, on average. */
  readonly segmentsPerTalk?: number;
  /** The worst share of those who left at a question: `30%`. */
  readonly dropOff?: `${number}%`;
  /** Of the machine that it runs on, in milliseconds of CPU for a message: p95. Local only. */
  readonly cpuP95Ms?: number;
  /** With `--to`, in milliseconds from a message to its answer: p95. */
  readonly latencyP95Ms?: number;
}

/** What is paid. */
export interface Price {
  /** For an SMS that the app sends. */
  readonly segment?: number;
  /** For a session of USSD. */
  readonly session?: number;
}

/** Subscribers and an app (spec authoring §6.4). */
export interface Scenario {
  /** The app's folder, from that of the scenario. */
  readonly app: string;
  /** Of the phones: `sms` (default) or `ussd`. */
  readonly transport?: string;
  /** What they write to or dial. */
  readonly code?: string;
  /** The first word by SMS. Default: `hi`. */
  readonly begin?: string;
  /** How many of each persona, or of how many each; `--phones` makes more or fewer of the same mixture. */
  readonly phones?: number | Readonly<Partial<Record<PersonaName, number>>>;
  /** At which question `drops` and `stops` do it, from 1 on. Default: one of the first three. */
  readonly leavesAt?: number;
  /** By the `id` of a question, as `screen/id`, or by a part of the text that is shown. */
  readonly answers?: Readonly<Record<string, Answer>>;
  /** Of the subscribers, in turn; local only. Default: those of the app. */
  readonly languages?: readonly string[];
  /** Messages of a talk at most: 40. */
  readonly turns?: number;
  /** Time that goes on behind the last talk, for reminders; local only. */
  readonly after?: Duration;
  /** Local only, as for `openWorld`. */
  readonly config?: Readonly<Record<string, Json>>;
  readonly secrets?: Readonly<Record<string, string>>;
  readonly checks?: Readonly<Partial<Record<CheckName, boolean>>>;
  readonly maxSegments?: number;
  /** When it begins. Default: 2026-01-01T08:00:00Z. */
  readonly at?: string | number;
  /** Answers the app's HTTP calls; local only. */
  readonly http?: (http: HttpFixtures) => void;
  /** How the last text of a talk reads, on a platform that does not tell; by SMS. */
  readonly last?: RegExp;
  /** What the app and its transport of USSD are called on a platform that runs. Default: as its folder, and `ussd`. */
  readonly platform?: { readonly app?: string; readonly transport?: string };
  readonly price?: Price;
  readonly thresholds?: Thresholds;
}

/** How `defineScenario` is called. */
export type DefineScenario = (scenario: Scenario) => Scenario;

export type Ending =
  /** The app ended the talk. */
  | 'finished'
  /** As the persona does. */
  | 'dropped'
  | 'stopped'
  /** Nobody meant it to be so. */
  | 'unfinished';

/** How the talks of one persona ended. */
export type PersonaCount = Readonly<Record<Ending, number>> & {
  readonly persona: PersonaName;
  readonly phones: number;
};

/** What became of a question. */
export interface FunnelStep {
  /** Empty where it is not known. */
  readonly screen: string;
  /** The question, or its text where nothing more is known. */
  readonly question: string;
  readonly shown: number;
  readonly answered: number;
  /** Shown, and neither answered nor gone back from. */
  readonly dropped: number;
}

/** A talk that was to end and did not. */
export interface UnfinishedTalk {
  readonly phone: string;
  readonly persona: PersonaName;
  readonly at: OpenQuestion | null;
  readonly reason: string;
  /** One line for each text: `> ` said, `< ` shown. */
  readonly transcript: string;
}

/** What is wrong with the app, by its place. */
export interface WallError {
  readonly check: string;
  /** In the author's file, such as `workers/worker.js:18:31`; of what has none, of the question that was asked last. */
  readonly place: string | null;
  readonly text: string;
  readonly times: number;
  /** The first phone that met it, and what it had typed by then. */
  readonly phone: string;
  readonly persona: PersonaName | null;
  readonly transcript: string;
}

export interface Percentiles {
  readonly p50: number;
  readonly p95: number;
}

/** What a run of the wall has found: the JSON of `vumi wall --json`. */
export interface WallReport {
  readonly seed: number;
  readonly phones: number;
  /** `local`, or the address of the platform. */
  readonly where: string;
  readonly talks: number;
  readonly messages: number;
  readonly personas: readonly PersonaCount[];
  readonly funnel: readonly FunnelStep[];
  readonly unfinished: readonly UnfinishedTalk[];
  readonly errors: readonly WallError[];
  readonly sent: {
    /** SMS, as they are billed. */
    readonly segments: number;
    readonly segmentsPerTalk: number;
    /** Of USSD. */
    readonly sessions: number;
    /** Null where no price was given. */
    readonly cost: number | null;
  };
  /** Of the machine and the moment: all else is the same for the same seed, locally. */
  readonly measured: {
    /** Of an answer, in milliseconds: `cpu` of the sandbox locally, `latency` with `--to`. */
    readonly replies: Percentiles & { readonly of: 'cpu' | 'latency' };
    /** Of all messages, in milliseconds; null with `--to`. */
    readonly cpuMs: number | null;
    readonly seconds: number;
    readonly messagesPerSecond: number;
  };
  readonly thresholds: readonly {
    readonly name: keyof Thresholds;
    readonly limit: string;
    readonly value: string;
    readonly kept: boolean;
  }[];
}
