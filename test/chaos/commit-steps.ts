import {
  deriveId,
  silentLogger,
  type AppRef,
  type Broker,
  type Delivery,
  type FailureMessage,
  type KeyedState,
  type UserMessage,
} from '@vumi/core';
import type { StoreEffects } from '@vumi/records';
import { openEmbeddedBroker } from '@vumi/broker';
import { SandboxPlace } from '@vumi/sandbox/testing';
import { openEmbeddedState } from '@vumi/state';

export const INBOUND = 'steps.inbound';
export const OUTBOUND = 'steps.outbound';
export const FAILURES = 'steps.failures';
export const MESSAGE_ID = 'the-one-message';

/** Effects of every kind. */
export const GOOD = `
  await app.state.get('before');
  await app.state.set('said', message.content);
  await app.state.set('gone', 1);
  await app.state.delete('gone');
  const seen = await app.state.increment('seen');
  await app.user.increment('visits');
  await app.metrics.sum('visits', 1);
  await app.contacts.getOrCreate(message.from_addr);
  await app.schedule.once('remind', { in: 3600, user: message.from_addr });
  await app.send('+1', 'first');
  await app.send('+2', 'second');
  await message.reply('seen ' + seen, { end: true });`;

/** Writes and sends, and then fails. */
export const BAD = `
  await app.state.increment('seen');
  await app.metrics.sum('visits', 1);
  await app.send('+1', 'never');
  throw new Error('it must be as if it had never run');`;

/** Called before and after everything that is done for a message; may end the process. */
export type Step = (name: string) => void;

/** What is on disk: a journaled broker and a state, as they stand in the platform. */
export interface Disk extends AsyncDisposable {
  readonly broker: Broker;
  readonly state: KeyedState;
}

export async function openDisk(dataDir: string): Promise<Disk> {
  await using stack = new AsyncDisposableStack();
  const broker = stack.use(await openEmbeddedBroker({ dataDir, logger: silentLogger, retryDelayMs: 1 }));
  const state = stack.use(await openEmbeddedState({ dataDir, logger: silentLogger }));
  const owned = stack.move();
  return { broker, state, [Symbol.asyncDispose]: () => owned.disposeAsync() };
}

/** The sandbox with one app in it, between whatever broker and state it is given. */
export class CommitSteps implements AsyncDisposable {
  #disk: Disk | null = null;
  #step: Step = () => {};
  #sandbox: { place: SandboxPlace; ref: AppRef } | null = null;

  static async start(handler: string): Promise<CommitSteps> {
    const steps = new CommitSteps();
    const place = await SandboxPlace.start({ runners: 1 }, silentLogger, steps.#ports());
    steps.#sandbox = { place, ref: await place.installHandler('steps', handler) };
    return steps;
  }

  /** Handles the message that waits in the inbound queue; resolves when it is acknowledged. */
  async handleOne(disk: Disk, step: Step): Promise<void> {
    this.#disk = disk;
    this.#step = step;
    const handled = Promise.withResolvers<void>();
    const consumer = await disk.broker.consume(
      INBOUND,
      async (body, delivery) => {
        const message = JSON.parse(body) as UserMessage;
        await this.#around('the message', async () => this.#handle(message, delivery));
        handled.resolve();
      },
      { prefetch: 1, failuresKey: FAILURES, maxAttempts: 100 },
    );
    await handled.promise;
    // Waits for the acknowledgement itself.
    await consumer[Symbol.asyncDispose]();
    step('after the acknowledgement');
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#sandbox?.place[Symbol.asyncDispose]();
  }

  async #handle(message: UserMessage, delivery: Delivery): Promise<void> {
    await this.#sandbox?.place.sandbox.handleInbound(this.#sandbox.ref, message, delivery);
  }

  #ports() {
    const publish = (key: string, name: string, message: unknown): Promise<void> =>
      this.#around(name, () => this.#on.broker.publish(key, JSON.stringify(message)));
    return {
      state: this.#countedState(),
      publishOutbound: (message: UserMessage) => publish(OUTBOUND, 'publishing', message),
      publishFailure: (failure: FailureMessage) => publish(FAILURES, 'the failure', failure),
      applyStoreEffects: (effects: StoreEffects) =>
        this.#around('the store', async () => {
          await applyTo(this.#on.state, effects);
          return [];
        }),
    };
  }

  get #on(): Disk {
    if (this.#disk === null) throw new Error('there is no disk yet');
    return this.#disk;
  }

  async #around<T>(name: string, work: () => Promise<T>): Promise<T> {
    this.#step(`before ${name}`);
    const result = await work();
    this.#step(`after ${name}`);
    return result;
  }

  #countedState(): KeyedState {
    const counted: Pick<KeyedState, 'get' | 'committed' | 'commit'> = {
      get: (key) => this.#around('reading', () => this.#on.state.get(key)),
      committed: (marker) => this.#around('looking', () => this.#on.state.committed(marker)),
      commit: (commit) => this.#around('the commit', () => this.#on.state.commit(commit)),
    };
    return new Proxy(counted, {
      get: (own, name) =>
        Reflect.has(own, name) ? (Reflect.get(own, name) as unknown) : Reflect.get(this.#on.state, name),
    }) as KeyedState;
  }
}

/** Stands in for the database: as there, effects are applied in one step with their marker, or not again. */
async function applyTo(state: KeyedState, { marker, effects }: StoreEffects): Promise<void> {
  await state.commit({
    marker: deriveId(marker, 'store', 0),
    markerTtlMs: 60_000,
    writes: effects.map(({ kind }) => ({ op: 'increment', key: `store/${kind}`, by: 1 })),
    outbox: [],
  });
}
