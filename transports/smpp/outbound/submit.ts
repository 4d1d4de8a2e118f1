import type { Logger } from '@vumi/core';
import type { Binding } from '../binding/binding.ts';
import { PduError, type MessageBody } from '../codec/pdu.ts';
import { STATUS, statusName } from '../codec/statuses.ts';
import type { SmppConfig } from '../config.ts';
import type { Outcome, PduResponse } from '../session/outcome.ts';
import type { PartLedger } from './part-ledger.ts';
import type { PartResult } from './part-result.ts';
import type { ThrottleGate } from './throttle-gate.ts';

export interface Part {
  readonly messageId: string;
  /** Counts from 0. */
  readonly part: number;
  readonly total: number;
  readonly reference: number;
  readonly body: MessageBody;
}

export interface SubmitPorts {
  readonly binding: Binding;
  readonly gate: ThrottleGate;
  readonly parts: PartLedger;
  readonly policy: SmppConfig['uncertain_policy'];
  readonly logger: Logger;
  /** A response that came after its time, when the part is reported as uncertain already. */
  readonly onLate: (part: Part, remoteId: string) => void;
}

/** What to do with a part next: nothing more, or all over again. */
type Verdict = PartResult | 'again' | 'throttled' | 'unsent';

/**
 * Hands one part to the SMSC until there is a result, and writes that into the ledger.
 * @throws VumiError `transport.not_connected` when the transport closes first; the part is then unsent.
 */
export async function submitPart(part: Part, ports: SubmitPorts): Promise<PartResult> {
  for (;;) {
    const verdict = await tryOnce(part, ports);
    if (typeof verdict === 'object') {
      ports.parts.write(part, verdict);
      return verdict;
    }
    if (verdict !== 'again') ports.parts.forget(part.messageId, part.part);
  }
}

async function tryOnce(part: Part, ports: SubmitPorts): Promise<Verdict> {
  const { gate, binding, parts } = ports;
  const turn = gate.enter();
  if (turn !== undefined) await turn;
  let verdict: Verdict = 'unsent';
  try {
    const session = binding.current ?? (await binding.bound());
    const outcome = await session.request(part.body, () => parts.write(part, { kind: 'submitting' }));
    verdict = judge(outcome, part, ports);
  } catch (error) {
    if (!(error instanceof PduError)) throw error;
    verdict = { kind: 'failed', reason: error.message };
  } finally {
    gate.leave(pace(verdict));
  }
  return verdict;
}

function pace(verdict: Verdict): 'passed' | 'throttled' | 'neutral' {
  if (verdict === 'throttled') return 'throttled';
  return typeof verdict === 'object' && verdict.kind !== 'uncertain' ? 'passed' : 'neutral';
}

function judge(outcome: Outcome, part: Part, ports: SubmitPorts): Verdict {
  switch (outcome.outcome) {
    case 'answered':
      return judgeResponse(outcome);
    case 'unsent':
      return 'unsent';
    case 'lost':
      return doubt('the connection was lost before the response', ports);
    default:
      void outcome.late.then((response) => noteLate(response, part, ports));
      return doubt('the SMSC did not respond in time', ports);
  }
}

function judgeResponse({ status, body }: PduResponse): Verdict {
  if (status === STATUS.RTHROTTLED || status === STATUS.RMSGQFUL) return 'throttled';
  if (status !== STATUS.ROK || body.command !== 'submit_sm_resp') {
    return { kind: 'failed', reason: status === STATUS.ROK ? 'Unspecified' : statusName(status) };
  }
  return { kind: 'ok', remoteId: body.messageId };
}

function doubt(reason: string, { policy }: SubmitPorts): Verdict {
  return policy === 'at-least-once' ? 'again' : { kind: 'uncertain', reason };
}

function noteLate(response: PduResponse | null, part: Part, ports: SubmitPorts): void {
  if (response === null || response.body.command !== 'submit_sm_resp') return;
  ports.logger.warn(
    { messageId: part.messageId, status: statusName(response.status) },
    'response after its time; its message was reported as uncertain',
  );
  if (response.status === STATUS.ROK) ports.onLate(part, response.body.messageId);
}
