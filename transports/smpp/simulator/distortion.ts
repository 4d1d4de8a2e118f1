import { encodeFrame } from '../codec/encode.ts';
import type { IncomingBody } from '../session/answer.ts';
import { createResponse, type Answer } from '../session/answer.ts';
import type { Chance } from './chance.ts';
import { failLink, writeRaw, type Link } from './link.ts';
import type { Action } from './script.ts';

/** Who asked, and by which PDU. */
export interface Asker {
  readonly link: Link;
  readonly command: IncomingBody['command'];
  readonly sequence: number;
}

export const WITHHELD: Answer = { status: 0, withheld: true };

/** The answer as the script wants it: silent, several times, under another number, with a fault behind it. */
export function distort(answer: Answer, action: Action, asker: Asker, chance: Chance): Answer {
  const { silent = false, copies = 1, sequence_offset: offset = 0, after } = action;
  const { link } = asker;
  const { tlvs = [] } = action;
  const whole: Answer = tlvs.length === 0 ? answer : { ...answer, tlvs };
  const body = createResponse(asker.command, whole);
  const frame = (): Buffer | null =>
    body === null ? null : encodeFrame({ status: answer.status, sequence: asker.sequence + offset, body });
  const afterwards = (more: number): void => {
    for (let count = 0; count < more; count += 1) writeRaw(link, frame() ?? Buffer.alloc(0));
    if (after !== undefined) failLink(link, after, chance);
  };
  if (silent || offset !== 0) {
    afterwards(silent ? 0 : copies);
    return WITHHELD;
  }
  if (copies === 1 && after === undefined) return whole;
  // The session's own write comes at the end of this turn.
  return { ...whole, onQueued: () => setImmediate(() => afterwards(copies - 1)) };
}
