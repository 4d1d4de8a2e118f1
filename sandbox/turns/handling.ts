import {
  createFailure,
  deriveId,
  errorText,
  isHiddenAnswer,
  replayOf,
  stampVersion,
  VumiError,
  type AppRef,
  type Clock,
  type Delivery,
  type EndpointFaults,
  type FailureMessage,
  type KeyedState,
  type Logger,
  type StateCommit,
  type StateQuota,
  type TransportEvent,
  type UserMessage,
} from '@vumi/core';
import type { TalkNote } from '@vumi/core/talks';
import type { AccountRecords, EffectFailure, StoreEffects } from '@vumi/records';
import type { AppKind } from '../app-kind.ts';
import { wantsEvents } from '../classic/process-events.ts';
import type { HttpGateway } from '../http/gateway.ts';
import { KeptCalls } from '../http/kept-calls.ts';
import { describeDrop, describeRun } from '../recording/describe-run.ts';
import type { Run } from '../recording/run.ts';
import { TurnEffects } from '../resources/turn-scope.ts';
import type { LoadedApp, LoadedApps } from '../apps/app.ts';
import { logEntry, type LogEntry } from './author-log.ts';
import type { RunnerKill } from '../fleet/runner-kills.ts';
import {
  againLine,
  brakedLine,
  droppedLine,
  failedLine,
  GOES_ON,
  HIDDEN,
  isOptout,
  notStoredLine,
  placedLine,
} from './author-lines.ts';
import { answerCall } from './calls.ts';
import { apologyFor, parseEffects, toPlatform, turnKind, type TurnOrigin } from './effects-commit.ts';
import { kvListPlace, markerKey, statePrefix } from '../apps/keys.ts';
import { decodeOutbox, encodeOutbox, type Outbox } from './outbox.ts';
import { FINE, LoopLimits, type Judgement } from './loop-limits.ts';
import { keptTalksOf } from '../apps/talks.ts';
import { RealmSlots } from '../apps/realm-slots.ts';
import { redactSecrets } from './redaction.ts';
import { secretsOf } from './secrets-of.ts';
import { turnStart } from './turn-start.ts';
import type { VersionChoice, VersionToRun } from '../apps/version-choice.ts';
import type { TurnEnd, TurnOutcome, Turns } from './turns.ts';

const DEFAULT_APOLOGY = 'Sorry, something went wrong. Please try again later.';
/** What a guest can bring about in a commit; anything else is the platform's trouble. */
const GUEST_FAULTS = new Set(['app.limit', 'state.not_a_number', 'request.invalid']);

export interface HandlingPorts {
  readonly state: KeyedState;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly records: AccountRecords;
  /** What the app can send by now; null: by everything. */
  endpoints(ref: AppRef): EndpointFaults | null;
  /** `transport_type` of what the app sends by an endpoint; null where it is not known. */
  readonly networkOf: (ref: AppRef, endpoint: string) => string | null;
  publishOutbound(message: UserMessage): Promise<void>;
  publishFailure(failure: FailureMessage): Promise<void>;
  /** Applies what was not applied yet; resolves when it is safe in the database, to what that cannot hold. */
  applyStoreEffects(effects: StoreEffects): Promise<readonly EffectFailure[]>;
  log(entry: LogEntry): void;
  /** How a message fared, once for each whose effects were committed. Returns at once. */
  recordRun(run: Run): void;
  /** In place of chance: the ends of links' addresses. */
  readonly drawLink?: (originId: string, index: number) => string;
}

export interface HandlingOptions {
  readonly ports: HandlingPorts;
  readonly apps: LoadedApps;
  readonly versions: VersionChoice;
  readonly turns: Turns;
  readonly http: Readonly<Record<AppKind, HttpGateway>>;
  readonly markerTtlMs: number;
}

/** Lines about effects of one message that could not be stored. */
const MOST_FAILURE_LINES = 20;

/** Times that an event or a schedule is handled whose handler fails: as often as a queue hands out a message. */
const MOST_ATTEMPTS = 5;
/** Failures that may be over the next time. */
const PASSING: ReadonlySet<string> = new Set(['threw', 'wall']);

/** One message or event on its way through an app. */
interface Task {
  readonly origin: TurnOrigin;
  readonly body: UserMessage | TransportEvent;
  readonly marker: string;
  readonly app: LoadedApp;
  /** Its conversation is of another version, which it goes back to if it does not fit this one. */
  readonly mustFit: boolean;
  /** Of `performance.now()`. */
  readonly arrivedAt: number;
  /** Redelivered: it has come before, and nobody knows how far that got. */
  readonly delivery: Delivery;
}

/** A task whose handler has ended. */
interface Ran extends Task {
  readonly start: string;
  readonly now: number;
  readonly wallMs: number;
  readonly waitMs: number;
  readonly outcome: TurnOutcome;
  readonly effects: TurnEffects;
}

type Failed = TurnEnd & { readonly kind: 'failed' };

/** What a task comes to: either its effects, or an apology for a failure. */
interface Conclusion {
  readonly writes: Parameters<KeyedState['commit']>[0]['writes'];
  readonly outbox: Outbox;
  readonly failure: Failed | null;
  /** What is counted of its conversation. */
  readonly talk: readonly TalkNote[];
}

/** As the SDK names it (sdk/talks): an app that throws the same only keeps its own users where they are. */
function hasDiverged({ outcome: { end } }: Ran): boolean {
  return end.kind === 'failed' && end.text.startsWith('Diverged:');
}

/** Where in his conversation a user was whose message failed is not known. */
function failedTalk({ app, origin, now }: Ran): TalkNote[] {
  return app.talks && origin.message !== null ? [{ what: 'failed', screen: '', question: '', at: now }] : [];
}

/** The keys of classic apps are counted as Vumi Go did (classic/kv.ts): here they are only listed. */
function quotaOf({ ref, kind, limits, manifest }: LoadedApp): StateQuota {
  if (kind === 'sdk') return { prefix: statePrefix(ref), maxKeys: limits.state_keys };
  return { prefix: kvListPlace(ref, manifest.kv ?? 'account').place, maxKeys: Number.MAX_SAFE_INTEGER };
}

/**
 * The protocol of DESIGN §4: run the handler with its effects buffered, commit them with a marker and an outbox in
 * one step, publish the outbox. What was committed is never run again.
 */
export class Handling {
  readonly #options: HandlingOptions;
  readonly #slots = new RealmSlots();
  readonly #loops = new LoopLimits();

  constructor(options: HandlingOptions) {
    this.#options = options;
  }

  /**
   * Resolves when the message's effects are safe; rejects when it has to come again. `arrivedAt` is when it came, of
   * `performance.now()`.
   */
  async handle(
    asked: TurnOrigin,
    body: UserMessage | TransportEvent,
    delivery: Delivery,
    arrivedAt: number,
  ): Promise<void> {
    const { ports, apps, versions } = this.#options;
    const origin = await this.#replayed(asked, body);
    if (origin === null) return;
    const marker = markerKey(origin.ref, origin.id);
    if (delivery.redelivered) {
      const outbox = await ports.state.committed(marker);
      if (outbox !== null) return this.#publish(decodeOutbox(outbox));
    }
    const choice = await versions.choose(origin.ref, origin);
    if (choice === null) {
      const reason = `app ${origin.ref.account}/${origin.ref.app} has no active version`;
      return ports.publishFailure(createFailure(body, reason, 'permanent'));
    }
    const { version, orElse } = choice;
    const app = await apps.load(origin.ref, version);
    if (origin.message === null && app.kind === 'classic' && !wantsEvents(app.settings.config)) return;
    const task = { origin, body, marker, app, mustFit: orElse !== null, arrivedAt, delivery };
    if (await this.#isDropped(task)) return;
    let ran = await this.#slots.run(app, () => this.#run(task));
    if (orElse !== null && hasDiverged(ran)) ran = await this.#goBack(ran, choice, orElse);
    this.#tellOfRuns(ran);
    for (const line of [...ran.outcome.log, ...ran.effects.notes])
      this.#log(ran, placedLine(line, ran.app.mapStack));
    this.#tellOfBrake(ran);
    await this.#conclude(ran);
  }

  /**
   * What was replayed is handled once more under an id of its own, unless it had worked after all: then its effects are
   * published again, and there is nothing to do (null).
   */
  async #replayed(origin: TurnOrigin, body: UserMessage | TransportEvent): Promise<TurnOrigin | null> {
    const replay = replayOf(body);
    if (replay === null) return origin;
    const before = await this.#options.ports.state.committed(markerKey(origin.ref, origin.id));
    const outbox = before === null ? null : decodeOutbox(before);
    if (outbox === null || outbox.failure !== undefined) {
      return { ...origin, id: deriveId(origin.id, 'replay', replay) };
    }
    await this.#publish(outbox);
    return null;
  }

  /**
   * Whether the message or event goes on what may be a loop: nothing is done then. Author and operator are told when it
   * begins, and each is among the app's runs. The same with an answer whose text is gone, but that it is no run.
   */
  async #isDropped(task: Task): Promise<boolean> {
    const { ports } = this.#options;
    const { origin, app } = task;
    if (isHiddenAnswer(task.body)) {
      this.#log(task, HIDDEN);
      return true;
    }
    const now = ports.clock();
    const { reason, line } = this.#judge(task, now);
    if (line !== null) this.#log(task, line);
    if (reason === null) return false;
    if (line !== null) await ports.publishFailure(createFailure(task.body, `pace: ${reason}`, 'permanent'));
    ports.recordRun(describeDrop({ origin, app }, { now, reason }));
    return true;
  }

  #judge({ origin, app }: Task, now: number): Judgement {
    const { message, schedule, chain } = origin;
    if (message !== null) return this.#loops.judgeUser(app, message.from_addr ?? '', now);
    if (isOptout(turnKind(origin)) && chain !== undefined) return this.#loops.judgeOptout(app, chain, now);
    // Schedules are slowed down where they are made.
    return schedule !== undefined || chain === undefined ? FINE : this.#loops.judgeEvent(app, chain, now);
  }

  async #run(task: Task): Promise<Ran> {
    const { ports, turns, http } = this.#options;
    const { records } = ports;
    const { origin, app } = task;
    const ofSession = origin.message?.transport_type === 'ussd';
    const wallMs = ofSession ? Math.min(app.limits.session_wall_ms, app.limits.wall_ms) : app.limits.wall_ms;
    const now = ports.clock();
    const endpoints = ports.endpoints(origin.ref);
    const kept = app.talks ? await keptTalksOf(ports.state, origin) : [];
    const start = turnStart({ origin, app, endpoints, mustFit: task.mustFit, kept }, task.body, now);
    const waitedMs = performance.now() - task.arrivedAt;
    const calls = new KeptCalls(http[app.kind], task.delivery.redelivered, (call) =>
      this.#onRepeat(task, call),
    );
    let effects = new TurnEffects();
    const outcome = await turns.run({
      app,
      messageId: origin.id,
      start,
      wallMs,
      isStrict: ofSession,
      begin: () => {
        effects = new TurnEffects();
      },
      over: () => effects.end(),
      late: () => this.#log(task, GOES_ON),
      answer: (asked) =>
        answerCall(
          { state: ports.state, http: calls, networkOf: ports.networkOf, drawLink: ports.drawLink },
          { origin, app, now, records, endpoints, effects },
          asked,
        ),
    });
    return { ...task, start, now, wallMs, waitMs: waitedMs + outcome.waitMs, outcome, effects };
  }

  /** Runs it on the version that its conversation began with. Nothing of the other run has taken effect. */
  async #goBack(tried: Ran, choice: VersionToRun, version: number): Promise<Ran> {
    const { apps, versions } = this.#options;
    const { origin } = tried;
    versions.staysOn(origin.ref, origin, choice);
    const app = await apps.load(origin.ref, version);
    const text = `this conversation stays on version ${version}: it does not fit version ${choice.version}`;
    this.#log({ app, origin }, { level: 'info', text, fields: { version } });
    const task = { ...tried, app, mustFit: false };
    return this.#slots.run(app, () => this.#run(task));
  }

  /** The service can tell by the idempotency key; author and operator by the log. */
  #onRepeat(task: Task, { method, url }: { method: string; url: string }): void {
    const host = URL.parse(url)?.host ?? 'a service';
    const text =
      `${method} to ${host} may reach it twice: this is handled again because its process ended or its handler failed. ` +
      'The idempotency-key is the same.';
    this.#log(task, { level: 'warn', text, fields: { repeated: host } });
    const { app, origin } = task;
    this.#options.ports.logger.warn(
      { app: app.key, message_id: origin.id, host },
      'HTTP call may be made twice',
    );
  }

  /** What was lost with a process or an isolate leaves nothing but this. */
  #tellOfRuns(ran: Ran): void {
    const { runs } = ran.outcome.cost;
    if (runs < 2) return;
    const text =
      `this message was handled ${runs} times, because the process or the isolate that ran it ended: only the last time ` +
      'took effect, and its HTTP calls got the answers of the first';
    this.#log(ran, { level: 'info', text, fields: { runs } });
    this.#options.ports.logger.info(
      { app: ran.app.key, message_id: ran.origin.id, runs },
      'handler was run again',
    );
  }

  async #conclude(ran: Ran): Promise<void> {
    const { end } = ran.outcome;
    if (end.kind === 'failed') {
      this.#tellOfDropped(ran, null);
      return this.#fail(ran, end);
    }
    const { ref } = ran.origin;
    try {
      const parsed = parseEffects(end.effects, ran.app.limits);
      const { open = [] } = parsed;
      this.#tellOfDropped(ran, open);
      const given = toPlatform(ran.origin, parsed);
      const store = ran.effects.awaited(open);
      const writes = [...given.writes, ...ran.effects.writes.values()];
      const messages = [...given.messages, ...ran.effects.messages];
      const effects = { marker: ran.marker, ...ref, effects: store };
      const outbox = { messages, ...(store.length === 0 ? {} : { store: effects }) };
      await this.#commit(ran, { writes, outbox, failure: null, talk: parsed.talk ?? [] });
    } catch (error) {
      if (!(error instanceof VumiError) || !GUEST_FAULTS.has(error.code)) throw error;
      await this.#fail(ran, { kind: 'failed', reason: 'calls', text: error.message });
    }
  }

  async #commit(ran: Ran, { writes, outbox: given, failure, talk }: Conclusion): Promise<void> {
    const { ports, versions, markerTtlMs } = this.#options;
    const { ref } = ran.origin;
    const outbox = versions.areTwoLive(ref)
      ? { ...given, messages: given.messages.map((message) => stampVersion(message, ran.app.version)) }
      : given;
    const pin = versions.pin(ref, ran.origin, {
      version: ran.app.version,
      answers: outbox.messages,
      writes,
    });
    const commit: StateCommit = {
      marker: ran.marker,
      markerTtlMs,
      writes: [...writes, ...pin],
      outbox: encodeOutbox(outbox),
      ...(writes.length > 0 ? { quota: quotaOf(ran.app) } : {}),
    };
    const result = await ports.state.commit(commit);
    versions.pinned(pin);
    if (!result.fresh) return this.#publish(decodeOutbox(result.outbox));
    const published = this.#publish(outbox);
    const { key: app, version } = ran.app;
    ports.logger.debug(
      { app, version, message_id: ran.origin.id, failed: failure !== null },
      'handler ended',
    );
    // Whoever has committed a message records it, so that it is counted once; nothing waits for that.
    ports.recordRun(describeRun(ran, { failure, sent: outbox.messages, talk }));
    await published;
  }

  /** May be done again and again: the messages keep their ids, and the store knows what it has applied. */
  async #publish({ messages, store, failure }: Outbox): Promise<void> {
    const { ports } = this.#options;
    const steps = messages.map((message) => ports.publishOutbound(message));
    if (store !== undefined) steps.push(this.#applyToStore(store));
    if (failure !== undefined) steps.push(ports.publishFailure(failure));
    if (steps.length > 0) await Promise.all(steps);
  }

  async #applyToStore(store: StoreEffects): Promise<void> {
    const { ports } = this.#options;
    const failures = await ports.applyStoreEffects(store);
    if (failures.length === 0) return;
    const { account, app, marker } = store;
    const id = marker.slice(marker.lastIndexOf('/') + 1);
    const source = { ref: { account, app }, secrets: {} };
    for (const failure of failures.slice(0, MOST_FAILURE_LINES))
      ports.log(logEntry(source, notStoredLine(failure), { messageId: id, clock: ports.clock }));
    ports.logger.error(
      { app: `${account}/${app}`, message_id: id, effects: failures.length, reason: failures[0]?.reason },
      'effects of a message could not be stored',
    );
  }

  /**
   * A handler that failed leaves an apology, a line for the author and a failure for the operator. Where nobody waits for
   * an answer it is tried again first: what it called may be there by then.
   */
  async #fail(ran: Ran, end: Failed): Promise<void> {
    const { ports } = this.#options;
    const { origin, app } = ran;
    const text = redactSecrets(app.mapStack(end.text), secretsOf(app, origin.message));
    if (this.#mayTryAgain(ran, end)) {
      const kind = turnKind(origin);
      const { attempt } = ran.delivery;
      this.#log(ran, againLine(kind, text, { attempt, most: MOST_ATTEMPTS }));
      throw new VumiError('app.threw', `${app.key} failed on ${kind} ${origin.id}`, { details: { kind } });
    }
    const failure: Failed = { ...end, text };
    const apology = apologyFor(origin, app.manifest.apology ?? DEFAULT_APOLOGY);
    const report = createFailure(ran.body, `${end.reason}: ${text}`, 'permanent');
    const outbox = { messages: apology === null ? [] : [apology], failure: report };
    await this.#commit(ran, { writes: [], outbox, failure, talk: failedTalk(ran) });
    this.#log(ran, failedLine(turnKind(origin), text, end.reason));
    const what = { app: app.key, version: app.version, message_id: origin.id, reason: end.reason };
    if (end.reason === 'overload') ports.logger.warn(what, 'handler ended: the machine is overloaded');
    else ports.logger.info(what, 'app failed');
  }

  #tellOfDropped(ran: Ran, open: readonly number[] | null): void {
    const dropped = ran.outcome.calls.droppedOf(open);
    if (dropped.length > 0) this.#log(ran, droppedLine(dropped));
  }

  #mayTryAgain({ origin, app, delivery }: Ran, { reason }: Failed): boolean {
    if (origin.message !== null || !PASSING.has(reason) || delivery.attempt >= MOST_ATTEMPTS) return false;
    return this.#loops.mayRetry(app, this.#options.ports.clock());
  }

  /** A schedule that goes on without a pause is slowed down; author and operator are told once in a while. */
  #tellOfBrake({ origin, app, effects, now }: Ran): void {
    const { brakedMs } = effects;
    if (brakedMs === 0 || !this.#loops.isNew(`brake ${app.key} ${origin.chain?.root ?? ''}`, now)) return;
    this.#log({ app, origin }, brakedLine(brakedMs));
    this.#options.ports.logger.warn(
      { app: app.key, message_id: origin.id, brakedMs },
      'a loop of schedules is slowed down',
    );
  }

  /** The author gets to know which message ended its runner: it is what he can try his next version on. */
  onRunnerKilled({ app, messageId, reason }: RunnerKill): void {
    const text =
      `This message ended the process that ran the app: ${reason}. The app now runs in a process of its own, ` +
      'and its messages wait before it starts again; it goes back to the others when it has behaved well for a while.';
    this.#log({ app, origin: { id: messageId } }, { level: 'error', text, fields: { reason: 'runner' } });
  }

  #log(
    { app, origin }: Pick<Task, 'app'> & { origin: Pick<TurnOrigin, 'id'> & Partial<TurnOrigin> },
    line: Parameters<typeof logEntry>[1],
  ): void {
    const { ports } = this.#options;
    try {
      const source = { ref: app.ref, secrets: secretsOf(app, origin.message ?? null) };
      ports.log(logEntry(source, line, { messageId: origin.id, clock: ports.clock }));
    } catch (error) {
      ports.logger.warn({ app: app.key, error: errorText(error) }, 'line of log could not be kept');
    }
  }
}
