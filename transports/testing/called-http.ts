import type {
  HttpAnswer,
  HttpHandler,
  HttpPlace,
  HttpPort,
  MountOptions,
  OutboundRequest,
  OutboundStream,
  RequestOutcome,
  StreamEnd,
  StreamHearer,
} from '@vumi/http';

/** A request of a test. `form` and `json` become the body with their content type. */
export interface CalledRequest {
  readonly method?: string;
  /** With the query; below the place of the worker. */
  readonly path?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly form?: Readonly<Record<string, string>>;
  readonly json?: unknown;
  readonly body?: string | Buffer;
  readonly gone?: AbortSignal;
  /** Whether the network gets the whole answer. Default: it does. */
  readonly flushed?: boolean;
}

interface Mounted {
  readonly path: string;
  readonly handler: HttpHandler;
  readonly options: MountOptions;
}

/** HTTP without sockets: what is mounted is called. For tables of dialects; sockets are the business of the hub's tests. */
export class CalledHttp implements HttpPort {
  readonly #mounted: Mounted[] = [];
  readonly #place: string;
  readonly #origin: string | null;

  /** `origin` null: nobody knows where the platform is reached. */
  constructor(name = 'net', origin: string | null = 'https://vumi.example') {
    this.#place = `/hooks/${name}`;
    this.#origin = origin;
  }

  async mount(path: string, handler: HttpHandler, options: MountOptions = {}): Promise<AsyncDisposable> {
    this.#mounted.push({ path, handler, options });
    return { [Symbol.asyncDispose]: () => Promise.resolve() };
  }

  mountUpgrades(): Promise<AsyncDisposable> {
    return Promise.reject(new Error('there are no sockets'));
  }

  async listen(): Promise<HttpPlace & AsyncDisposable & { readonly port: number }> {
    return {
      port: 0,
      mount: (path, handler, options) => this.mount(path, handler, options),
      [Symbol.asyncDispose]: () => Promise.resolve(),
    };
  }

  publicUrl(path: string): string | null {
    return this.#origin === null ? null : `${this.#origin}${this.#place}${path === '/' ? '' : path}`;
  }

  send(_request: OutboundRequest): Promise<RequestOutcome> {
    return Promise.resolve({ kind: 'not_sent', reason: 'there is no network' });
  }

  open(_stream: OutboundStream, _hearer: StreamHearer): Promise<StreamEnd> {
    return Promise.resolve({ kind: 'not_sent', reason: 'there is no network' });
  }

  /** The answer, as if the network had taken all of it, unless the request says otherwise. */
  async ask(request: CalledRequest): Promise<HttpAnswer> {
    const { method = 'POST', path = '/', headers = {} } = request;
    const url = new URL(`https://vumi.example${this.#place}${path === '/' ? '' : path}`);
    const below = url.pathname.slice(this.#place.length) || '/';
    const mounted = this.#find(below);
    if (mounted === undefined) return { status: 404 };
    const { handler, options, path: place } = mounted;
    if (options.methods?.includes(method) === false) return { status: 405 };
    const { type, body } = writtenBody(request);
    const answer = await handler({
      method,
      url,
      path: place === '/' ? below : below.slice(place.length) || '/',
      headers: { ...type, ...headers },
      body: Buffer.from(body),
      remoteAddress: '192.0.2.1',
      gone: request.gone ?? new AbortController().signal,
    });
    return taken(answer, request.flushed !== false);
  }

  #find(path: string): Mounted | undefined {
    const exact = this.#mounted.find((one) => one.path === path);
    if (exact !== undefined) return exact;
    return this.#mounted.find(({ path: place, options }) => options.below === true && path.startsWith(place));
  }
}

const FORM = { 'content-type': 'application/x-www-form-urlencoded' };

function writtenBody({ form, json, body }: CalledRequest): {
  type: Record<string, string>;
  body: string | Buffer;
} {
  if (form !== undefined) return { type: FORM, body: body ?? new URLSearchParams(form).toString() };
  const type: Record<string, string> = json === undefined ? {} : { 'content-type': 'application/json' };
  return { type, body: body ?? JSON.stringify(json) ?? '' };
}

function taken(answer: HttpAnswer, flushed: boolean): HttpAnswer {
  answer.onSending?.();
  answer.onSent?.(flushed);
  return answer;
}
