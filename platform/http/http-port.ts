import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';

/** A request that somebody made of a worker. Headers in lower case, the body as it came, at most 1 MiB. */
export interface HttpRequest {
  readonly method: string;
  /** Below the place where the handler was mounted; begins with "/". */
  readonly path: string;
  /** As the caller wrote it, under the public base: what signatures are made over. */
  readonly url: URL;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
  /** Of the caller, behind trusted proxies too. */
  readonly remoteAddress: string;
  /** Aborts when the caller has gone before the answer was written. */
  readonly gone: AbortSignal;
}

export interface HttpAnswer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Buffer;
  /** In place of a body: each is written as it comes, and the next asked for when the network has it. */
  readonly pieces?: AsyncIterable<string>;
  /** Called in the tick in which the answer goes to the socket, if it does: what must be on disk before it. */
  readonly onSending?: () => void;
  /** Told once: whether the whole answer was handed to the network. */
  readonly onSent?: (flushed: boolean) => void;
}

/** A rejection is logged and answered with 500; one of an outage with 503 and `Retry-After`, so that callers ask again. */
export type HttpHandler = (request: HttpRequest) => Promise<HttpAnswer>;

export interface MountOptions {
  /** What is answered; the rest gets 405 with `Allow`. Absent: every method. */
  readonly methods?: readonly string[];
  /** Answers below the path too, each time with the longest that fits. Default false: only the path itself. */
  readonly below?: boolean;
}

/** Somebody wants to speak WebSocket on the connection of his request (RFC 6455 §4). Nothing is answered yet. */
export interface HttpUpgrade {
  readonly request: IncomingMessage;
  /** Its handler's from now on, to answer, read and close. */
  readonly socket: Duplex;
  /** What came behind the request already. */
  readonly head: Buffer;
  /** As the caller wrote it, under the public base. */
  readonly url: URL;
  /** Of the caller, behind trusted proxies too. */
  readonly remoteAddress: string;
}

/** Called once for each; must not throw. */
export type UpgradeHandler = (upgrade: HttpUpgrade) => void;

export interface OutboundRequest {
  readonly method: string;
  /** Name and password in it become Basic credentials. */
  readonly url: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Buffer;
  /** Default 30,000. */
  readonly timeoutMs?: number;
  /** The message that it is about, for traces. */
  readonly about?: string;
  /** Gives the request up: nobody knows then whether it was seen. */
  readonly signal?: AbortSignal;
  /** Lets the request reach private and loopback addresses: an operator's own gateway. Default false. */
  readonly allowPrivate?: boolean;
  /**
   * Marks a request of an account, which reaches what its apps may: ports 80 and 443 of public addresses, and these that
   * an operator has opened to it, such as `clinic-db:8080` (core, parsePrivateService).
   */
  readonly privateServices?: readonly string[];
}

/** What a request came to (spec channels §1.2). Nothing here throws. */
export type RequestOutcome =
  | {
      readonly kind: 'answered';
      readonly status: number;
      readonly headers: IncomingHttpHeaders;
      /** At most 1 MiB; empty where a redirect leads elsewhere, which is not followed. */
      readonly body: Buffer;
    }
  /** Nobody can have seen it. */
  | { readonly kind: 'not_sent'; readonly reason: string }
  /** It may have been seen: a timeout, a connection that was cut, an answer that broke off or was too long. */
  | { readonly kind: 'uncertain'; readonly reason: string }
  /** The address is none that this platform asks. */
  | { readonly kind: 'refused'; readonly reason: string };

/** A connection over which somebody brings texts for as long as it stands. */
export interface OutboundStream extends Pick<
  OutboundRequest,
  'url' | 'headers' | 'allowPrivate' | 'privateServices'
> {
  /** `lines`: those of the answer to a GET, blank ones left out; `websocket`: text frames (RFC 6455), also at `ws:` and `wss:`. */
  readonly over: 'lines' | 'websocket';
  /** What a WebSocket is told as soon as it stands, in this order. */
  readonly greetings?: readonly string[];
  /**
   * Milliseconds in which a sign of life is due; who misses several in a row is gone. Default: a WebSocket is asked for one
   * every 30,000, and lines may stay away for ever.
   */
  readonly beatMs?: number;
  /** Hangs up. */
  readonly signal: AbortSignal;
}

/** Who hears a stream. */
export interface StreamHearer {
  /** It stands. */
  onOpen?(): void;
  /** One text after the other, each at most 1 MiB; nothing more is read while too many wait. A rejection ends the stream. */
  take(text: string): Promise<void> | void;
}

/** How a stream ended, when all that came of it is taken. Nothing here throws. */
export type StreamEnd =
  /** It stood, or may have: the other side closed it, is silent, or brought what cannot be read; or it was given up. */
  | { readonly kind: 'ended'; readonly reason: string }
  /** The other side answered, and opened no stream. */
  | Exclude<RequestOutcome, { readonly kind: 'uncertain' }>;

/** Where handlers are mounted. The place of a path is free again when what `mount` gave is disposed. */
export interface HttpPlace {
  /**
   * Answers at a path of the place; "/" is the place itself. Disposal takes no more requests and resolves when those in
   * progress are answered, within seconds. Throws `config.invalid` when something is mounted there.
   */
  mount(path: string, handler: HttpHandler, options?: MountOptions): Promise<AsyncDisposable>;
}

/** HTTP in both directions, for one worker. Its place is `<public base>/hooks/<worker>`, in whichever process a request arrives. */
export interface HttpPort extends HttpPlace {
  /** A listener of the worker's own, as Vumi's `web_port`; 0 takes a free port. */
  listen(address: {
    host: string;
    port: number;
  }): Promise<HttpPlace & AsyncDisposable & { readonly port: number }>;
  /**
   * Has WebSockets at a path of the place handled. Disposal takes no more; those that stand are the handler's to close.
   * Throws `config.invalid` when something is mounted there.
   */
  mountUpgrades(path: string, handler: UpgradeHandler): Promise<AsyncDisposable>;
  /** What to enter at a provider for a path of the place; null where no public URL is configured. */
  publicUrl(path: string): string | null;
  send(request: OutboundRequest): Promise<RequestOutcome>;
  /** Calls somebody who brings texts; resolves when that is over. The addresses that may be called are those of `send`. */
  open(stream: OutboundStream, hearer: StreamHearer): Promise<StreamEnd>;
}
