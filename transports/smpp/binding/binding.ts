import { backoffMs, errorText, sleep, VumiError, type Logger } from '@vumi/core';
import type { Socket } from 'node:net';
import type { BindBody } from '../codec/pdu.ts';
import { STATUS, statusName } from '../codec/statuses.ts';
import type { SmppConfig } from '../config.ts';
import type { Health } from '../health.ts';
import type { CloseReason } from '../session/outcome.ts';
import { isBound } from '../session/rules.ts';
import type { Session } from '../session/session.ts';
import { connect } from './connect.ts';

export interface BindingOptions {
  readonly config: SmppConfig;
  readonly health: Health;
  readonly logger: Logger;
  readonly clock: () => number;
  readonly random: () => number;
  /** A new session on a new socket; nothing of the one before survives in it. */
  readonly createSession: (socket: Socket) => Session;
  readonly onBound: (session: Session) => void;
  readonly onUnbound: () => void;
}

/** A session that lasted so long shows that the SMSC is well: the next loss is the first one again. */
const STABLE_MS = 10_000;
/** How much slower than after other failures a refused bind is tried again: 2³ times. */
const REFUSED_STEPS = 3;

/** Keeps one bind to the SMSC, for as long as it takes. */
export class Binding {
  readonly #options: BindingOptions;
  readonly #closing = new AbortController();
  readonly #waiting = new Set<{ resolve: (session: Session) => void; reject: (error: VumiError) => void }>();
  readonly #done: Promise<void>;
  #session: Session | null = null;

  constructor(options: BindingOptions) {
    this.#options = options;
    this.#done = this.#run();
  }

  /** The session that takes requests, or null. */
  get current(): Session | null {
    return this.#session?.ready === true ? this.#session : null;
  }

  /** Waits for a bound session. Rejects with `transport.not_connected` when the binding is closed. */
  bound(): Promise<Session> {
    if (this.#closing.signal.aborted) return Promise.reject(closed());
    const { current } = this;
    if (current !== null) return Promise.resolve(current);
    return new Promise((resolve, reject) => this.#waiting.add({ resolve, reject }));
  }

  /** Lets what is in flight finish for up to `drainMs`, unbinds and stays closed. */
  async close(drainMs: number): Promise<void> {
    this.#closing.abort(new Error('closing'));
    for (const { reject } of this.#waiting) reject(closed());
    this.#waiting.clear();
    await this.#session?.close(drainMs);
    await this.#done;
  }

  async #run(): Promise<void> {
    const { signal } = this.#closing;
    for (let failures = 0; !signal.aborted; failures += 1) {
      const startedAt = this.#options.clock();
      const refused = await this.#attempt();
      if (signal.aborted) return;
      if (!refused && this.#options.clock() - startedAt >= STABLE_MS) failures = 0;
      await sleep(this.#delayMs(failures, refused), signal).catch(() => {});
    }
  }

  /** The first new attempt comes fast, the others after growing times. */
  #delayMs(failures: number, refused: boolean): number {
    const { config, random } = this.#options;
    if (failures === 0 && !refused) return 100 + random() * 400;
    const steps = Math.max(0, failures - 1) + (refused ? REFUSED_STEPS : 0);
    return backoffMs(steps, config.initial_reconnect_delay * 1000, config.max_reconnect_delay * 1000, random);
  }

  /** One connection from its beginning to its end; true when the SMSC refused the bind. */
  async #attempt(): Promise<boolean> {
    const { config, health, createSession } = this.#options;
    const where = `${config.host}:${config.port}`;
    health.report({ status: 'down', type: 'binding', message: `binding to ${where}` });
    try {
      const { host = '', port = 0 } = config;
      const socket = await connect({ host, port }, config.smpp_bind_timeout * 1000, this.#closing.signal);
      const session = createSession(socket);
      this.#session = session;
      const refusal = await this.#bind(session);
      if (refusal !== null) {
        await session.close();
        if (!this.#closing.signal.aborted)
          health.report({ status: 'down', type: 'bind_failed', message: refusal });
        return true;
      }
      this.#onEnd(await session.closed);
    } catch (error) {
      if (this.#closing.signal.aborted) return false;
      health.report({
        status: 'down',
        type: 'connection_lost',
        message: `no connection to ${where}: ${errorText(error)}`,
      });
    } finally {
      this.#session = null;
    }
    return false;
  }

  /** Null when bound or when the connection ended, else what the SMSC has against us. */
  async #bind(session: Session): Promise<string | null> {
    const outcome = await session.bind(bindBody(this.#options.config));
    if (outcome.outcome !== 'answered') return null;
    if (outcome.status !== STATUS.ROK) return explainRefusal(outcome.status, this.#options.config);
    if (!isBound(session.state)) return null;
    this.#options.health.report({ status: 'ok', type: 'bound', message: 'bound' });
    this.#options.onBound(session);
    for (const { resolve } of this.#waiting) resolve(session);
    this.#waiting.clear();
    return null;
  }

  #onEnd(reason: CloseReason): void {
    this.#options.onUnbound();
    if (this.#closing.signal.aborted) return;
    this.#options.health.report({
      status: 'down',
      type: reason.kind === 'not_bound' ? 'bind_timeout' : 'connection_lost',
      message: reason.message,
    });
  }
}

function closed(): VumiError {
  return new VumiError('transport.not_connected', 'the transport is closing; the message stays in its queue');
}

/** SMPP has room for 8 characters (section 5.2.2). */
const MAX_PASSWORD = 8;

function bindBody(config: SmppConfig): BindBody {
  return {
    command: 'bind_transceiver',
    systemId: config.system_id,
    password: config.password.slice(0, MAX_PASSWORD),
    systemType: config.system_type,
    interfaceVersion: Number.parseInt(config.interface_version, 16),
    addrTon: 0,
    addrNpi: 0,
    addressRange: config.address_range,
  };
}

const CREDENTIALS: ReadonlySet<number> = new Set([STATUS.RINVPASWD, STATUS.RINVSYSID, STATUS.RBINDFAIL]);

function explainRefusal(status: number, { system_id }: SmppConfig): string {
  const name = statusName(status);
  if (CREDENTIALS.has(status)) {
    return `the SMSC refuses to bind "${system_id}" with ${name}: check system_id, password and system_type`;
  }
  if (status === STATUS.RALYBND) {
    return `the SMSC says that "${system_id}" is bound already (${name}): it may run elsewhere`;
  }
  return `the SMSC refuses the bind with ${name}`;
}
