import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  reply,
  type Ledger,
  type Logger,
  type TransportEnd,
  type TransportEvent,
  type UserMessage,
} from '@vumi/core';
import { createSharedKeys, LoopbackHttp } from '@vumi/http/testing';
import { eventually } from '@vumi/machine/testing';
import { openLedger } from '@vumi/state';
import { transportTypes, type Transport, type TransportPorts, type TransportType } from '@vumi/transports';
import { MemoryPorts, type TransportDouble, type TransportSetUp } from '@vumi/transports/testing';
import type { StatePlace } from './state-place.ts';

const PUBLIC_URL = 'https://vumi.example';

/** One life of a transport under test: a process of its own, as far as it can tell. */
export interface Life {
  readonly ports: MemoryPorts;
  readonly transport: Transport;
  /** Ends it as kill -9 does: nothing that it still does has an effect. */
  kill(): void;
}

/** A transport between its double and a platform of which the ledger is real, and the state where the base's first type is held to the contract. */
export class TransportPlace implements AsyncDisposable {
  readonly double: TransportDouble;
  readonly log: string[] = [];
  readonly #type: TransportType;
  readonly #state: StatePlace;
  readonly #ledger: Ledger;
  readonly #keys = createSharedKeys();
  readonly #stack: AsyncDisposableStack;
  #newest: MemoryPorts | null = null;

  private constructor(
    parts: { type: TransportType; double: TransportDouble; state: StatePlace; ledger: Ledger },
    stack: AsyncDisposableStack,
  ) {
    this.#type = parts.type;
    this.double = parts.double;
    this.#state = parts.state;
    this.#ledger = parts.ledger;
    this.#stack = stack;
  }

  static async open(
    setUp: TransportSetUp,
    openState: (of: TransportSetUp) => Promise<StatePlace>,
  ): Promise<TransportPlace> {
    await using stack = new AsyncDisposableStack();
    const dataDir = await mkdtemp(join(tmpdir(), 'vumi-contract-'));
    stack.defer(() => rm(dataDir, { recursive: true, force: true }));
    const state = stack.use(await openState(setUp));
    const ledger = stack.use(openLedger({ file: join(dataDir, 'ledger') }));
    const where: { place: TransportPlace | null } = { place: null };
    const double = await setUp.open({
      get url() {
        return where.place?.url ?? '';
      },
    });
    const type = transportTypes[setUp.type as keyof typeof transportTypes];
    const place = new TransportPlace({ type, double, state, ledger }, stack.move());
    where.place = place;
    return place;
  }

  /** Where the newest life is called. */
  get url(): string {
    return this.#newest?.http.url ?? '';
  }

  /**
   * A life that gives up soon on the next message, which the network leaves unanswered; it has all the time that it needs for
   * what it answers.
   */
  startImpatient(turn: 'never answer' | 'cut', config: Readonly<Record<string, unknown>>): Promise<Life> {
    const { double } = this;
    const before = double.got.length;
    const http = new LoopbackHttp('net_a', this.#keys, PUBLIC_URL);
    const ask = http.send.bind(http);
    http.send = ({ timeoutMs, ...request }) => {
      const isAnswered = turn === 'cut' || double.got.length > before;
      return ask(isAnswered || timeoutMs === undefined ? request : { ...request, timeoutMs });
    };
    return this.start({ ...double.impatient, ...config }, 'net_a', http);
  }

  /** Starts a life with the same state and ledger as those before. */
  async start(
    config: Readonly<Record<string, unknown>> = {},
    name = 'net_a',
    http = new LoopbackHttp(name, this.#keys, PUBLIC_URL),
  ): Promise<Life> {
    const ports = new MemoryPorts(name, http);
    const { double } = this;
    const send = ports.send.bind(ports);
    ports.send = (message, redelivered) =>
      send(
        { ...message, to_addr: double.addressOf?.(message.to_addr ?? '') ?? message.to_addr },
        redelivered,
      );
    const life = { killed: false };
    const given: TransportPorts = {
      end: this.double.opensSessions === true ? welcoming(ports) : ports.end,
      publishStatus: (status) => ports.publishStatus(status),
      publishFailure: (failure) => ports.publishFailure(failure),
      state: this.#state.state,
      ledger: mortal(this.#ledger, life),
      http: ports.http,
      logger: this.#logger(),
      refusalOf: ports.refusalOf,
      onRefused: ports.onRefused,
      clock: Date.now,
      random: () => 0,
    };
    const transport = await this.#type.start({ ...this.double.config, ...config }, given);
    this.#newest = ports;
    this.#stack.use(ports.http);
    this.#stack.use(transport);
    const kill = (): void => void (life.killed = true);
    return { ports, transport, kill };
  }

  /** What a transport says about a message, when it has. */
  async eventsOf({ message_id: id }: UserMessage, { ports }: Life): Promise<TransportEvent[]> {
    const about = () => ports.events.filter(({ user_message_id }) => user_message_id === id);
    return eventually(about, (events) => events.length > 0);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    // First, so that nobody waits for an answer that a test keeps back.
    await this.double[Symbol.asyncDispose]();
    await this.#stack.disposeAsync();
  }

  #logger(): Logger {
    const write = (fields: object, message: string): void => {
      this.log.push(`${message} ${JSON.stringify(fields, (_key, value: unknown) => errorAsText(value))}`);
    };
    const logger: Logger = { debug: write, info: write, warn: write, error: write, child: () => logger };
    return logger;
  }
}

function errorAsText(value: unknown): unknown {
  return value instanceof Error ? (value.stack ?? value.message) : value;
}

/** Messages that open sessions are answered and not told of: what a user types comes after them. */
function welcoming(ports: MemoryPorts): TransportEnd {
  return {
    ...ports.end,
    publishInbound: async (message) => {
      if (message.session_event !== 'new') return ports.end.publishInbound(message);
      setImmediate(() => void ports.send(reply(message, 'welcome')).catch(() => {}));
    },
  };
}

/** What a process that was killed would still write is not written. */
function mortal(ledger: Ledger, life: { readonly killed: boolean }): Ledger {
  return {
    get: (key) => ledger.get(key),
    entries: (prefix) => ledger.entries(prefix),
    put: (key, value) => (life.killed ? undefined : ledger.put(key, value)),
    putText: (key, value) => (life.killed ? undefined : ledger.putText(key, value)),
    delete: (key) => (life.killed ? undefined : ledger.delete(key)),
    flush: () => ledger.flush(),
    [Symbol.asyncDispose]: () => Promise.resolve(),
  };
}

/** An app replies when its message has been published. */
export function replyLater({ ports }: Life, message: UserMessage): void {
  const send = async (): Promise<void> => ports.send(message);
  // The transport may have stopped by then.
  setImmediate(() => void send().catch(() => {}));
}

/** An app that answers each message as soon as it is published. */
export function answerAll(life: Life, answer = (content: string) => `re: ${content}`): void {
  life.ports.onInbound = async (message) => {
    replyLater(life, reply(message, answer(message.content ?? '')));
  };
}
