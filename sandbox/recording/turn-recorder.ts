import type { GuestCall } from '../effects.ts';
import type { Answer } from '../guest/host.ts';
import { callKind } from './call-kind.ts';

/** Characters of one record; what is larger is metered, not recorded. */
export const MAX_RECORD = 256 * 1024;
const PERSONAL_HEADER = /auth|cookie|key|password|secret|token/i;
const BLOT = '[not recorded]';

/**
 * Follows one run of a turn: what the guest asked and what it was answered, as the texts that went over the wire, in
 * the order in which they entered the guest. With what the turn started from, that decides all it does.
 */
export class TurnRecorder {
  readonly counts: Record<string, number> = {};
  bytesIn = 0;
  bytesOut = 0;
  readonly #calls: string[] = [];
  /** Each entry is a list of answers that came together. */
  readonly #answers: string[] = [];
  #secretCalls: Set<number> | null = null;
  #size = 0;

  asked(id: number, call: GuestCall, json: string): void {
    const kind = callKind(call);
    if (kind !== null) this.counts[kind] = (this.counts[kind] ?? 0) + 1;
    this.bytesOut += json.length;
    if (call.call === 'secret') (this.#secretCalls ??= new Set()).add(id);
    this.#keep(this.#calls, recordedCall(id, call, json));
  }

  answered(answers: readonly Answer[], json: string): void {
    this.bytesIn += json.length;
    const secrets = this.#secretCalls;
    if (secrets === null || !answers.some(([id]) => secrets.has(id))) return this.#keep(this.#answers, json);
    const blotted = answers.map(([id, worked, value]) => [id, worked, secrets.has(id) ? null : value]);
    this.#keep(this.#answers, JSON.stringify(blotted));
  }

  /** JSON lists; null when there was too much. */
  texts(): { calls: string; answers: string } | null {
    if (this.#size > MAX_RECORD) return null;
    return { calls: `[${this.#calls.join(',')}]`, answers: `[${this.#answers.join(',')}]` };
  }

  #keep(list: string[], json: string): void {
    this.#size += json.length;
    if (this.#size <= MAX_RECORD) list.push(json);
  }
}

/** `[id, call]` as it is written down: headers that carry credentials lose their values. */
export function recordedCall(id: number, call: GuestCall, json: string): string {
  const asked = call.call === 'command' ? call.command : call;
  const { headers } = asked as { readonly headers?: unknown };
  if (typeof headers !== 'object' || headers === null) return json;
  if (!Object.keys(headers).some((name) => PERSONAL_HEADER.test(name))) return json;
  const blotted = { ...asked, headers: withoutPersonal(headers) };
  return JSON.stringify([id, call.call === 'command' ? { ...call, command: blotted } : blotted]);
}

function withoutPersonal(headers: object): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [
      name,
      PERSONAL_HEADER.test(name) ? BLOT : (value as unknown),
    ]),
  );
}
