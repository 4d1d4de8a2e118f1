import {
  createFailure,
  expiryOf,
  parseTimestamp,
  type FailureMessage,
  type KeyedState,
  type TransportEnd,
  type UserMessage,
} from '@vumi/core';
import type { ReceiptBook } from '../../sending/receipts/receipt-book.ts';
import { Composer } from './compose.ts';
import { composePart, type Submission } from './compose-part.ts';
import { CANCELLED, resultEvent, type PartResult } from '../../sending/part-result.ts';
import { submitPart, type SubmitPorts } from './submit.ts';

export interface OutboundPorts extends SubmitPorts {
  readonly end: TransportEnd;
  readonly state: KeyedState;
  readonly receipts: ReceiptBook;
  readonly publishFailure: (failure: FailureMessage) => Promise<void>;
  /** As `refusalOf` of the transport's ports. */
  readonly refusalOf?: (message: UserMessage) => string | null;
}

/** As long as anything upstream may publish a message again. */
const REMEMBERED_MS = 7 * 24 * 3_600_000;
const REFERENCES = 0x1_00_00;

/** Sends messages, each part at most once unless the policy says otherwise, and reports each message with one event. */
export class Outbound {
  readonly #ports: OutboundPorts;
  /** Messages that are being sent: the same one may be delivered to us again meanwhile. */
  readonly #sending = new Map<string, Promise<void>>();
  readonly #composer: Composer;
  #reference: number;

  constructor(ports: OutboundPorts) {
    this.#ports = ports;
    this.#composer = new Composer(ports.config);
    this.#reference = Math.floor(ports.random() * REFERENCES);
  }

  /** Resolves when the outcome is known and published. */
  handle(message: UserMessage): Promise<void> {
    const { message_id: id } = message;
    const running = this.#sending.get(id);
    if (running !== undefined) return running;
    const sending = this.#send(message).finally(() => this.#sending.delete(id));
    this.#sending.set(id, sending);
    return sending;
  }

  /** True when the message will not be sent: nothing of it was. Its event says so. */
  async cancel(messageId: string): Promise<boolean> {
    const { parts, state, end } = this.#ports;
    const sent = await state.get(this.#sentKey(messageId));
    if (sent !== null) return (JSON.parse(sent) as PartResult[]).every(({ kind }) => kind === 'cancelled');
    if (!parts.withdraw(messageId, CANCELLED)) return false;
    await state.set(this.#sentKey(messageId), JSON.stringify([CANCELLED]), REMEMBERED_MS);
    await end.publishEvent(resultEvent({ message_id: messageId }, end.name, [CANCELLED]));
    parts.finish(messageId, 1);
    return true;
  }

  async #send(message: UserMessage): Promise<void> {
    const { parts, receipts } = this.#ports;
    const past = await this.#recall(message);
    if (past !== null) return this.#report(message, past);
    const expiresAt = expiryOf(message, this.#ports.config.validity);
    const composed = this.#composer.compose(message, secondsUntil(expiresAt, this.#ports.clock()));
    if (composed.kind === 'refused') return this.#refuse(message, composed.reason);
    const { submission } = composed;
    const { total } = submission;
    const reference = this.#referenceOf(message, submission);
    const noted: Promise<void>[] = [];
    const results = await allSettled(
      Array.from({ length: total }, async (_, index) => {
        const result = await this.#part(message, submission, { index, reference, expiresAt });
        // Not awaited with the part: what it notes and the event of the message do not wait for each other.
        if (result.kind === 'ok') {
          noted.push(
            receipts.remember(result.remoteId, { messageId: message.message_id, part: index, total }),
          );
        }
        return result;
      }),
    );
    await allSettled([...noted, this.#publish(message, results)]);
    parts.finish(message.message_id, total);
  }

  /** The results of a message that was finished before the ledger's memory begins. */
  async #recall(message: UserMessage): Promise<readonly PartResult[] | null> {
    if (!this.#ports.parts.mayHaveForgotten(parseTimestamp(message.timestamp))) return null;
    const text = await this.#ports.state.get(this.#sentKey(message.message_id));
    return text === null ? null : (JSON.parse(text) as PartResult[]);
  }

  /** The result that the ledger holds, or that comes of sending the part now. */
  #part(
    message: UserMessage,
    composed: Submission,
    { index, reference, expiresAt }: { index: number; reference: number; expiresAt: number | null },
  ): Promise<PartResult> | PartResult {
    const { parts, config } = this.#ports;
    const submission = {
      messageId: message.message_id,
      part: index,
      total: composed.total,
      segments: composed.carriage === 'whole' ? composed.text.segments.length : 1,
      reference,
      expiresAt,
      refusal: () => this.#ports.refusalOf?.(message) ?? null,
      body: composePart(composed, index, reference),
    };
    const past = parts.read(message.message_id, index)?.record;
    if (past === undefined) return submitPart(submission, this.#ports);
    if (past.kind !== 'submitting') return past;
    if (config.uncertain_policy === 'at-least-once') return submitPart(submission, this.#ports);
    const result: PartResult = { kind: 'uncertain', reason: 'the transport was stopped before the response' };
    parts.write(submission, result);
    return result;
  }

  /** All parts share one reference, also those that a former life has sent. */
  #referenceOf(message: UserMessage, { total, references }: Submission): number {
    if (total === 1) return 0;
    for (let index = 0; index < total; index += 1) {
      const past = this.#ports.parts.read(message.message_id, index);
      if (past !== null) return past.reference;
    }
    this.#reference += 1;
    return this.#reference % references;
  }

  async #publish(message: UserMessage, results: readonly PartResult[]): Promise<void> {
    const { state } = this.#ports;
    const failed = results.find((result) => result.kind === 'failed');
    await Promise.all([
      state.set(this.#sentKey(message.message_id), JSON.stringify(results), REMEMBERED_MS),
      this.#report(message, results),
      failed === undefined ? undefined : this.#ports.publishFailure(createFailure(message, failed.reason)),
    ]);
  }

  async #refuse(message: UserMessage, reason: string): Promise<void> {
    await this.#report(message, [{ kind: 'failed', reason }]);
  }

  async #report(message: UserMessage, results: readonly PartResult[]): Promise<void> {
    const { end, config } = this.#ports;
    const event = resultEvent(message, end.name, results);
    if (event.event_type !== 'ack' || !config.disable_ack) await end.publishEvent(event);
  }

  #sentKey(messageId: string): string {
    return `transport/${this.#ports.end.name}/sent/${messageId}`;
  }
}

/** At least one, so that the SMSC gets a time that it knows; null for no end. */
function secondsUntil(expiresAt: number | null, now: number): number | null {
  return expiresAt === null ? null : Math.max(1, Math.round((expiresAt - now) / 1000));
}

/** As Promise.all, but nothing is under way any more when it rejects. */
async function allSettled<T>(promises: readonly Promise<T>[]): Promise<T[]> {
  const settled = await Promise.allSettled(promises);
  return settled.map((result) => {
    if (result.status === 'rejected') throw result.reason;
    return result.value;
  });
}
