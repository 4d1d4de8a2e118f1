import { randomBytes } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { hostname } from 'node:os';
import type { Duplex } from 'node:stream';
import { errorText, type KeyedState, type Logger } from '@vumi/core';
import { AddressRanges } from './address-ranges.ts';
import { handedOn, handOn, handUpgradeOn } from './hand-on.ts';
import { Holders, type Holder } from './holders.ts';
import type { HttpPort } from './http-port.ts';
import { startHttpServer, type HttpServer, type Upgrades } from './http-server.ts';
import { originOf, type Origin } from './incoming.ts';
import { Mounts, TRY_LATER, write } from './mounts.ts';
import { isWebSocket, refuseUpgrade } from './upgrade.ts';

const HOOKS = '/hooks/';

export interface HttpHubOptions {
  /** Where people reach the platform, without a final slash; null where nobody said. */
  readonly publicUrl: string | null;
  /** Networks of proxies that say in `X-Forwarded-For` whom they were asked by. */
  readonly trustedProxies: readonly string[];
  /** Where this process takes requests of its workers itself; null: only by `handle`. */
  readonly listen: HookListener | null;
  readonly send: HttpPort['send'];
  readonly open: HttpPort['open'];
  /** Shared with the other processes. */
  readonly state: Pick<KeyedState, 'get' | 'set' | 'delete'>;
  readonly logger: Logger;
}

interface HookListener {
  readonly host: string;
  readonly port: number;
  /** Where other processes reach it, without a final slash. Default: host and port. */
  readonly url?: string | undefined;
}

/** The HTTP of all workers of a process. */
export interface HttpHub extends AsyncDisposable {
  portOf(worker: string): HttpPort;
  /** Answers a request under `/hooks/`, or has the process answer that runs the worker. */
  handle(request: IncomingMessage, response: ServerResponse): void;
  /** The same for WebSockets. */
  readonly upgrades: Upgrades;
}

export function createHttpHub(options: HttpHubOptions): HttpHub {
  return new Hub(options);
}

class Hub implements HttpHub {
  readonly #options: HttpHubOptions;
  readonly #trusted: AddressRanges;
  readonly #places = new Map<string, Mounts>();
  readonly #holders: Holders;
  readonly #token = randomBytes(24).toString('base64url');
  #listener: Promise<HttpServer> | null = null;

  constructor(options: HttpHubOptions) {
    this.#options = options;
    this.#trusted = new AddressRanges(options.trustedProxies);
    this.#holders = new Holders(options.state, options.logger);
  }

  readonly upgrades: Upgrades = {
    wants: (request) => isWebSocket(request) && isHook(request),
    handle: (request, socket, head) => {
      // Whoever is gone while it is looked up where he wants to go is no error of ours.
      socket.on('error', () => {});
      this.#upgrade(request, socket, head).catch((error: unknown) => {
        this.#options.logger.error({ error }, 'a connection for a worker could not be handed on');
        refuseUpgrade(socket, TRY_LATER);
      });
    },
  };

  portOf(worker: string): HttpPort {
    const { publicUrl, logger, send, open } = this.#options;
    return {
      mount: (path, handler, options) => this.#mount(worker, (place) => place.mount(path, handler, options)),
      mountUpgrades: (path, handler) => this.#mount(worker, (place) => place.mountUpgrades(path, handler)),
      listen: async ({ host, port }) => {
        const place = new Mounts(logger.child({ worker }));
        const setting = { field: 'web_port', name: 'web_port' };
        const server = await startHttpServer({ host, port, setting }, (request, response) => {
          const origin = originOf(request, { publicUrl: null, trustedProxies: this.#trusted });
          place.answer(request, response, { ...origin, path: pathOf(request) });
        });
        return {
          port: server.port,
          mount: (path, handler, options) => place.mount(path, handler, options),
          [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
        };
      },
      publicUrl: (path) =>
        publicUrl === null ? null : `${publicUrl}${HOOKS}${worker}${path === '/' ? '' : path}`,
      send,
      open,
    };
  }

  handle(request: IncomingMessage, response: ServerResponse): void {
    this.#answer(request, response).catch((error: unknown) => {
      this.#options.logger.error({ error }, 'a request for a worker could not be handed on');
      void write(response, TRY_LATER);
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#holders.close();
    await (await this.#listener?.catch(() => null))?.[Symbol.asyncDispose]();
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { worker, path, origin, isPassed } = this.#read(request);
    if (worker === null) return write(response, { status: 404 });
    const place = this.#places.get(worker);
    if (place !== undefined) return place.answer(request, response, { ...origin, path });
    const holder = isPassed ? null : await this.#otherHolder(worker);
    if (holder === null) return write(response, TRY_LATER);
    handOn(request, response, { holder, origin });
  }

  async #upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): Promise<void> {
    const { worker, path, origin, isPassed } = this.#read(request);
    if (worker === null) return refuseUpgrade(socket, { status: 404 });
    const place = this.#places.get(worker);
    if (place !== undefined) return place.upgrade({ request, socket, head, ...origin }, path);
    const holder = isPassed ? null : await this.#otherHolder(worker);
    if (holder === null) return refuseUpgrade(socket, TRY_LATER);
    handUpgradeOn({ request, socket, head }, { holder, origin });
  }

  /** Whose a request is and where it comes from; `isPassed`: another process has handed it on. */
  #read(request: IncomingMessage): {
    worker: string | null;
    path: string;
    origin: Origin;
    isPassed: boolean;
  } {
    const { publicUrl } = this.#options;
    const passed = handedOn(request, this.#token);
    const origin = passed ?? originOf(request, { publicUrl, trustedProxies: this.#trusted });
    return { ...splitPath(pathOf(request)), origin, isPassed: passed !== null };
  }

  /** One that was handed on is not handed on again: two processes could take each other for the holder. */
  async #otherHolder(worker: string): Promise<Holder | null> {
    const holder = await this.#holders.find(worker);
    return holder === null || holder.token === this.#token ? null : holder;
  }

  async #mount(worker: string, mount: (place: Mounts) => Promise<AsyncDisposable>): Promise<AsyncDisposable> {
    const { listen, logger } = this.#options;
    const url = listen === null ? null : await this.#listen(listen);
    const place = this.#places.get(worker) ?? new Mounts(logger.child({ worker }));
    const mounted = await mount(place);
    this.#places.set(worker, place);
    // What cannot be said now is said again with the next renewal.
    if (url !== null)
      await this.#holders
        .announce(worker, { url, token: this.#token })
        .catch((error: unknown) => this.#warn(worker, error));
    return {
      [Symbol.asyncDispose]: async () => {
        const ended = mounted[Symbol.asyncDispose]();
        if (place.isEmpty && this.#places.get(worker) === place) {
          this.#places.delete(worker);
          await this.#holders.withdraw(worker).catch((error: unknown) => this.#warn(worker, error));
        }
        await ended;
      },
    };
  }

  async #listen(listen: HookListener): Promise<string> {
    const setting = { field: 'http.hooks.port', name: 'http.hooks.port' };
    this.#listener ??= startHttpServer(
      { ...listen, setting },
      (request, response) => this.handle(request, response),
      this.upgrades,
    );
    const { port } = await this.#listener;
    const everywhere = listen.host === '0.0.0.0' || listen.host === '::';
    const host = everywhere ? hostname() : listen.host;
    return listen.url ?? `http://${host.includes(':') ? `[${host}]` : host}:${port}`;
  }

  #warn(worker: string, error: unknown): void {
    const fields = { worker, reason: errorText(error) };
    this.#options.logger.warn(fields, 'cannot tell other processes who runs a worker');
  }
}

function pathOf(request: IncomingMessage): string {
  return (request.url ?? '/').split('?')[0] ?? '/';
}

/** `/hooks/<worker>/<path>` */
function splitPath(path: string): { worker: string | null; path: string } {
  if (!path.startsWith(HOOKS)) return { worker: null, path };
  const [worker = '', ...rest] = path.slice(HOOKS.length).split('/');
  return { worker: worker === '' ? null : worker, path: `/${rest.join('/')}` };
}

/** Whether a request is for some worker's place. */
export function isHook(request: IncomingMessage): boolean {
  return pathOf(request).startsWith(HOOKS);
}
