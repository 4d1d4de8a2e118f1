import { setTimeout as pause } from 'node:timers/promises';
import { deriveId, errorText, type UserMessage } from '@vumi/core';
import { refuseUpgrade, type HttpUpgrade } from '@vumi/http';
import { WebSocketServer, type WebSocket } from 'ws';
import type { Line } from '../socket/outlet.ts';
import type { SocketNetwork, SocketWork } from '../socket/start-socket-transport.ts';
import { ChatSocket, type HelloFrame, type TextFrame } from './chat-socket.ts';
import type { WebChatConfig } from './config.ts';
import type { Conversations } from './conversations.ts';
import type { ServerFrame } from './frames.ts';
import { mountPages } from './pages.ts';
import type { SessionTokens } from './session-tokens.ts';

/** Bytes of a frame: a text of 4,096 characters, however JSON spells them. */
const MOST_BYTES = 64 * 1024;
/** Pages of one visitor. */
const MOST_PAGES = 8;
const BEAT_MS = 30_000;
const GOODBYE_MS = 1000;
const CLIENT_ID = 'web_chat_id';

export interface ChatServerParts {
  readonly config: WebChatConfig;
  readonly work: SocketWork;
  readonly tokens: SessionTokens;
  readonly conversations: Conversations;
}

/** The pages that are connected. A message is taken when it is kept: nobody has to be there. */
export class ChatServer implements SocketNetwork, Line {
  readonly hasRoom = true;
  readonly #parts: ChatServerParts;
  readonly #server = new WebSocketServer({ noServer: true, clientTracking: false, maxPayload: MOST_BYTES });
  readonly #mounted = new AsyncDisposableStack();
  readonly #sockets = new Set<ChatSocket>();
  /** Of those that have said hello: the newest last. */
  readonly #pages = new Map<string, ChatSocket[]>();
  readonly #beats: NodeJS.Timeout;
  readonly send: Line['send'];
  #isReading = true;
  #refused = 0;

  private constructor(parts: ChatServerParts) {
    this.#parts = parts;
    this.send = (message, marks) => parts.conversations.send(message, marks);
    this.#beats = setInterval(() => {
      for (const socket of this.#sockets) socket.beat();
    }, BEAT_MS).unref();
  }

  static async start(parts: ChatServerParts): Promise<ChatServer> {
    const { work, config } = parts;
    const { http, end } = work.ports;
    const server = new ChatServer(parts);
    try {
      server.#mounted.use(await http.mountUpgrades('/chat', (upgrade) => server.#welcome(upgrade)));
      server.#mounted.use(await mountPages(config, http, () => work.inbound.waiting));
    } catch (error) {
      await server[Symbol.asyncDispose]();
      throw error;
    }
    const message = `visitors come to ${http.publicUrl('/chat') ?? `/hooks/${end.name}/chat`}`;
    work.health.report({ component: 'provider', status: 'ok', type: 'listening', message });
    work.outlet.join(server);
    return server;
  }

  gauges(): Readonly<Record<string, number>> {
    return { clients: this.#sockets.size, visitors: this.#pages.size, refused_total: this.#refused };
  }

  read(isReading: boolean): void {
    this.#isReading = isReading;
    for (const socket of this.#sockets) socket.read(isReading);
  }

  show(session: string, frames: readonly ServerFrame[]): void {
    for (const page of this.#pages.get(session) ?? [])
      if (page.isUpToDate) for (const frame of frames) page.say(frame);
  }

  /** Tells the pages of a visitor that his text is safe. */
  acknowledge({ from_addr: session, transport_metadata }: UserMessage): void {
    const id = transport_metadata[CLIENT_ID];
    for (const page of this.#pages.get(session ?? '') ?? []) page.say({ ack: id });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    clearInterval(this.#beats);
    this.#parts.work.outlet.leave(this);
    await this.#mounted.disposeAsync();
    for (const socket of this.#sockets) socket.close('restarting', 'come again');
    if (this.#sockets.size > 0) await pause(GOODBYE_MS);
    for (const socket of this.#sockets) socket.terminate();
  }

  #welcome(upgrade: HttpUpgrade): void {
    const { request, socket, head } = upgrade;
    if (this.#sockets.size >= this.#parts.config.max_clients) {
      this.#refused += 1;
      return refuseUpgrade(socket, { status: 503, headers: { 'retry-after': '10' } });
    }
    this.#server.handleUpgrade(request, socket, head, (opened) => this.#open(opened, upgrade));
  }

  #open(opened: WebSocket, { request, url }: HttpUpgrade): void {
    const socket = new ChatSocket(opened, () => performance.now(), {
      onHello: (frame, page) => this.#greet(frame, page),
      onText: (session, frame) => this.#take(session, frame),
      onGot: (session, id) => this.#do(() => this.#parts.conversations.got(session, id)),
      onClosed: (page) => this.#forget(page),
    });
    this.#sockets.add(socket);
    const { origin, host } = request.headers;
    if (!this.#isAllowed(origin, [url.host, host ?? ''])) {
      this.#refused += 1;
      this.#parts.work.ports.logger.info(
        { origin: origin?.slice(0, 255) },
        'a page of an origin that is not allowed',
      );
      // A page cannot read the answer to a request for an upgrade, so that it is told why afterwards.
      const why = origin === undefined ? 'no Origin header' : `allowed_origins has no "${origin}"`;
      return socket.close('origin', why);
    }
    if (!this.#isReading) socket.read(false);
  }

  #isAllowed(origin: string | undefined, hosts: readonly string[]): boolean {
    if (origin === undefined) return false;
    const own = URL.parse(origin)?.host;
    return this.#parts.config.allowed_origins.includes(origin) || (own !== undefined && hosts.includes(own));
  }

  #greet({ session: known, token, last }: HelloFrame, page: ChatSocket): string | null {
    const { tokens, conversations } = this.#parts;
    if (known !== null && !tokens.isOf(known, token)) {
      this.#refused += 1;
      return null;
    }
    const { session, ...proof } = known === null ? tokens.create() : { session: known, token };
    const pages = [...(this.#pages.get(session) ?? []), page];
    if (pages.length > MOST_PAGES)
      pages.shift()?.close('others', 'this conversation is open in too many pages');
    this.#pages.set(session, pages);
    page.say({ session, ...proof });
    conversations
      .resume(session, last, (frames) => {
        for (const frame of frames) page.say(frame);
        page.isUpToDate = true;
      })
      .catch((error: unknown) => {
        this.#warn(error);
        page.close('restarting', 'come again');
      });
    return session;
  }

  #take(session: string, { id, text, payload }: TextFrame): void {
    const { work, conversations } = this.#parts;
    work.inbound.take({
      message_id: deriveId(work.ports.end.name, session, id),
      from_addr: session,
      to_addr: conversations.toAddr,
      content: text,
      transport_metadata: { [CLIENT_ID]: id },
      ...(payload === undefined ? {} : { helper_metadata: { received: { payload } } }),
    });
  }

  /** Where it fails the page is told again what it has got. */
  #do(work: () => Promise<void>): void {
    work().catch((error: unknown) => this.#warn(error));
  }

  #warn(error: unknown): void {
    const reason = errorText(error);
    this.#parts.work.ports.logger.warn({ reason }, 'the state of a visitor cannot be reached');
  }

  #forget(page: ChatSocket): void {
    this.#sockets.delete(page);
    const { session } = page;
    if (session === null) return;
    const left = (this.#pages.get(session) ?? []).filter((one) => one !== page);
    if (left.length === 0) this.#pages.delete(session);
    else this.#pages.set(session, left);
  }
}
