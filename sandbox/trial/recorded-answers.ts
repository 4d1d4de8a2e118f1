import { VumiError } from '@vumi/core';
import type { GuestCall } from '../effects.ts';
import type { RunRecord } from '../recording/record.ts';
import type { SecretRemoval } from '../recording/secret-removal.ts';
import { recordedCall } from '../recording/turn-recorder.ts';
import { outgoingId } from '../turns/effects-commit.ts';
import { isEffect, type AnsweredCall } from './classic-effects.ts';

/** A handler that has stopped in the middle of a batch is not the one that was recorded. Milliseconds. */
const PATIENCE = 1000;
export const NOT_RECORDED = 'this call was not recorded, and a replay makes no new ones';

interface Known {
  readonly key: string;
  readonly answer: { readonly worked: boolean; readonly value: unknown } | null;
  /** Which of the recorded entries into the guest brought the answer; null when none did. */
  readonly batch: number | null;
  used: boolean;
}

interface Asked {
  readonly call: GuestCall;
  readonly known: Known;
  readonly settle: { resolve: (value: unknown) => void; reject: (error: unknown) => void };
}

export interface AnswerSource {
  /** Values of secrets hidden. */
  readonly record: RunRecord;
  readonly secretRemoval: SecretRemoval;
  /** Of today. */
  readonly secrets: Readonly<Record<string, string>>;
  readonly messageId: string;
  /** Carries out commands of the classic API that were not recorded; called at the beginning of each run. */
  readonly commands: () => (command: Readonly<Record<string, unknown>>) => Promise<unknown>;
}

/**
 * Answers the calls of a turn with what was answered when it was recorded. As long as the handler asks the same in the
 * same order, its answers also come in the same company, so that races end as they did; when it goes another way, each
 * call gets the first unused answer to the same question.
 */
export class RecordedAnswers {
  /** Calls of the current run as they are recorded, in order. */
  asked: string[] = [];
  /** What they were answered, by their place among those that were asked. */
  answers = new Map<number, unknown>();
  /** Of them, those that had no answer. */
  unrecorded: string[] = [];
  readonly #source: AnswerSource;
  #tryCommand: ReturnType<AnswerSource['commands']>;
  readonly #known: readonly Known[];
  #exact = true;
  #waiting: Asked[] = [];
  #nextBatch = 0;
  #timer: NodeJS.Timeout | undefined;

  constructor(source: AnswerSource) {
    this.#source = source;
    this.#tryCommand = source.commands();
    this.#known = knownCalls(source);
  }

  /** The handler starts from the beginning. */
  begin(): void {
    this.stop();
    this.asked = [];
    this.answers = new Map();
    this.unrecorded = [];
    this.#tryCommand = this.#source.commands();
    for (const known of this.#known) known.used = false;
    this.#exact = true;
    this.#waiting = [];
    this.#nextBatch = 0;
  }

  async answer(call: GuestCall): Promise<unknown> {
    const key = this.#source.secretRemoval.hide(keyOf(call));
    const position = this.asked.push(key) - 1;
    const { answers } = this;
    const answer = await this.#answerTo(call, key, position);
    answers.set(position, answer);
    return answer;
  }

  /** Calls of the current run, each with its answer. */
  get answered(): AnsweredCall[] {
    return this.asked.map((json, index) => ({
      call: JSON.parse(json) as GuestCall,
      answer: this.answers.get(index),
    }));
  }

  #answerTo(call: GuestCall, key: string, position: number): Promise<unknown> {
    const expected = this.#known[position];
    if (this.#exact && expected?.key !== key) this.#diverge();
    const known = this.#exact ? expected : this.#find(key);
    if (known === undefined) return this.#answerFromNothing(call, key);
    known.used = true;
    return new Promise((resolve, reject) => {
      this.#waiting.push({ call, known, settle: { resolve, reject } });
      if (this.#exact) this.#deliverBatches();
      else this.#deliverAll();
    });
  }

  stop(): void {
    clearTimeout(this.#timer);
  }

  #find(key: string): Known | undefined {
    return (
      this.#known.find((known) => !known.used && known.key === key) ??
      this.#known.findLast((known) => known.key === key)
    );
  }

  #deliverBatches(): void {
    this.stop();
    for (;;) {
      const size = this.#known.filter(({ batch }) => batch === this.#nextBatch).length;
      const ready = this.#waiting.filter(({ known }) => known.batch === this.#nextBatch);
      if (size === 0 || ready.length < size) break;
      for (const asked of ready) this.#settle(asked);
      this.#waiting = this.#waiting.filter((asked) => !ready.includes(asked));
      this.#nextBatch++;
    }
    if (this.#waiting.some(({ known }) => known.batch !== null))
      this.#timer = setTimeout(() => this.#diverge(), PATIENCE);
  }

  #diverge(): void {
    this.#exact = false;
    this.#deliverAll();
  }

  #deliverAll(): void {
    this.stop();
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const asked of waiting) this.#settle(asked);
  }

  /** What was never answered stays so: the handler ended before. */
  #settle({ call, known, settle }: Asked): void {
    if (call.call === 'secret') settle.resolve(this.#secret(call.name));
    else if (known.answer === null) return;
    else if (known.answer.worked) settle.resolve(known.answer.value);
    else settle.reject(new VumiError('request.invalid', String(known.answer.value)));
  }

  async #answerFromNothing(call: GuestCall, key: string): Promise<unknown> {
    if (call.call === 'ids') {
      const { limits } = this.#source.record.settings;
      return Array.from({ length: limits['sends'] ?? 0 }, (_, index) =>
        outgoingId(this.#source.messageId, index),
      );
    }
    if (!isEffect(call)) this.unrecorded.push(key);
    if (call.call === 'command') return this.#tryCommand(call.command);
    if (call.call === 'get') return null;
    if (call.call === 'secret') return this.#secret(call.name);
    throw new VumiError('request.invalid', NOT_RECORDED);
  }

  #secret(name: string): string | null {
    const { secrets } = this.#source;
    return Object.hasOwn(secrets, name) ? (secrets[name] ?? null) : null;
  }
}

/** A call without its numbers: what tells one question from another. */
function keyOf(call: GuestCall): string {
  const asked = call.call === 'command' ? { ...call, command: withoutNumber(call.command) } : call;
  const json = recordedCall(0, asked, JSON.stringify([0, asked]));
  return json.slice('[0,'.length, -1);
}

/** A classic app numbers its commands with its lines of log, of which another version may have more. */
function withoutNumber(command: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const { cmd_id: _number, reply: _isReply, ...asked } = command;
  return asked;
}

/** The calls of a record, each with its answer. */
export function recordedCalls(record: RunRecord): AnsweredCall[] {
  const answers = new Map(
    record.answers.flat().map(([id, worked, value]) => [id, worked ? value : undefined]),
  );
  return record.calls.map(([id, call]) => ({
    call: JSON.parse(keyOf(call)) as GuestCall,
    answer: answers.get(id),
  }));
}

function knownCalls({ record, secretRemoval }: AnswerSource): Known[] {
  const answers = JSON.parse(secretRemoval.show(JSON.stringify(record.answers))) as RunRecord['answers'];
  const byCall = new Map(
    answers.flatMap((batch, index) =>
      batch.map(([id, worked, value]) => [id, { batch: index, answer: { worked, value } }] as const),
    ),
  );
  return record.calls.map(([id, call]) => {
    const found = byCall.get(id);
    return { key: keyOf(call), answer: found?.answer ?? null, batch: found?.batch ?? null, used: false };
  });
}
