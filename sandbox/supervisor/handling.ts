import {
  createFailure,
  errorText,
  VumiError,
  type AccountRecords,
  type Clock,
  type Delivery,
  type FailureMessage,
  type KeyedState,
  type Logger,
  type StoreEffects,
  type TransportEvent,
  type UserMessage,
} from '@vumi/core';
import type { HttpGateway } from '../http/gateway.ts';
import { TurnEffects } from '../resources/turn-scope.ts';
import type { LoadedApp, LoadedApps } from './app.ts';
import { logEntry, redactSecrets, type LogEntry } from './author-log.ts';
import type { RunnerKill } from './blame.ts';
import { answerCall } from './calls.ts';
import { apologyFor, parseEffects, toPlatform, type TurnOrigin } from './effects-commit.ts';
import { markerKey } from './keys.ts';
import { decodeOutbox, encodeOutbox, type Outbox } from './outbox.ts';
import { turnStart } from './turn-start.ts';
import type { TurnEnd, TurnOutcome, Turns } from './turns.ts';

const DEFAULT_APOLOGY = 'Sorry, something went wrong. Please try again later.';
/** What a guest can bring about in a commit; anything else is the platform's trouble. */
const GUEST_FAULTS = new Set(['app.limit', 'state.not_a_number', 'request.invalid']);

export interface HandlingPorts {
  readonly state: KeyedState;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly records: AccountRecords;
  publishOutbound(message: UserMessage): Promise<void>;
  publishFailure(failure: FailureMessage): Promise<void>;
  /** Applies what was not applied yet; resolves when it is safe in the database. */
  applyStoreEffects(effects: StoreEffects): Promise<void>;
  log(entry: LogEntry): void;
}

export interface HandlingOptions {
  readonly ports: HandlingPorts;
  readonly apps: LoadedApps;
  readonly turns: Turns;
  readonly http: HttpGateway;
  readonly markerTtlMs: number;
}

/** One message or event on its way through an app. */
interface Task {
  readonly origin: TurnOrigin;
  readonly body: UserMessage | TransportEvent;
  readonly marker: string;
  readonly app: LoadedApp;
}

/**
 * The protocol of DESIGN §4: run the handler with its effects buffered, commit them with a marker and an outbox in
 * one step, publish the outbox. What was committed is never run again.
 */
export class Handling {
  readonly #options: HandlingOptions;

  constructor(options: HandlingOptions) {
    this.#options = options;
  }

  /** Resolves when the message's effects are safe; rejects when it has to come again. */
  async handle(origin: TurnOrigin, body: UserMessage | TransportEvent, delivery: Delivery): Promise<void> {
    const { ports, apps } = this.#options;
    const marker = markerKey(origin.ref, origin.id);
    if (delivery.redelivered) {
      const outbox = await ports.state.committed(marker);
      if (outbox !== null) return this.#publish(decodeOutbox(outbox));
    }
    const app = await apps.current(origin.ref);
    if (app === null) {
      const reason = `app ${origin.ref.account}/${origin.ref.app} has no active version`;
      return ports.publishFailure(createFailure(body, reason, 'permanent'));
    }
    const task = { origin, body, marker, app };
    const { outcome, effects } = await this.#run(task);
    for (const line of outcome.log) this.#log(task, line);
    await this.#conclude(task, outcome.end, effects);
  }

  async #run({ origin, body, app }: Task): Promise<{ outcome: TurnOutcome; effects: TurnEffects }> {
    const { ports, turns, http } = this.#options;
    const ofSession = origin.message?.transport_type === 'ussd';
    const { records } = ports;
    const now = ports.clock();
    let effects = new TurnEffects();
    const outcome = await turns.run({
      app,
      messageId: origin.id,
      start: turnStart(origin, body, now),
      wallMs: ofSession ? Math.min(app.limits.session_wall_ms, app.limits.wall_ms) : app.limits.wall_ms,
      begin: () => {
        effects = new TurnEffects();
      },
      answer: (call, number) =>
        answerCall({ state: ports.state, http }, { origin, app, now, records, effects }, { call, number }),
    });
    return { outcome, effects };
  }

  async #conclude(task: Task, end: TurnEnd, { store }: TurnEffects): Promise<void> {
    if (end.kind === 'failed') return this.#fail(task, end);
    const { ref } = task.origin;
    try {
      const { messages, writes } = toPlatform(task.origin, parseEffects(end.effects, task.app.limits));
      const effects = { marker: task.marker, ...ref, effects: store };
      await this.#commit(task, writes, { messages, ...(store.length === 0 ? {} : { store: effects }) });
    } catch (error) {
      if (!(error instanceof VumiError) || !GUEST_FAULTS.has(error.code)) throw error;
      await this.#fail(task, { kind: 'failed', reason: 'calls', text: error.message });
    }
  }

  async #commit(
    task: Task,
    writes: Parameters<KeyedState['commit']>[0]['writes'],
    outbox: Outbox,
  ): Promise<void> {
    const { ports, markerTtlMs } = this.#options;
    const commit = { marker: task.marker, markerTtlMs, writes, outbox: encodeOutbox(outbox) };
    const result = await ports.state.commit(commit);
    await this.#publish(result.fresh ? outbox : decodeOutbox(result.outbox));
  }

  /** May be done again and again: the messages keep their ids, and the store knows what it has applied. */
  async #publish({ messages, store, failure }: Outbox): Promise<void> {
    const { ports } = this.#options;
    const steps = messages.map((message) => ports.publishOutbound(message));
    if (store !== undefined) steps.push(ports.applyStoreEffects(store));
    if (failure !== undefined) steps.push(ports.publishFailure(failure));
    if (steps.length > 0) await Promise.all(steps);
  }

  /** A handler that failed leaves an apology, a line for the author and a failure for the operator. */
  async #fail(task: Task, end: TurnEnd & { kind: 'failed' }): Promise<void> {
    const { ports } = this.#options;
    const { origin, app } = task;
    const text = redactSecrets(app.mapStack(end.text), app.settings.secrets);
    const apology = apologyFor(origin, app.apology ?? DEFAULT_APOLOGY);
    const failure = createFailure(task.body, `${end.reason}: ${text}`, 'permanent');
    await this.#commit(task, [], { messages: apology === null ? [] : [apology], failure });
    this.#log(task, { level: 'error', text, fields: { reason: end.reason } });
    ports.logger.info(
      { app: app.key, version: app.version, id: origin.id, reason: end.reason },
      'app failed',
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
    { app, origin }: Pick<Task, 'app'> & { origin: { id: string } },
    line: Parameters<typeof logEntry>[1],
  ): void {
    const { ports } = this.#options;
    try {
      const source = { ref: app.ref, secrets: app.settings.secrets };
      ports.log(logEntry(source, line, { messageId: origin.id, clock: ports.clock }));
    } catch (error) {
      ports.logger.warn({ app: app.key, error: errorText(error) }, 'line of log could not be kept');
    }
  }
}
