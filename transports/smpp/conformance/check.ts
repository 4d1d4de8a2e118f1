import type { Pdu } from '../codec/pdu.ts';
import { statusName } from '../codec/statuses.ts';

/** The peer does not do what the point says. */
export class Failure extends Error {
  override readonly name = 'Failure';
}

/** The point cannot be judged here. */
export class Skipped extends Error {
  override readonly name = 'Skipped';
}

/** Judges one point: returns when it holds, throws Failure or Skipped. `B` is what it works with. */
export type Check<B> = (bench: B) => Promise<void>;

export function need(holds: boolean, otherwise: string): asserts holds {
  if (!holds) throw new Failure(otherwise);
}

/** The answer, which must have come. */
export function answered(pdu: Pdu | null, to: string): Pdu {
  if (pdu === null) throw new Failure(`no answer to ${to}`);
  return pdu;
}

/** The answer must have one of these statuses; an unknown command may be refused as such where that is allowed. */
export function needStatus(pdu: Pdu | null, wanted: readonly number[], to: string): Pdu {
  const answer = answered(pdu, to);
  if (!wanted.includes(answer.status)) {
    throw new Failure(
      `${to} got ${statusName(answer.status)}, expected ${wanted.map(statusName).join(' or ')}`,
    );
  }
  return answer;
}

export function needRefusal(pdu: Pdu | null, to: string): void {
  need(answered(pdu, to).status !== 0, `${to} was taken`);
}
