import { errorText, interfaceConnector, newId, VumiError, type InterfaceDialect } from '@vumi/core';
import type { HttpHandler, HttpPlace, HttpRequest } from '@vumi/http';
import type { Worker, WorkerPorts } from '@vumi/runtime';
import type { ServedInterface, Store } from '@vumi/store';
import { findOriginal, startCallbacks, type CallbackPorts, type Callbacks } from './callbacks.ts';
import type { Dialect, Door, Metric, Operator } from './dialect.ts';
import { dialects } from './dialects.ts';
import { keepingOf } from './keeping.ts';
import type { InterfaceOptions } from './options.ts';
import { submitForInterface, type SubmitPorts } from './submit.ts';

export interface InterfacePorts
  extends SubmitPorts, Pick<WorkerPorts, 'ends' | 'http' | 'state' | 'clock' | 'random' | 'logger'> {
  readonly store: Pick<Store, 'interfaces' | 'onChange' | 'effects' | 'messages' | 'components'>;
  /** Runs the listener when routes may lead otherwise. */
  readonly onRoutes: (listener: () => void) => Disposable;
  readonly isOptedOut: (account: string, address: string) => Promise<boolean>;
  /** Whose the token is and what it is called; null when it is none, or has ended. */
  readonly verify: (token: string) => Promise<TokenHolder | null>;
  /** Does an operation of the API for whoever has the token. */
  readonly call: (
    asker: { readonly token: string; readonly source: string },
    ...asked: Parameters<Operator['call']>
  ) => Promise<unknown>;
}

interface TokenHolder {
  /** Null: the platform's. */
  readonly account: string | null;
  readonly label: string;
  readonly maySend: boolean;
}

const SERVED = Object.entries(dialects) as [InterfaceDialect, Dialect][];

/** Serves the interfaces of all accounts: their clients over HTTP, and the programs that are told. */
export async function startInterfaces(options: InterfaceOptions, ports: InterfacePorts): Promise<Worker> {
  await using stack = new AsyncDisposableStack();
  const serving = stack.use(new Interfaces(ports));
  await serving.read();
  stack.use(
    ports.store.onChange(async ({ what }) => {
      if (what === 'interfaces' || what === 'accounts') await serving.read();
      if (what === 'components') serving.statusesChanged();
    }),
  );
  stack.use(ports.onRoutes(() => serving.statusesChanged()));
  for (const [name, dialect] of SERVED) {
    const handler: HttpHandler = (request) => dialect.answer(request, serving.doorOf(name));
    stack.use(await ports.http.mount(`/${name}`, handler, { below: true }));
    const port = options[`${name}_port`];
    if (port === undefined) continue;
    const place: HttpPlace & AsyncDisposable = stack.use(
      await ports.http.listen({ host: options.host, port }),
    );
    stack.use(await place.mount('/', handler, { below: true }));
  }
  // Streams never end by themselves.
  stack.defer(() => serving.endStreams());
  const owned = stack.move();
  return {
    status: () => serving.status(),
    gauges: () => ({ interfaces: serving.size }),
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}

interface Open {
  readonly door: ServedInterface;
  /** What it was opened with. */
  readonly settings: string;
  /** Null while it is switched off. */
  readonly callbacks: Callbacks | null;
}

/** Of one stream of an interface. */
const MOST_READERS = 10;

/** The interfaces as the store has them, each with what tells its programs. */
class Interfaces implements AsyncDisposable {
  readonly #ports: InterfacePorts;
  readonly #open = new Map<string, Open>();
  #reading: Promise<void> = Promise.resolve();
  #trouble: string | null = null;
  #closed = false;

  constructor(ports: InterfacePorts) {
    this.#ports = ports;
  }

  get size(): number {
    return this.#open.size;
  }

  status(): ReturnType<Worker['status']> {
    if (this.#trouble !== null) return { status: 'degraded', message: this.#trouble };
    const down = [...this.#open.values()].filter(({ callbacks }) => callbacks?.status().status === 'down');
    const message = `${this.size} interfaces`;
    // A program that is away is its account's affair.
    return {
      status: 'ok',
      message: down.length === 0 ? message : `${message}, ${down.length} of whose programs take nothing`,
    };
  }

  doorOf(dialect: InterfaceDialect): Door {
    return {
      enter: async (name, token) => {
        const owner = token === '' ? null : await this.#ports.verify(token);
        if (owner === null || !owner.maySend || owner.account === null) return null;
        if (name !== null && owner.label !== name) return null;
        return this.#served(dialect, { account: owner.account, name: owner.label });
      },
      operator: (account, token, request) => this.#operator(dialect, { account, token }, request),
      submit: (door, submission) => submitForInterface(this.#ports, door, submission),
      isUp: (transport) => this.#ports.isUp(transport),
      lines: (door, of, gone) => {
        const outlet = this.#open.get(keyOf(door))?.callbacks?.streams[of];
        if (outlet === undefined || outlet.readers >= MOST_READERS) return null;
        return outlet.lines(gone);
      },
      isOptedOut: (door, address) => this.#ports.isOptedOut(door.account, address),
      keeping: (door) => keepingOf(door, this.#ports.state),
      now: () => this.#ports.clock(),
      fire: (door, metrics) => this.#fire(door, metrics),
      message: (door, messageId) => this.#ports.store.messages.get(door.account, messageId),
      original: (door, messageId) => findOriginal(this.#ports.state, door, messageId),
    };
  }

  /** The interface of the dialect that answers under a name, or null. */
  #served(dialect: InterfaceDialect, key: Pick<ServedInterface, 'account' | 'name'>): ServedInterface | null {
    const door = this.#open.get(keyOf(key))?.door ?? null;
    return door?.dialect === dialect && door.active ? door : null;
  }

  async #operator(
    dialect: InterfaceDialect,
    asked: { readonly account: string | null; readonly token: string },
    { remoteAddress: source }: HttpRequest,
  ): Promise<Operator | null> {
    const { token } = asked;
    const holder = token === '' ? null : await this.#ports.verify(token);
    if (holder === null) return null;
    const account = asked.account ?? holder.account;
    // Other accounts are not there for the holder of a token.
    if (account === null || (holder.account ?? account) !== account) return null;
    return {
      account,
      ofPlatform: holder.account === null,
      call: (operation, given) => this.#ports.call({ token, source }, operation, given),
      maySend: holder.maySend,
      find: async (name) => {
        // What has just been changed may not have been heard of.
        await this.read();
        return this.#served(dialect, { account, name });
      },
    };
  }

  /** One after the other, so that the last word counts. */
  read(): Promise<void> {
    this.#reading = this.#reading.then(() => this.#read());
    return this.#reading;
  }

  statusesChanged(): void {
    for (const { callbacks } of this.#open.values()) callbacks?.statusesChanged();
  }

  endStreams(): void {
    for (const { callbacks } of this.#open.values()) {
      callbacks?.streams.messages.close();
      callbacks?.streams.events.close();
    }
  }

  async #fire({ account }: ServedInterface, metrics: readonly Metric[]): Promise<void> {
    const effects = metrics.map((metric) => ({
      kind: 'metric' as const,
      store: 'default',
      at: this.#ports.clock(),
      ...metric,
    }));
    const [failure] = await this.#ports.store.effects.apply({
      marker: `interface/${newId()}`,
      account,
      app: '',
      effects,
    });
    if (failure !== undefined)
      throw new VumiError('internal', `metrics could not be kept: ${failure.reason}`);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#closed = true;
    await this.#reading;
    await Promise.all([...this.#open.keys()].map((key) => this.#close(key)));
  }

  async #read(): Promise<void> {
    if (this.#closed) return;
    try {
      const found = await this.#ports.store.interfaces.all();
      const keys = new Set(found.map(keyOf));
      for (const key of Array.from(this.#open.keys())) if (!keys.has(key)) await this.#close(key);
      for (const door of found) await this.#follow(door);
      this.#trouble = null;
    } catch (error) {
      // The next change of the store reads again.
      this.#trouble = `the interfaces could not be read: ${errorText(error)}`;
      this.#ports.logger.warn({ reason: errorText(error) }, 'the interfaces could not be read');
    }
  }

  async #follow(door: ServedInterface): Promise<void> {
    const key = keyOf(door);
    const settings = JSON.stringify(door);
    if (this.#open.get(key)?.settings === settings) return;
    await this.#close(key);
    const dialect = SERVED.find(([name]) => name === door.dialect)?.[1];
    const logger = this.#ports.logger.child({ interface: `${door.account}/${door.name}` });
    const callbacks =
      dialect !== undefined && door.active
        ? await startCallbacks(door, dialect, { ...this.#ports, ...this.#statusPorts(), logger })
        : null;
    this.#open.set(key, { door, settings, callbacks });
  }

  #statusPorts(): Pick<CallbackPorts, 'changesOf' | 'transportsOf'> {
    const { store, table } = this.#ports;
    return {
      changesOf: (worker, places) => store.components.changesOf(worker, places),
      // An account hears of those that its routes lead over, and of no other.
      transportsOf: ({ account, name, transport }) => {
        const all = table().transportsOf(account, interfaceConnector(account, name));
        return transport === null ? all : all.filter((one) => one === transport);
      },
    };
  }

  async #close(key: string): Promise<void> {
    const open = this.#open.get(key);
    this.#open.delete(key);
    await open?.callbacks?.[Symbol.asyncDispose]();
  }
}

function keyOf({ account, name }: Pick<ServedInterface, 'account' | 'name'>): string {
  return `${account}/${name}`;
}
