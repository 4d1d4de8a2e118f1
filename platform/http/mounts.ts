import type { IncomingMessage, ServerResponse } from 'node:http';
import { errorText, settledWithin, VumiError, type Logger } from '@vumi/core';
import type {
  HttpAnswer,
  HttpHandler,
  HttpPlace,
  HttpRequest,
  HttpUpgrade,
  MountOptions,
  UpgradeHandler,
} from './http-port.ts';
import { readBody, type Origin } from './incoming.ts';
import { refuseUpgrade } from './upgrade.ts';

interface Mount {
  readonly path: string;
  readonly handler: HttpHandler;
  readonly options: MountOptions;
  /** Requests that are not answered. */
  readonly running: Set<Promise<void>>;
  /** It takes no more; what comes until another takes the path shall come again. */
  closed: boolean;
}

/** Whoever unmounts answers what it holds within seconds; this only ends what hangs. */
const LAST_ANSWERS_MS = 10_000;
const RETRY_AFTER_SECONDS = '2';

/** Asks the caller to come again: what it wants is not here now. */
export const TRY_LATER: HttpAnswer = {
  status: 503,
  headers: { 'retry-after': RETRY_AFTER_SECONDS },
};

/** The handlers of one place, by their paths. */
export class Mounts implements HttpPlace {
  readonly #mounts = new Map<string, Mount>();
  /** Null: it takes no more; what comes until another takes the path shall come again. */
  readonly #upgrades = new Map<string, UpgradeHandler | null>();
  readonly #logger: Logger;

  constructor(logger: Logger) {
    this.#logger = logger;
  }

  get isEmpty(): boolean {
    const isHeld = [...this.#mounts.values()].some(({ closed }) => !closed);
    return !isHeld && [...this.#upgrades.values()].every((handler) => handler === null);
  }

  async mount(path: string, handler: HttpHandler, options: MountOptions = {}): Promise<AsyncDisposable> {
    const clean = cleanPath(path);
    if (this.#mounts.get(clean)?.closed === false) throw takenPath(clean);
    const mount: Mount = { path: clean, handler, options, running: new Set(), closed: false };
    this.#mounts.set(clean, mount);
    return {
      [Symbol.asyncDispose]: async () => {
        mount.closed = true;
        await settledWithin(Promise.all(mount.running), LAST_ANSWERS_MS);
      },
    };
  }

  async mountUpgrades(path: string, handler: UpgradeHandler): Promise<AsyncDisposable> {
    const clean = cleanPath(path);
    if ((this.#upgrades.get(clean) ?? null) !== null) throw takenPath(clean);
    this.#upgrades.set(clean, handler);
    return {
      [Symbol.asyncDispose]: async () => {
        if (this.#upgrades.get(clean) === handler) this.#upgrades.set(clean, null);
      },
    };
  }

  /** Gives a connection to whoever takes such at its path. */
  upgrade(upgrade: HttpUpgrade, path: string): void {
    const handler = this.#upgrades.get(cleanPath(path));
    if (handler === undefined) refuseUpgrade(upgrade.socket, { status: 404 });
    else if (handler === null) refuseUpgrade(upgrade.socket, TRY_LATER);
    else handler(upgrade);
  }

  /** Answers a request for a path of this place. */
  answer(request: IncomingMessage, response: ServerResponse, asked: Origin & { path: string }): void {
    const path = cleanPath(asked.path);
    const mount = this.#find(path);
    if (mount === undefined) return void write(response, { status: 404 });
    if (mount.closed) return void write(response, TRY_LATER);
    const { methods } = mount.options;
    if (methods !== undefined && !methods.includes(request.method ?? ''))
      return void write(response, { status: 405, headers: { allow: methods.join(', ') } });
    const running = this.#run(request, response, { mount, asked: { ...asked, path } })
      .catch((error: unknown) => this.#logger.debug({ reason: errorText(error) }, 'a caller went'))
      .finally(() => mount.running.delete(running));
    mount.running.add(running);
  }

  #find(path: string): Mount | undefined {
    const exact = this.#mounts.get(path);
    if (exact !== undefined) return exact;
    const above = [...this.#mounts.values()].filter(
      ({ path: place, options }) => options.below === true && isBelow(path, place),
    );
    return above.sort((a, b) => b.path.length - a.path.length)[0];
  }

  async #run(
    request: IncomingMessage,
    response: ServerResponse,
    { mount, asked }: { mount: Mount; asked: Origin & { path: string } },
  ): Promise<void> {
    const leaving = new AbortController();
    response.once('close', () => {
      if (!response.writableFinished) leaving.abort(new Error('the caller has gone'));
    });
    const body = await readBody(request);
    if (body === null) return write(response, { status: 413, headers: { connection: 'close' } });
    const read: HttpRequest = {
      method: request.method ?? 'GET',
      path: mount.path === '/' ? asked.path : asked.path.slice(mount.path.length) || '/',
      url: asked.url,
      headers: request.headers,
      body,
      remoteAddress: asked.remoteAddress,
      gone: leaving.signal,
    };
    await write(response, await this.#ask(mount.handler, read));
  }

  async #ask(handler: HttpHandler, request: HttpRequest): Promise<HttpAnswer> {
    try {
      return await handler(request);
    } catch (error) {
      const isOutage = error instanceof VumiError && error.outage;
      this.#logger.error({ error, path: request.path }, 'a request could not be answered');
      return isOutage ? TRY_LATER : { status: 500 };
    }
  }
}

function takenPath(path: string): VumiError {
  return new VumiError('config.invalid', `two handlers want the path "${path}"; give one of them another`);
}

/** Resolves when the answer is in the network's hands or the caller has gone. */
export function write(response: ServerResponse, answer: HttpAnswer): Promise<void> {
  const { status, headers = {}, body = '', pieces, onSending, onSent } = answer;
  if (pieces !== undefined) return stream(response, { status, headers, pieces });
  if (response.destroyed) {
    onSent?.(false);
    return Promise.resolve();
  }
  return new Promise((resolve) => {
    response.once('close', () => {
      onSent?.(response.writableFinished);
      resolve();
    });
    response.writeHead(status, {
      'cache-control': 'no-store',
      'x-content-type-options': 'nosniff',
      ...headers,
      'content-length': Buffer.byteLength(body),
    });
    onSending?.();
    response.end(response.req.method === 'HEAD' ? undefined : body);
  });
}

/** The next piece is asked for when the one before it is in the network's hands. */
async function stream(
  response: ServerResponse,
  { status, headers, pieces }: Pick<HttpAnswer, 'status' | 'headers'> & { pieces: AsyncIterable<string> },
): Promise<void> {
  response.writeHead(status, {
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
    ...headers,
  });
  response.flushHeaders();
  for await (const piece of pieces) if (!(await isWritten(response, piece))) break;
  response.end();
}

function isWritten(response: ServerResponse, piece: string): Promise<boolean> {
  return new Promise((resolve) => {
    if (response.destroyed) return resolve(false);
    const gone = (): void => resolve(false);
    response.once('close', gone);
    response.write(piece, (error) => {
      response.off('close', gone);
      resolve(error == null);
    });
  });
}

function isBelow(path: string, place: string): boolean {
  return place === '/' || path.startsWith(`${place}/`);
}

/** Begins with "/", has none at its end and no two in a row. */
function cleanPath(path: string): string {
  return `/${path
    .split('/')
    .filter((part) => part !== '')
    .join('/')}`;
}
