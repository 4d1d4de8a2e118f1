import { silentLogger } from '@vumi/core';
import { createHttpHub, type HttpHub } from '../hub.ts';
import type {
  HttpHandler,
  HttpPort,
  MountOptions,
  OutboundRequest,
  OutboundStream,
  RequestOutcome,
  StreamEnd,
  StreamHearer,
  UpgradeHandler,
} from '../http-port.ts';
import { createSender } from '../send.ts';
import { createOpener } from '../stream.ts';

/** What processes share. Give two the same, and they find each other's workers. */
export function createSharedKeys() {
  const values = new Map<string, string>();
  return {
    values,
    get: async (key: string) => values.get(key) ?? null,
    set: async (key: string, value: string) => void values.set(key, value),
    delete: async (key: string) => values.delete(key),
  };
}

/** HTTP for one worker as the platform gives it, on real sockets of this machine. It listens from the first mount on. */
export class LoopbackHttp implements HttpPort, AsyncDisposable {
  readonly #worker: string;
  readonly #keys: ReturnType<typeof createSharedKeys>;
  readonly #hub: HttpHub;
  readonly #port: HttpPort;

  /** `publicUrl`: without a final slash. */
  constructor(worker: string, keys = createSharedKeys(), publicUrl: string | null = null) {
    this.#worker = worker;
    this.#keys = keys;
    this.#hub = createHttpHub({
      publicUrl,
      trustedProxies: [],
      listen: { host: '127.0.0.1', port: 0 },
      send: createSender(),
      open: createOpener(),
      state: keys,
      logger: silentLogger,
    });
    this.#port = this.#hub.portOf(worker);
  }

  /** Where the worker is, without a final slash. Throws before its first mount. */
  get url(): string {
    const holder = this.#keys.values.get(`http/hooks/${this.#worker}`);
    if (holder === undefined) throw new Error(`${this.#worker} takes no requests`);
    return `${(JSON.parse(holder) as { url: string }).url}/hooks/${this.#worker}`;
  }

  mount(path: string, handler: HttpHandler, options?: MountOptions): Promise<AsyncDisposable> {
    return this.#port.mount(path, handler, options);
  }

  mountUpgrades(path: string, handler: UpgradeHandler): Promise<AsyncDisposable> {
    return this.#port.mountUpgrades(path, handler);
  }

  listen(address: { host: string; port: number }): ReturnType<HttpPort['listen']> {
    return this.#port.listen(address);
  }

  publicUrl(path: string): string | null {
    return this.#port.publicUrl(path);
  }

  send(request: OutboundRequest): Promise<RequestOutcome> {
    return this.#port.send(request);
  }

  open(stream: OutboundStream, hearer: StreamHearer): Promise<StreamEnd> {
    return this.#port.open(stream, hearer);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#hub[Symbol.asyncDispose]();
  }
}
