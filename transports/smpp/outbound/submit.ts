import { backoffMs, sleep, VumiError, type Clock, type ExchangeBook, type Logger } from '@vumi/core';
import { PduError, type MessageBody } from '../codec/pdu.ts';
import { STATUS, statusName } from '../codec/statuses.ts';
import type { SmppConfig } from '../config.ts';
import type { Outcome, PduResponse } from '../session/outcome.ts';
import type { Session } from '../session/session.ts';
import { submitExchange } from '../pdu-exchange.ts';
import type { Lanes } from '../../sending/lanes.ts';
import type { PaceSign } from '../../sending/pace.ts';
import type { PartLedger } from '../../sending/part-ledger.ts';
import type { PartResult } from '../../sending/part-result.ts';
import { unwantedResult, type Due } from '../../sending/unwanted.ts';

export interface Part extends Due {
  /** Counts from 0. */
  readonly part: number;
  readonly total: number;
  /** That the SMSC makes of it: more than one when it holds a long message whole. */
  readonly segments: number;
  readonly reference: number;
  readonly body: MessageBody;
}

/** What operators count. */
export interface SubmitCounts {
  throttled: number;
  retried: number;
  uncertain: number;
}

export interface SubmitPorts {
  /** Its name. */
  readonly transport: string;
  readonly lanes: Lanes<Session>;
  readonly parts: PartLedger;
  readonly config: SmppConfig;
  readonly logger: Logger;
  readonly exchanges?: ExchangeBook;
  readonly counts: SubmitCounts;
  readonly random: () => number;
  readonly clock: Clock;
  /** Aborted when the transport closes. */
  readonly closing: AbortSignal;
  /** A response that came after its time. */
  readonly onLate: (part: Part, remoteId: string) => void;
}

/** The SMSC does not want the part now: `sign` is what that says of the pace. */
interface PutOff {
  readonly kind: 'put_off';
  readonly status: number;
  readonly sign: PaceSign;
}

/** Nobody knows, and the policy is to send it again. */
interface Doubt {
  readonly kind: 'doubt';
  readonly reason: string;
}

type Verdict = PartResult | PutOff | Doubt | { readonly kind: 'unsent' };

/** A part whose status says nothing of the part: these are tried again (spec smpp §5 point 56). */
const PUT_OFF: ReadonlyMap<number, PaceSign> = new Map<number, PaceSign>([
  [STATUS.RTHROTTLED, 'throttled'],
  [STATUS.RMSGQFUL, 'throttled'],
  [STATUS.RSYSERR, 'strained'],
  // The SMSC holds the session for unbound: it is made anew.
  [STATUS.RINVBNDSTS, 'neutral'],
]);
const MAX_THROTTLE_MS = 5000;
const MAX_FAULT_MS = 30_000;

/**
 * Hands one part to the SMSC until there is a result, and writes that into the ledger.
 * @throws VumiError `transport.not_connected` when the transport closes first; the part is then unsent.
 */
export async function submitPart(part: Part, ports: SubmitPorts): Promise<PartResult> {
  const result = await new Submission(part, ports).run();
  if (result.kind === 'uncertain') ports.counts.uncertain += 1;
  ports.parts.write(part, result);
  return result;
}

/** One part's attempts. */
class Submission {
  readonly #part: Part;
  readonly #ports: SubmitPorts;
  #attempts = 0;
  #faults = 0;
  #firstAt = 0;
  /** What a response said that came after its time, of a part that is to be sent again. */
  #late: PartResult | null = null;
  /** What an attempt came to of which nobody knows whether the SMSC has it. */
  #doubtful: PartResult | null = null;

  constructor(part: Part, ports: SubmitPorts) {
    this.#part = part;
    this.#ports = ports;
  }

  async run(): Promise<PartResult> {
    for (;;) {
      const verdict = await this.#attempt();
      switch (verdict.kind) {
        case 'unsent':
          this.#forget();
          break;
        case 'doubt':
          this.#doubtful = { kind: 'uncertain', reason: verdict.reason };
          if (this.#exhausted()) return this.#doubtful;
          this.#ports.counts.retried += 1;
          break;
        case 'put_off': {
          const given = this.#giveUp(verdict);
          if (given !== null) return given;
          this.#forget();
          await this.#rest(verdict);
          break;
        }
        default:
          return verdict;
      }
    }
  }

  async #attempt(): Promise<Verdict> {
    const { lanes, parts } = this.#ports;
    const entered = lanes.enter(this.#attempts > 0, this.#part.segments);
    const { session, done } = entered instanceof Promise ? await entered : entered;
    let sign: PaceSign = 'neutral';
    const over = parts.hand(this.#part.messageId);
    try {
      // Known only now: a late response makes another attempt needless (spec smpp §5 point 58).
      if (this.#late !== null) return this.#late;
      const unwanted = unwantedResult(this.#part, this.#ports);
      // The SMSC may have it of an attempt before: then nobody can say that it was not sent.
      if (unwanted !== null) return this.#doubtful ?? unwanted;
      this.#attempts += 1;
      if (this.#attempts === 1) this.#firstAt = performance.now();
      const startedAt = this.#ports.clock();
      const outcome = await session.request(this.#part.body, () => {
        parts.write(this.#part, { kind: 'submitting' });
      });
      this.#noteExchange(startedAt, outcome);
      const verdict = this.#judge(outcome, session);
      sign = signOf(verdict);
      return verdict;
    } catch (error) {
      if (!(error instanceof PduError)) throw error;
      return { kind: 'failed', reason: error.message };
    } finally {
      over();
      done(sign);
    }
  }

  #noteExchange(startedAt: number, outcome: Outcome): void {
    const { exchanges, clock, transport } = this.#ports;
    if (exchanges === undefined || outcome.outcome === 'unsent') return;
    const { messageId, body } = this.#part;
    exchanges.note(submitExchange({ messageId, transport, startedAt, endedAt: clock() }, body, outcome));
  }

  #judge(outcome: Outcome, session: Session): Verdict {
    switch (outcome.outcome) {
      case 'answered':
        return this.#judgeResponse(outcome, session);
      case 'unsent':
        this.#attempts -= 1;
        return { kind: 'unsent' };
      case 'lost':
        return this.#doubt('the connection was lost before the response');
      default:
        void outcome.late.then((response) => this.#noteLate(response));
        return this.#doubt('the SMSC did not respond in time');
    }
  }

  #judgeResponse({ status, body }: PduResponse, session: Session): Verdict {
    const sign = PUT_OFF.get(status);
    if (status === STATUS.RINVBNDSTS) {
      session.destroy({ kind: 'peer_closed', message: 'the SMSC says that this session is not bound' });
    }
    if (sign !== undefined) return { kind: 'put_off', status, sign };
    if (status !== STATUS.ROK || body.command !== 'submit_sm_resp') {
      return { kind: 'failed', reason: status === STATUS.ROK ? 'Unspecified' : statusName(status) };
    }
    return { kind: 'ok', remoteId: body.messageId };
  }

  #doubt(reason: string): Verdict {
    return this.#ports.config.uncertain_policy === 'at-least-once'
      ? { kind: 'doubt', reason }
      : { kind: 'uncertain', reason };
  }

  #noteLate(response: PduResponse | null): void {
    if (response === null || response.body.command !== 'submit_sm_resp') return;
    const { logger, onLate } = this.#ports;
    logger.warn(
      { message_id: this.#part.messageId, status: statusName(response.status) },
      'response after its time',
    );
    if (response.status !== STATUS.ROK) return;
    const { messageId: remoteId } = response.body;
    this.#late ??= { kind: 'ok', remoteId };
    onLate(this.#part, remoteId);
  }

  /** The failure that ends a part which was put off too often or for too long; null when it is not. */
  #giveUp({ status, sign }: PutOff): PartResult | null {
    const { config, counts } = this.#ports;
    if (sign === 'throttled') counts.throttled += 1;
    else this.#faults += 1;
    if (this.#exhausted() || this.#faults >= config.system_error_attempts) {
      return { kind: 'failed', reason: `${statusName(status)} at each of ${this.#attempts} attempts` };
    }
    counts.retried += 1;
    return null;
  }

  #exhausted(): boolean {
    const { submit_sm_attempts, submit_sm_expiry } = this.#ports.config;
    const age = performance.now() - this.#firstAt;
    return this.#attempts >= submit_sm_attempts || age >= submit_sm_expiry * 1000;
  }

  /** So that one part which is put off again and again does not hold up the others. */
  async #rest({ sign }: PutOff): Promise<void> {
    const { config, random, closing } = this.#ports;
    const most = sign === 'throttled' ? MAX_THROTTLE_MS : MAX_FAULT_MS;
    const ms = backoffMs(this.#attempts - 1, config.throttle_delay * 1000, most, random);
    await sleep(ms, closing).catch(() => {
      throw new VumiError(
        'transport.not_connected',
        'the transport is closing; the message stays in its queue',
      );
    });
  }

  /** The SMSC does not have it, and whoever comes next may send it. */
  #forget(): void {
    this.#ports.parts.forget(this.#part.messageId, this.#part.part);
  }
}

function signOf(verdict: Verdict): PaceSign {
  if (verdict.kind === 'put_off') return verdict.sign;
  return verdict.kind === 'ok' || verdict.kind === 'failed' ? 'passed' : 'neutral';
}
