import type { Socket } from 'node:net';
import { errorText, type Logger } from '@vumi/core';
import { startDeadline, withinGiven } from '@vumi/machine';
import { decodePdu } from '../codec/decode.ts';
import { FrameError, FrameReader } from '../codec/frame-reader.ts';
import { PduError, type BindBody, type Pdu, type RequestBody, type ResponseBody } from '../codec/pdu.ts';
import { STATUS, statusName } from '../codec/statuses.ts';
import { createRefusal, createResponse, isResponse, type Answer, type IncomingBody } from './answer.ts';
import { IncomingLoad } from './incoming-load.ts';
import type { CloseReason, Outcome } from './outcome.ts';
import { Output } from './output.ts';
import { PeerVersion } from './peer-version.ts';
import { RequestWindow } from './request-window.ts';
import { boundBy, checkRequest, isBound, type Role, type SessionState } from './rules.ts';

export interface IncomingRequest {
  readonly body: IncomingBody;
  /** The whole PDU as it came. */
  readonly frame: Buffer;
  /** What was wrong with its octets and could be borne. */
  readonly mended?: readonly string[] | undefined;
}

export interface SessionOptions {
  readonly role: Role;
  /** Greatest number of our unanswered requests. */
  readonly window: number;
  /** How long a peer may take for a response. */
  readonly responseTimeoutMs: number;
  /** An enquire_link goes out this often; a peer that is silent for twice as long is dead. */
  readonly enquireLinkMs: number;
  /** A session that is not bound by then ends. */
  readonly bindTimeoutMs: number;
  readonly logger: Logger;
  /** By which the peer is judged: it should stand still while this process is not given a processor. */
  readonly clock: () => number;
  /** Answers the peer's requests; enquire_link and unbind are answered by the session. */
  readonly onRequest: (request: IncomingRequest) => Answer | Promise<Answer>;
  /** Runs before each write to the socket, in its tick: make safe now what must not be forgotten. */
  readonly beforeWrite?: () => void;
  /** The peer has read everything up to this number of our output, for it has answered a later request. */
  readonly onRead?: (order: number) => void;
  /** Sees each whole PDU of the peer before anything is done with it; false drops it, as if it had never come. */
  readonly admit?: (frame: Buffer) => boolean;
  /** Sees what goes to the socket, whole PDUs in one piece; valid only while it runs. */
  readonly onWritten?: (pdus: Buffer) => void;
  /**
   * Greatest number of the peer's requests in `onRequest`, default 2000. An SMSC refuses further ones for now; an ESME
   * does not read on, and refuses only when that takes long.
   */
  readonly incomingLimit?: number;
  /** A session without a message for so long ends; absent is never (section 7.2, inactivity_timer). */
  readonly inactivityMs?: number;
  /** ESME: an SMSC that does not tell its version gets no TLVs (section 3.4). Default false: many do not tell. */
  readonly strictVersion?: boolean;
  /** There may be room for another request. */
  readonly onRoom?: () => void;
}

const INCOMING_LIMIT = 2000;
/** So long an ESME leaves unread what it cannot take; what comes after that is refused, for enquire_link needs its answer. */
const UNREAD_MS = 10_000;
/** How long the peer may take to say goodbye: unbind_resp, then the end of its socket. */
const GOODBYE_MS = 2000;
/** Later ones in a session are not logged: a peer must not fill our disk. */
const LOGGED_FAULTS = 20;

/** One SMPP session over one socket, for either side. It ends with its socket and is never used again. */
export class Session {
  readonly closed: Promise<CloseReason>;
  readonly #socket: Socket;
  readonly #options: SessionOptions;
  readonly #output: Output;
  readonly #window: RequestWindow;
  readonly #reader: FrameReader;
  readonly #timer: NodeJS.Timeout;
  readonly #startedAt: number;
  #settleClosed: (reason: CloseReason) => void = () => {};
  readonly #idleListeners = new Set<() => void>();
  #state: SessionState = 'open';
  #reason: CloseReason | undefined;
  #draining = false;
  readonly #load: IncomingLoad;
  readonly #version: PeerVersion;
  #faults = 0;
  #lastHeard: number;
  #lastEnquired: number;
  #lastActive: number;
  #blockedSince: number | undefined;

  constructor(socket: Socket, options: SessionOptions) {
    this.#socket = socket;
    this.#options = options;
    this.#startedAt = options.clock();
    this.#lastHeard = this.#startedAt;
    this.#lastEnquired = Number.NEGATIVE_INFINITY;
    this.#lastActive = this.#startedAt;
    this.#load = new IncomingLoad({
      limit: options.incomingLimit ?? INCOMING_LIMIT,
      patienceMs: options.role === 'esme' ? UNREAD_MS : 0,
      clock: options.clock,
    });
    this.#version = new PeerVersion(options.strictVersion ?? false);
    this.#output = new Output(socket, {
      beforeWrite: () => options.beforeWrite?.(),
      afterWrite: () => this.#relieve(),
      onWritten: options.onWritten,
    });
    this.#window = new RequestWindow(this.#output, {
      size: options.window,
      responseTimeoutMs: options.responseTimeoutMs,
      clock: options.clock,
    });
    this.#reader = new FrameReader((frame) => this.#onFrame(frame));
    this.closed = new Promise((resolve) => {
      this.#settleClosed = resolve;
    });
    // What the peer has said by now is read before it is judged.
    this.#timer = setInterval(() => setImmediate(() => this.#look()), tickMs(options));
    this.#listen();
  }

  get state(): SessionState {
    return this.#state;
  }

  /** Bound, and takes requests. */
  get ready(): boolean {
    return isBound(this.#state) && !this.#draining;
  }

  /** Unanswered requests of ours. */
  get inFlight(): number {
    return this.#window.inFlight;
  }

  /** Requests of ours that wait for a place in the window. */
  get waiting(): number {
    return this.#window.waiting;
  }

  /** A request would leave at once. */
  get hasRoom(): boolean {
    return this.ready && this.#window.hasRoom;
  }

  /** Optional parameters may be sent to the peer: it speaks version 3.4 (section 3.4). */
  get takesTlvs(): boolean {
    return this.#version.takesTlvs;
  }

  /**
   * Sends a request once the window has a place. `beforeWrite` runs right before the write to the socket.
   * TLVs that a peer before version 3.4 would not understand are left out.
   * @throws PduError when the request cannot be written at all.
   */
  request(body: RequestBody, beforeWrite?: () => void): Promise<Outcome> {
    try {
      return this.#window.request(this.#version.fit(body), beforeWrite);
    } catch (error) {
      return Promise.reject(error);
    }
  }

  /** ESME: introduces itself. The session is bound when the answer's status is 0. */
  bind(body: BindBody): Promise<Outcome> {
    this.#version.announced(body.interfaceVersion);
    return this.#window.requestUrgently(body);
  }

  /** Changes the greatest number of our unanswered requests. */
  setWindow(size: number): void {
    this.#window.resize(size);
  }

  /** Asks for a sign of life beside the regular ones, unless that was done less than `everyMs` ago. */
  probe(everyMs: number): void {
    if (this.#options.clock() - this.#lastEnquired >= everyMs) this.#enquire();
  }

  /** Takes no more requests, waits up to `drainMs` for what is in flight both ways, unbinds and closes. */
  async close(drainMs = 0): Promise<void> {
    if (this.#state === 'closed') return;
    this.#draining = true;
    this.#window.stop();
    await this.#drained(drainMs);
    if (isBound(this.#state)) {
      this.#state = 'closing';
      await settledWithin(this.#window.requestUrgently({ command: 'unbind' }), GOODBYE_MS);
    }
    this.#end({ kind: 'closed_here', message: 'closed by us' });
    await this.closed;
  }

  /** Ends the connection at once, without a goodbye. */
  destroy(reason: CloseReason): void {
    this.#reason ??= reason;
    this.#socket.destroy();
  }

  #listen(): void {
    const socket = this.#socket;
    socket.setNoDelay(true);
    socket.on('data', (chunk: Buffer) => this.#onData(chunk));
    socket.on('drain', () => this.#relieve());
    socket.on('error', (error) => {
      this.#reason ??= { kind: 'socket_error', message: error.message };
    });
    socket.on('end', () => {
      this.#reason ??= { kind: 'peer_closed', message: 'the peer closed the connection' };
    });
    socket.once('close', () => this.#onClose());
  }

  #onData(chunk: Buffer): void {
    this.#lastHeard = this.#options.clock();
    try {
      this.#reader.push(chunk);
    } catch (error) {
      if (error instanceof FrameError) return this.#refuseStream(error);
      this.#options.logger.error({ err: error }, 'a PDU could not be handled');
      return this.destroy({ kind: 'socket_error', message: errorText(error) });
    }
    // A peer that asks and does not read our answers must not fill our memory.
    if (this.#output.blocked || this.#load.tooMuch) this.#socket.pause();
  }

  #refuseStream(error: FrameError): void {
    this.#options.logger.warn({ peer: this.#socket.remoteAddress, err: error.message }, 'stream is not SMPP');
    this.#output.push({ command: 'generic_nack' }, STATUS.RINVCMDLEN, 0);
    this.#end({ kind: 'not_smpp', message: error.message });
  }

  #onFrame(frame: Buffer): void {
    if (this.#options.admit?.(frame) === false) return;
    const pdu = this.#decode(frame);
    if (pdu === null) return;
    const { body } = pdu;
    if (pdu.mended !== undefined)
      this.#logFault({ command: body.command, mended: pdu.mended }, 'PDU is not as it should be; kept');
    if (!body.command.startsWith('enquire_link')) this.#lastActive = this.#lastHeard;
    if (isResponse(body)) return this.#onResponse(pdu, body);
    if (body.command === 'enquire_link') {
      this.#output.push({ command: 'enquire_link_resp' }, STATUS.ROK, pdu.sequence);
    } else if (body.command === 'unbind') {
      this.#onUnbind(pdu.sequence);
    } else {
      this.#onRequest(pdu.sequence, { body: body as IncomingBody, frame, mended: pdu.mended });
    }
  }

  /** Null when the PDU is malformed; the peer is told so. */
  #decode(frame: Buffer): Pdu | null {
    try {
      return decodePdu(frame, this.#options.role === 'esme' ? 'smsc' : 'esme');
    } catch (error) {
      if (!(error instanceof PduError)) throw error;
      this.#logFault({ err: error.message, status: statusName(error.status) }, 'malformed PDU');
      const refusal = createRefusal(error.commandId);
      if (refusal !== null) this.#output.push(refusal, error.status, error.sequence);
      return null;
    }
  }

  #logFault(fields: object, message: string): void {
    this.#faults += 1;
    if (this.#faults <= LOGGED_FAULTS) this.#options.logger.warn(fields, message);
  }

  #onResponse(pdu: Pdu, body: ResponseBody): void {
    const bound = pdu.status === STATUS.ROK ? boundBy(body.command) : undefined;
    if (bound !== undefined && this.#state === 'open' && this.#options.role === 'esme') {
      this.#state = bound;
      this.#version.onBindResponse(body);
    }
    const order = this.#window.settle(pdu.sequence, { status: pdu.status, body });
    if (order === 0) {
      const fields = { command: body.command, sequence: pdu.sequence, status: statusName(pdu.status) };
      this.#logFault(fields, 'response to no request in flight');
      return;
    }
    this.#options.onRead?.(order);
    this.#checkIdle();
  }

  #onRequest(sequence: number, request: IncomingRequest): void {
    const refusal = this.#refusal(request.body);
    if (refusal !== STATUS.ROK) return this.#respond(sequence, request.body, { status: refusal });
    this.#load.begin();
    if ('interfaceVersion' in request.body) this.#version.announced(request.body.interfaceVersion);
    let answer: Answer | Promise<Answer>;
    try {
      answer = this.#options.onRequest(request);
    } catch (error) {
      answer = this.#failed(error);
    }
    if (!(answer instanceof Promise)) return this.#finish(sequence, request.body, answer);
    answer
      .catch((error: unknown) => this.#failed(error))
      .then((settled) => this.#finish(sequence, request.body, settled))
      .catch((error: unknown) => this.destroy({ kind: 'socket_error', message: errorText(error) }));
  }

  #refusal(body: IncomingBody): number {
    // What crosses our unbind is not the peer's fault: he shall send it in the next session.
    if (this.#draining && this.#state === 'closing') return this.#notNow(STATUS.RTHROTTLED);
    const status = checkRequest(body.command, this.#options.role, this.#state);
    if (status !== STATUS.ROK) return status;
    return this.#load.refuses || this.#draining ? this.#notNow(STATUS.RTHROTTLED) : STATUS.ROK;
  }

  /** What asks the peer to try again later. */
  #notNow(smscStatus: number): number {
    return this.#options.role === 'esme' ? STATUS.RX_T_APPN : smscStatus;
  }

  #failed(error: unknown): Answer {
    this.#options.logger.error({ err: error }, 'a request of the peer could not be handled');
    return { status: this.#notNow(STATUS.RSYSERR) };
  }

  #finish(sequence: number, body: IncomingBody, answer: Answer): void {
    this.#load.end();
    if (this.#state !== 'closed') this.#respond(sequence, body, answer);
    if (this.#socket.isPaused()) this.#relieve();
    this.#checkIdle();
  }

  #respond(sequence: number, body: IncomingBody, answer: Answer): void {
    if (answer.withheld === true) return;
    const response = createResponse(body.command, this.#version.takesTlvs ? answer : { ...answer, tlvs: [] });
    if (response === null) return;
    const order = this.#output.push(response, answer.status, sequence);
    answer.onQueued?.(order);
    const bound = answer.status === STATUS.ROK ? boundBy(response.command) : undefined;
    if (bound !== undefined && this.#state === 'open') this.#state = bound;
  }

  #onUnbind(sequence: number): void {
    if (isBound(this.#state)) this.#state = 'closing';
    this.#window.stop();
    void this.#drained(GOODBYE_MS).then(() => {
      if (this.#state === 'closed') return;
      this.#output.push({ command: 'unbind_resp' }, STATUS.ROK, sequence);
      this.#end({ kind: 'peer_unbound', message: 'the peer unbound' });
    });
  }

  /** Settles when nothing is in flight in either direction, at the latest after `ms`. */
  #drained(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const done = (): void => {
        deadline[Symbol.dispose]();
        this.#idleListeners.delete(done);
        resolve();
      };
      const deadline = startDeadline({ limitMs: ms }, done);
      this.#idleListeners.add(done);
      this.#checkIdle();
    });
  }

  #checkIdle(): void {
    if (this.#idleListeners.size === 0) return;
    const idle = this.#window.inFlight === 0 && this.#load.count === 0;
    if (!idle && this.#state !== 'closed') return;
    // Each listener takes itself out.
    for (const listener of this.#idleListeners) listener();
  }

  /** Writes what is queued and closes in good order; a peer that does not join in is cut off. */
  #end(reason: CloseReason): void {
    this.#reason ??= reason;
    this.#reader.stop();
    this.#output.flush();
    this.#socket.end();
    const deadline = startDeadline({ limitMs: GOODBYE_MS }, () => this.#socket.destroy());
    this.#socket.once('close', () => deadline[Symbol.dispose]());
    // Nothing that the peer still says is read, but its end of the stream is only seen by a reader.
    this.#socket.resume();
  }

  /** There is room for more again, unless the socket has yet to drain. */
  #relieve(): void {
    if (this.#output.blocked) return;
    this.#blockedSince = undefined;
    this.#window.pump();
    if (this.#socket.isPaused() && !this.#load.tooMuch) this.#socket.resume();
    this.#options.onRoom?.();
  }

  #onClose(): void {
    clearInterval(this.#timer);
    this.#state = 'closed';
    this.#reader.stop();
    this.#output.close();
    this.#window.close();
    this.#checkIdle();
    this.#settleClosed(this.#reason ?? { kind: 'peer_closed', message: 'the connection is gone' });
  }

  #look(): void {
    if (this.#state !== 'closed') this.#tick();
  }

  #tick(): void {
    const now = this.#options.clock();
    if (this.#output.blocked) return this.#checkBlocked(now);
    // What is not read can neither answer nor show that the peer lives.
    if (this.#socket.isPaused()) return this.#relieve();
    this.#window.expire();
    if (this.#state === 'open' && now - this.#startedAt >= this.#options.bindTimeoutMs) {
      return this.destroy({ kind: 'not_bound', message: 'not bound in time' });
    }
    if (!isBound(this.#state)) return;
    if (this.ready && now - this.#lastActive >= (this.#options.inactivityMs ?? Number.POSITIVE_INFINITY)) {
      this.#reason ??= { kind: 'inactive', message: 'no message for too long' };
      return void this.close(GOODBYE_MS);
    }
    if (now - this.#lastHeard >= this.#options.enquireLinkMs * 2) {
      return this.destroy({ kind: 'peer_silent', message: 'the peer does not answer enquire_link' });
    }
    if (now - this.#lastEnquired >= this.#options.enquireLinkMs) this.#enquire();
  }

  #enquire(): void {
    this.#lastEnquired = this.#options.clock();
    void this.#window.requestUrgently({ command: 'enquire_link' });
  }

  #checkBlocked(now: number): void {
    this.#blockedSince ??= now;
    if (now - this.#blockedSince >= this.#options.responseTimeoutMs) {
      this.destroy({ kind: 'peer_not_reading', message: 'the peer does not read what we send' });
    }
  }
}

function tickMs(options: SessionOptions): number {
  const {
    responseTimeoutMs,
    enquireLinkMs,
    bindTimeoutMs,
    inactivityMs = Number.POSITIVE_INFINITY,
  } = options;
  const shortest = Math.min(responseTimeoutMs, enquireLinkMs, bindTimeoutMs, inactivityMs);
  return Math.max(10, Math.min(1000, shortest / 4));
}

async function settledWithin(promise: Promise<unknown>, ms: number): Promise<void> {
  await withinGiven(promise, { limitMs: ms }, () => new Error('no answer')).catch(() => {});
}
