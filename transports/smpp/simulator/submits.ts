import {
  BLANK_MESSAGE,
  type DataBody,
  type MessageBody,
  type MultiBody,
  type Unreached,
} from '../codec/pdu.ts';
import { isSmppTime, readSmppTime } from '../codec/smpp-time.ts';
import { STATUS } from '../codec/statuses.ts';
import { TAG } from '../codec/tags.ts';
import { findTlv } from '../codec/tlvs.ts';
import { incomingText } from '../inbound/incoming-text.ts';
import type { Answer } from '../session/answer.ts';
import type { Chance } from './chance.ts';
import type { Counters } from './counters.ts';
import type { Deliveries } from './deliveries.ts';
import { distort, WITHHELD, type Asker } from './distortion.ts';
import { failLink, type Link } from './link.ts';
import type { MessageBook, TakenMessage } from './message-book.ts';
import type { Phones } from './phones.ts';
import { planReceipts } from './receipt-plan.ts';
import type { RuleBook } from './rule-book.ts';
import type { Action, Script } from './script.ts';
import type { Throttle } from './throttle.ts';
import type { Timers } from './timers.ts';

/** What a script has become when it runs. */
export interface Play {
  readonly script: Script;
  readonly chance: Chance;
  readonly rules: RuleBook;
  readonly throttle: Throttle;
}

export interface SubmitsPorts {
  readonly play: () => Play;
  readonly phones: Phones;
  readonly deliveries: Deliveries;
  readonly counters: Counters;
  readonly book: MessageBook;
  readonly timers: Timers;
}

/** Message ids of at most 8 octets for version 3.3 (section 3.4). */
const SHORT_ID = 8;

/** Takes submit_sm, data_sm and submit_multi: gives ids, shows texts on phones, sends receipts. */
export class Submits {
  readonly #ports: SubmitsPorts;
  /** Ids must not come again after a restart: transports remember them for days. */
  readonly #base = Date.now();
  #number = 0;

  constructor(ports: SubmitsPorts) {
    this.#ports = ports;
  }

  take(body: MessageBody | DataBody, asker: Asker): Answer | Promise<Answer> {
    const { link } = asker;
    const submit = body.command === 'data_sm' ? asSubmit(body) : body;
    const refusal = this.#refusal(submit, link);
    if (refusal !== null) return this.#refuse(refusal);
    const action = this.#actionFor(submit);
    const { chance } = this.#ports.play();
    if (action.before !== undefined) {
      failLink(link, action.before, chance);
      return WITHHELD;
    }
    if (action.delay_ms === undefined) return this.#accept(submit, asker, action);
    const delay = this.#ports.timers.wait(chance.pick(action.delay_ms));
    return delay.then(() => this.#accept(submit, asker, action));
  }

  /** Each receiver by itself; lists of receivers are unknown here. */
  async takeMulti(body: MultiBody, asker: Asker): Promise<Answer> {
    const { destinations, ...fields } = body;
    const unreached: Unreached[] = [];
    let id = '';
    for (const destination of destinations) {
      if ('list' in destination) return this.#refuse(STATUS.RINVDLNAME);
      const { ton, npi, address } = destination;
      const answer = await this.take(
        { ...fields, command: 'submit_sm', destAddrTon: ton, destAddrNpi: npi, destinationAddr: address },
        asker,
      );
      if (answer.status !== STATUS.ROK) unreached.push({ ton, npi, address, status: answer.status });
      else if (id === '') id = answer.id ?? '';
    }
    return { status: id === '' ? STATUS.RSUBMITFAIL : STATUS.ROK, id, unreached };
  }

  #refusal(submit: MessageBody, { systemId }: Link): number | null {
    const wrong = check(submit);
    return wrong === STATUS.ROK ? this.#ports.play().throttle.check(systemId, performance.now()) : wrong;
  }

  #refuse(status: number): Answer {
    this.#ports.counters.add('submits_refused');
    return { status };
  }

  #actionFor(submit: MessageBody): Action {
    const { script, rules } = this.#ports.play();
    if (script.rules.length === 0) return {};
    const { sourceAddr: from, destinationAddr: to } = submit;
    return rules.actionFor({ on: 'submit', from, to, text: incomingText(submit).octets.toString('latin1') });
  }

  #accept(submit: MessageBody, asker: Asker, action: Action): Answer | Promise<Answer> {
    const { link } = asker;
    const { status = STATUS.ROK, message_id: id = this.#newId(link) } = action;
    const { chance } = this.#ports.play();
    if (status !== STATUS.ROK) return distort(this.#refuse(status), action, asker, chance);
    const message: TakenMessage = {
      id,
      body: keepable(submit),
      submittedAt: new Date(),
      state: 'ENROUTE',
      finalAt: null,
      cancel: null,
    };
    this.#ports.counters.submitted(message.body, incomingText(message.body));
    this.#ports.book.add(message);
    const receipt = this.#deliver(message, link, action);
    const answer: Answer = { status: STATUS.ROK, id };
    if (receipt === undefined) return distort(answer, action, asker, chance);
    return receipt.then(() => distort(answer, action, asker, chance));
  }

  /** Onto the phone, now or when it is scheduled. A promise when a receipt comes before the response. */
  #deliver(message: TakenMessage, link: Link, action: Action): Promise<void> | undefined {
    const { phones, play, timers } = this.#ports;
    const script = { ...play().script.receipts, ...withoutUndefined(action.receipt ?? {}) };
    const now = Date.now();
    const delayMs = (readSmppTime(message.body.scheduleDeliveryTime, now) ?? now) - now;
    const plan = (): Promise<void> | undefined =>
      planReceipts(message, { link, script }, { ...this.#ports, chance: () => play().chance });
    if (delayMs <= 0) {
      phones.receive(message.id, message.body);
      return plan();
    }
    message.state = 'SCHEDULED';
    message.cancel = timers.later(delayMs, () => {
      message.cancel = null;
      phones.receive(message.id, message.body);
      void plan();
    });
    return undefined;
  }

  #newId({ version }: Link): string {
    const { script } = this.#ports.play();
    this.#number += 1;
    const short = script.message_ids === 'short' || script.version === '3.3' || version < 0x34;
    const whole = BigInt(this.#base) * 0x1000000n + BigInt(this.#number);
    if (script.message_ids === 'decimal')
      return short ? String(this.#number).padStart(SHORT_ID, '0') : String(whole);
    return short ? this.#number.toString(16).padStart(SHORT_ID, '0') : whole.toString(16);
  }
}

type Changes<T> = { [Key in keyof T]: Exclude<T[Key], undefined> };

function withoutUndefined<T extends object>(changes: T): Changes<T> {
  return Object.fromEntries(Object.entries(changes).filter(([, value]) => value !== undefined)) as Changes<T>;
}

/** With octets of its own: those of a PDU hold the whole piece of the stream that they came in. */
function keepable(submit: MessageBody): MessageBody {
  return {
    ...submit,
    shortMessage: Buffer.from(submit.shortMessage),
    tlvs: submit.tlvs.map(({ tag, value }) => ({ tag, value: Buffer.from(value) })),
  };
}

const HIGHEST_PRIORITY = 3;

function check(submit: MessageBody): number {
  if (submit.destinationAddr === '') return STATUS.RINVDSTADR;
  if (!isSmppTime(submit.scheduleDeliveryTime)) return STATUS.RINVSCHED;
  if (!isSmppTime(submit.validityPeriod)) return STATUS.RINVEXPIRY;
  if (submit.priorityFlag > HIGHEST_PRIORITY) return STATUS.RINVPRTFLG;
  // Two texts at once (section 3.2.3).
  const both = submit.shortMessage.length > 0 && findTlv(submit.tlvs, TAG.MESSAGE_PAYLOAD) !== undefined;
  return both ? STATUS.RINVMSGLEN : STATUS.ROK;
}

function asSubmit(body: DataBody): MessageBody {
  return { ...BLANK_MESSAGE, ...body, command: 'submit_sm' };
}
