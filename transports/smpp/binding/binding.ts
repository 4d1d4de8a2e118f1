import { errorText, type Logger } from '@vumi/core';
import type { Socket } from 'node:net';
import { connect, type Target } from '../../dialing/connect.ts';
import { keepTrying, type TryOutcome } from '../../dialing/keep-trying.ts';
import type { BindBody, BindCommand } from '../codec/pdu.ts';
import { STATUS, statusName } from '../codec/statuses.ts';
import type { SmppConfig } from '../config.ts';
import type { CloseReason } from '../session/outcome.ts';
import { isBound } from '../session/rules.ts';
import type { Session } from '../session/session.ts';
import type { BindReport } from './bind-health.ts';

export interface BindingOptions {
  readonly config: SmppConfig;
  readonly command: BindCommand;
  readonly target: Target;
  readonly report: (report: BindReport) => void;
  readonly logger: Logger;
  readonly clock: () => number;
  readonly random: () => number;
  /** A new session on a new socket; nothing of the one before survives in it. */
  readonly createSession: (socket: Socket) => Session;
  readonly onBound: (session: Session) => void;
}

/** How much slower than after other failures a refused bind is tried again: 2³ times. */
const REFUSED_STEPS = 3;

/** Keeps one bind to the SMSC, for as long as it takes. */
export class Binding {
  readonly #options: BindingOptions;
  readonly #closing = new AbortController();
  readonly #done: Promise<void>;
  #session: Session | null = null;

  constructor(options: BindingOptions) {
    const { config } = options;
    this.#options = options;
    this.#done = keepTrying({
      ...options,
      attempt: () => this.#attempt(),
      firstMs: config.initial_reconnect_delay * 1000,
      mostMs: config.max_reconnect_delay * 1000,
      refusedSteps: REFUSED_STEPS,
      signal: this.#closing.signal,
    });
  }

  /** Lets what is in flight finish for up to `drainMs`, unbinds and stays closed. */
  async close(drainMs: number): Promise<void> {
    this.#closing.abort(new Error('closing'));
    await this.#session?.close(drainMs);
    await this.#done;
  }

  /** One connection from its beginning to its end. */
  async #attempt(): Promise<TryOutcome> {
    const { config, target, report, createSession } = this.#options;
    const where = `${target.host}:${target.port}`;
    report({ status: 'down', type: 'binding', message: `binding to ${where}` });
    try {
      const socket = await connect(target, config.smpp_bind_timeout * 1000, this.#closing.signal);
      const session = createSession(socket);
      this.#session = session;
      const refusal = await this.#bind(session);
      if (refusal !== null) {
        await session.close();
        if (!this.#closing.signal.aborted) report({ status: 'down', type: 'bind_failed', message: refusal });
        return 'refused';
      }
      this.#onEnd(await session.closed);
    } catch (error) {
      if (this.#closing.signal.aborted) return 'ended';
      const message = `no connection to ${where}: ${errorText(error)}`;
      report({ status: 'down', type: 'connection_lost', message });
    } finally {
      this.#session = null;
    }
    return 'ended';
  }

  /** Null when bound or when the connection ended, else what the SMSC has against us. */
  async #bind(session: Session): Promise<string | null> {
    const { config, command, report, onBound } = this.#options;
    const outcome = await session.bind(bindBody(config, command));
    if (outcome.outcome !== 'answered') return null;
    if (outcome.status !== STATUS.ROK) return explainRefusal(outcome.status, config);
    if (!isBound(session.state)) return null;
    report({ status: 'ok', type: 'bound', message: 'bound' });
    onBound(session);
    return null;
  }

  #onEnd(reason: CloseReason): void {
    if (this.#closing.signal.aborted) return;
    const type = reason.kind === 'not_bound' ? 'bind_timeout' : 'connection_lost';
    this.#options.report({ status: 'down', type, message: reason.message });
  }
}

/** Section 5.2.2 has room for so many. */
const USUAL_PASSWORD = 8;

export function bindBody(config: SmppConfig, command: BindCommand): BindBody {
  return {
    command,
    systemId: config.system_id,
    password: config.cut_long_password ? config.password.slice(0, USUAL_PASSWORD) : config.password,
    systemType: config.system_type,
    interfaceVersion: Number.parseInt(config.interface_version, 16),
    addrTon: config.addr_ton,
    addrNpi: config.addr_npi,
    addressRange: config.address_range,
  };
}

/** What is unusual about a password, without showing it; null when nothing is. */
export function passwordAdvice({ password, cut_long_password: cut }: SmppConfig): string | null {
  if (password.length <= USUAL_PASSWORD) return null;
  const length = `the password has ${password.length} characters, and SMPP has room for ${USUAL_PASSWORD}`;
  return cut
    ? `${length}: only those are sent, as cut_long_password says`
    : `${length}: it is sent whole; if this SMSC keeps ${USUAL_PASSWORD} only, set cut_long_password`;
}

const CREDENTIALS: ReadonlySet<number> = new Set([STATUS.RINVPASWD, STATUS.RINVSYSID, STATUS.RBINDFAIL]);

function explainRefusal(status: number, config: SmppConfig): string {
  const { system_id } = config;
  const name = statusName(status);
  if (CREDENTIALS.has(status)) {
    const advice = passwordAdvice(config);
    const more = advice === null ? '' : `; ${advice}`;
    return `the SMSC refuses to bind "${system_id}" with ${name}: check system_id, password and system_type${more}`;
  }
  if (status === STATUS.RALYBND) {
    return `the SMSC says that "${system_id}" is bound already (${name}): it may run elsewhere`;
  }
  return `the SMSC refuses the bind with ${name}`;
}
