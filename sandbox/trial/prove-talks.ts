import { deriveId, scheduleMessage, VumiError, type AppRef, type FiredSchedule } from '@vumi/core';
import { TALK_KEY } from '@vumi/core/talks';
import { unpackTalk } from '@vumi/sdk/talks';
import { MemoryState } from '@vumi/state/memory';
import { prepareApp, type AppSettings, type LoadedApp, type VersionCode } from '../apps/app.ts';
import { talkKeyOf } from '../apps/talks.ts';
import type { FailureReason } from '../frames.ts';
import type { HttpGateway } from '../http/gateway.ts';
import { CLASSIC_LIMITS, DEFAULT_LIMITS } from '../limits.ts';
import type { KeptTalk } from '../open-talks.ts';
import { TurnEffects } from '../resources/turn-scope.ts';
import { answerCall } from '../turns/calls.ts';
import type { TurnOrigin } from '../turns/effects-commit.ts';
import { turnStart } from '../turns/turn-start.ts';
import { NO_RECORDS } from './empty-account.ts';
import { Trial } from './trial.ts';

/** Conversations that are tried. */
export const MOST_PROVEN = 2000;
/** Microseconds of the app's processor time: what is not tried by then is not proven. */
const MOST_CPU_US = 3_000_000;
/** For each: nothing outside is waited for. */
const WALL_MS = 5000;
const MOST_REASONS = 20;
const REASON_LENGTH = 300;

/** Ends that tell of the machine and not of the app. */
const OF_THE_MACHINE: ReadonlySet<FailureReason> = new Set(['overload', 'wall', 'runner']);

/** Nothing is asked of the network before the open question: its answers are remembered. */
const NO_NETWORK: HttpGateway = {
  request: () => Promise.reject(new VumiError('request.invalid', 'http: there is no network in a trial')),
};

/** Where conversations do not fit, and why the first of them does not. */
interface Misfit {
  readonly screen: string;
  readonly question: string;
  readonly count: number;
  readonly reason: string;
}

/** Which open conversations could go on with another version. */
export interface TalksProof {
  /** Open on other versions than this. */
  readonly open: number;
  readonly fit: number;
  /** Most first. */
  readonly misfits: readonly Misfit[];
  /** Not tried: there are too many, or it would have taken too long. */
  readonly unproven: number;
}

export interface ProofSubject {
  readonly ref: AppRef;
  readonly version: number;
  readonly code: VersionCode;
  readonly settings: AppSettings;
}

/**
 * Tells a version what conversations were told, up to their open questions, in a runner of its own which is thrown away:
 * nothing takes effect. Throws `app.load_failed` and `trial.busy`.
 */
export async function proveTalks(
  { ref, version, code, settings }: ProofSubject,
  { talks, open }: { readonly talks: readonly KeptTalk[]; readonly open: number },
  mostCpuUs: number = MOST_CPU_US,
): Promise<TalksProof> {
  const limits = { sdk: DEFAULT_LIMITS, classic: CLASSIC_LIMITS };
  const app = await prepareApp(ref, version, { code, settings, limits });
  const misfits = new Map<string, Misfit>();
  let fit = 0;
  let proven = 0;
  let cpuUs = 0;
  await using trial = await Trial.open(app);
  for (const talk of talks) {
    if (cpuUs >= mostCpuUs) break;
    const tried = await tryTalk(trial, app, talk);
    cpuUs += tried.cpuUs;
    if (tried.misfit === 'untold') continue;
    proven += 1;
    if (tried.misfit === null) fit += 1;
    else count(misfits, tried.misfit);
  }
  const most = [...misfits.values()].toSorted((one, other) => other.count - one.count);
  return { open, fit, misfits: most.slice(0, MOST_REASONS), unproven: open - proven };
}

function count(misfits: Map<string, Misfit>, misfit: Omit<Misfit, 'count'>): void {
  const place = JSON.stringify([misfit.screen, misfit.question]);
  const known = misfits.get(place);
  misfits.set(place, known === undefined ? { ...misfit, count: 1 } : { ...known, count: known.count + 1 });
}

interface Tried {
  readonly misfit: Omit<Misfit, 'count'> | 'untold' | null;
  readonly cpuUs: number;
}

/** Has the app show the open question again, as a reminder does. */
async function tryTalk(trial: Trial, app: LoadedApp, place: KeptTalk): Promise<Tried> {
  const talk = unpackTalk(place.kept);
  const screen = talk?.frames.at(-1)?.screen;
  if (talk === null || screen === undefined) return { misfit: 'untold', cpuUs: 0 };
  const { id, endpoint, wait } = talk;
  const { user, to } = place;
  if (!app.talks)
    return {
      misfit: { screen, question: wait.tag, reason: 'this version has no conversations' },
      cpuUs: 0,
    };
  await using state = new MemoryState();
  await state.set(talkKeyOf(app.ref, place), JSON.stringify(place.kept));
  const data = {
    kind: 'remind',
    to,
    transport_type: null,
    endpoint,
    talk: id,
    tag: wait.tag,
    since: wait.since,
  };
  const schedule = { id, name: `${TALK_KEY}${to}:remind`, user, due: wait.since, data };
  const { end, cost } = await runIn(trial, app, schedule, state);
  const cpuUs = cost.cpu_us;
  if (end.kind === 'done') return { misfit: null, cpuUs };
  if (OF_THE_MACHINE.has(end.reason)) return { misfit: 'untold', cpuUs };
  return { misfit: { screen, question: wait.tag, reason: reasonOf(app.mapStack(end.text)) }, cpuUs };
}

function runIn(
  trial: Trial,
  app: LoadedApp,
  schedule: FiredSchedule,
  state: MemoryState,
): ReturnType<Trial['run']> {
  const now = Date.now();
  const origin: TurnOrigin = { ref: app.ref, id: deriveId('proof', schedule.id), message: null, schedule };
  let effects = new TurnEffects();
  return trial.run({
    messageId: origin.id,
    start: turnStart(
      { origin, app, endpoints: null, mustFit: true },
      scheduleMessage(app.ref, schedule),
      now,
    ),
    wallMs: WALL_MS,
    begin: () => {
      effects = new TurnEffects();
    },
    over: () => effects.end(),
    answer: (asked) =>
      answerCall(
        { state, http: NO_NETWORK, networkOf: () => null },
        { origin, app, now, records: NO_RECORDS, endpoints: null, effects },
        asked,
      ),
  });
}

/** `step 7 was ask "dob" and is now ask "id"`, of what the SDK says of it. */
function reasonOf(text: string): string {
  const diverged = /conversation diverged: screen ".*?", (.*?)\. Keep what lasts/.exec(text)?.[1];
  return (diverged ?? text.split('\n', 1)[0] ?? '').slice(0, REASON_LENGTH);
}
