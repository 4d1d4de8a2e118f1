import type { BindBody } from '../codec/pdu.ts';
import { STATUS } from '../codec/statuses.ts';
import { TAG } from '../codec/tags.ts';
import { tlvInteger } from '../codec/tlvs.ts';
import type { Answer } from './answer.ts';
import type { Session } from './session.ts';

/** interface_version of SMPP v3.4; below it a peer knows no TLVs (section 3.4). */
export const VERSION_3_4 = 0x34;

export interface BindTerms {
  /** Our system_id, for the response. */
  readonly systemId: string;
  /** What credentials and the like made of the bind: not ROK refuses it. */
  readonly status: number;
  /** Most sessions of one system_id at once (spec smpp §5 point 20). */
  readonly maxBinds?: number;
  /** What one more is told. Default ESME_RALYBND. */
  readonly fullStatus?: number;
  /** Our own version. Default 3.4. */
  readonly version?: number;
}

/** Where ESMEs bind, whoever plays the SMSC: counts them and writes the responses. */
export class BindRequests {
  readonly #bound = new Map<string, Set<Session>>();

  /** Sessions that are bound under this name. */
  count(systemId: string): number {
    return this.#bound.get(systemId)?.size ?? 0;
  }

  /** The answer to a bind. An accepted one counts from now on, until its session ends. */
  answer(bind: BindBody, session: Session, terms: BindTerms): Answer {
    const { systemId, status, maxBinds = Infinity, fullStatus = STATUS.RALYBND } = terms;
    if (status !== STATUS.ROK) return { status };
    if (this.count(bind.systemId) >= maxBinds) return { status: fullStatus };
    this.#count(bind.systemId, session);
    const { version = VERSION_3_4 } = terms;
    const tlvs =
      Math.min(bind.interfaceVersion, version) >= VERSION_3_4
        ? [tlvInteger(TAG.SC_INTERFACE_VERSION, version, 1)]
        : [];
    return { status, id: systemId, tlvs };
  }

  #count(systemId: string, session: Session): void {
    const sessions = this.#bound.get(systemId) ?? new Set();
    this.#bound.set(systemId, sessions.add(session));
    void session.closed.then(() => {
      sessions.delete(session);
      if (sessions.size === 0 && this.#bound.get(systemId) === sessions) this.#bound.delete(systemId);
    });
  }
}
