import { parseTimestamp, type Clock, type KeyedState, type TransportEnd, type UserMessage } from '@vumi/core';
import type { PartLedger } from './part-ledger.ts';
import { CANCELLED, resultEvent, type PartResult } from './part-result.ts';

export interface ResultsPorts {
  readonly end: TransportEnd;
  readonly state: KeyedState;
  readonly parts: PartLedger;
  readonly clock: Clock;
  /** Absent: the network has no ids that anybody asks for. */
  readonly remoteIds?: RemoteIds | undefined;
}

/** As long as anything upstream may publish a message again. */
const REMEMBERED_MS = 7 * 24 * 3_600_000;

/** What an attempt writes down about itself. */
export interface Marks {
  /** Called in the tick in which the message goes to the socket. */
  sending(): void;
  /** The network has not got it. */
  unsent(): void;
}

/** How one message is sent. */
export interface Attempt {
  /** Requests that it takes, one after the other: what is not taken ends the message. */
  readonly parts: number;
  /** `before`: what became of the parts before it. Rejects with an outage when the network has not got the part. */
  run(part: number, marks: Marks, before: readonly PartResult[]): Promise<PartResult>;
  /** Waits until nothing else goes to the same address. */
  readonly inTurn?: (work: () => Promise<readonly PartResult[]>) => Promise<readonly PartResult[]>;
  /** A former life may have sent it: null says to send it again (`uncertain_policy`). */
  readonly ifUncertain: PartResult | null;
  /** Whether the network may have the part although the attempt rejects. Absent: it has not. */
  readonly keepsRecord?: () => boolean;
}

/** What has to know which of the network's ids stand for a message. */
export interface RemoteIds {
  /** Before the ack. */
  note(messageId: string, results: readonly PartResult[]): Promise<void>;
  /** After it: what was said of these ids before may be told. */
  tell(messageId: string): Promise<void>;
}

/** Gives each message one outcome and says it by one event, whatever dies whenever (DESIGN §4.5). */
export class Results {
  readonly #ports: ResultsPorts;
  /** The same message may be delivered to us again while it is being sent. */
  readonly #running = new Map<string, Promise<readonly PartResult[]>>();

  constructor(ports: ResultsPorts) {
    this.#ports = ports;
  }

  /** Resolves when the outcome is known and published. */
  settle(message: UserMessage, attempt: Attempt): Promise<void> {
    const { message_id: id } = message;
    const running = this.#running.get(id);
    if (running !== undefined) return running.then(() => {});
    const settling = this.#settle(message, attempt).finally(() => this.#running.delete(id));
    this.#running.set(id, settling);
    return settling.then(() => this.#ports.remoteIds?.tell(id));
  }

  /** Resolves when nothing of the message is under way any more. */
  async settled(messageId: string): Promise<void> {
    await this.#running.get(messageId)?.catch(() => []);
  }

  /** Whether the message went out by this transport. */
  async isKnown(messageId: string): Promise<boolean> {
    const { parts, state } = this.#ports;
    return parts.read(messageId, 0) !== null || (await state.get(this.#key(messageId))) !== null;
  }

  /** True when the message will not be sent. Its event says so. */
  async cancel(messageId: string): Promise<boolean> {
    const { parts, state } = this.#ports;
    const text = await state.get(this.#key(messageId));
    if (text !== null) return readResults(text).some(({ kind }) => kind === 'cancelled');
    if (!parts.withdraw(messageId, CANCELLED)) return false;
    await this.#tell(messageId, CANCELLED);
    return true;
  }

  /** The outcome of a message of one part that a former life has sent, which has not come back from its queue yet. */
  async conclude(messageId: string, result: PartResult): Promise<void> {
    const { parts } = this.#ports;
    parts.write({ messageId, part: 0, reference: 0 }, result);
    parts.flush();
    await this.#tell(messageId, result);
  }

  /** Publishes an outcome that is in the ledger. */
  async #tell(messageId: string, result: PartResult): Promise<void> {
    const { parts, state, end } = this.#ports;
    await state.set(this.#key(messageId), JSON.stringify([result]), REMEMBERED_MS);
    await end.publishEvent(resultEvent({ message_id: messageId }, end.name, [result]));
    parts.finish(messageId, 1);
  }

  async #settle(message: UserMessage, attempt: Attempt): Promise<readonly PartResult[]> {
    const { parts, state, end, remoteIds } = this.#ports;
    const { message_id: id } = message;
    const { inTurn = (work: () => Promise<readonly PartResult[]>) => work() } = attempt;
    const results = (await this.#recall(message)) ?? (await inTurn(() => this.#runAll(message, attempt)));
    await remoteIds?.note(id, results);
    await Promise.all([
      state.set(this.#key(id), JSON.stringify(results), REMEMBERED_MS),
      end.publishEvent(resultEvent(message, end.name, results)),
    ]);
    parts.finish(id, results.length);
    return results;
  }

  async #runAll(message: UserMessage, attempt: Attempt): Promise<readonly PartResult[]> {
    const results: PartResult[] = [];
    for (let part = 0; part < attempt.parts; part += 1) {
      const result = await this.#run(message.message_id, part, { attempt, before: results });
      results.push(result);
      if (result.kind !== 'ok') break;
    }
    return results;
  }

  async #run(
    id: string,
    part: number,
    { attempt, before }: { readonly attempt: Attempt; readonly before: readonly PartResult[] },
  ): Promise<PartResult> {
    const { parts } = this.#ports;
    const about = { messageId: id, part, reference: 0 };
    const past = parts.read(id, part)?.record;
    if (past !== undefined && past.kind !== 'submitting') return past;
    if (past === undefined || attempt.ifUncertain === null) {
      try {
        const marks = {
          sending: () => {
            parts.write(about, { kind: 'submitting' });
            parts.flush();
          },
          unsent: () => parts.forget(id, part),
        };
        const result = await attempt.run(part, marks, [...before]);
        parts.write(about, result);
        return result;
      } catch (error) {
        if (attempt.keepsRecord?.() !== true) parts.forget(id, part);
        throw error;
      }
    }
    parts.write(about, attempt.ifUncertain);
    return attempt.ifUncertain;
  }

  /** The results of a message that was finished before the ledger's memory begins. */
  async #recall(message: UserMessage): Promise<readonly PartResult[] | null> {
    if (!this.#ports.parts.mayHaveForgotten(parseTimestamp(message.timestamp))) return null;
    const text = await this.#ports.state.get(this.#key(message.message_id));
    return text === null ? null : readResults(text);
  }

  #key(messageId: string): string {
    return `transport/${this.#ports.end.name}/sent/${messageId}`;
  }
}

/** Messages of one part had their only result written down alone. */
function readResults(text: string): readonly PartResult[] {
  return [JSON.parse(text) as PartResult | readonly PartResult[]].flat();
}
