import { sleep } from '@vumi/core';
import { BLANK_MESSAGE, type DataBody, type MessageBody } from '../codec/pdu.ts';
import { STATUS } from '../codec/statuses.ts';
import { incomingText } from '../inbound/incoming-text.ts';
import type { Answer } from '../session/answer.ts';
import { receiptBody } from './deliver-body.ts';
import type { Deliveries } from './deliveries.ts';
import type { SimulatorOptions, SubmitAnswer } from './options.ts';
import type { Phones } from './phones.ts';

export interface SubmitsPorts {
  readonly options: Pick<SimulatorOptions, 'answer' | 'receipts' | 'logger'>;
  readonly phones: Phones;
  readonly deliveries: Deliveries;
  readonly signal: AbortSignal;
}

const RECEIPT_DELAY_MS = 50;
/** registered_delivery bits 1 and 0 (section 5.2.17): 1 asks for a receipt whatever happens. */
const RECEIPT_MASK = 3;
const RECEIPT_ALWAYS = 1;
const IMMEDIATELY: SubmitAnswer = {};

/** Absolute or relative time, 16 characters (section 7.1.1); empty is none. */
const TIME = /^(\d{13}[0-4]\d[+-]|\d{15}R)?$/;

/** Takes submit_sm and data_sm: gives ids, shows texts on phones, sends receipts. */
export class Submits {
  readonly #ports: SubmitsPorts;
  /** Ids must not come again after a restart: transports remember them for days. */
  readonly #base = Date.now().toString(16);
  #number = 0;

  constructor(ports: SubmitsPorts) {
    this.#ports = ports;
  }

  take(body: MessageBody | DataBody, systemId: string): Answer | Promise<Answer> {
    const submit = body.command === 'data_sm' ? asSubmit(body) : body;
    const refusal = check(submit);
    if (refusal !== STATUS.ROK) return { status: refusal };
    this.#number += 1;
    const { answer } = this.#ports.options;
    const script = answer === undefined ? IMMEDIATELY : answer(this.#describe(submit));
    if (script.delayMs === undefined) return this.#accept(submit, systemId, script);
    return sleep(script.delayMs, this.#ports.signal).then(() => this.#accept(submit, systemId, script));
  }

  #describe(submit: MessageBody) {
    return {
      number: this.#number,
      from_addr: submit.sourceAddr,
      to_addr: submit.destinationAddr,
      octets: incomingText(submit).octets,
    };
  }

  #accept(submit: MessageBody, systemId: string, script: SubmitAnswer): Answer | Promise<Answer> {
    const { status = STATUS.ROK } = script;
    if (status !== STATUS.ROK) return { status };
    const id = `${this.#base}${this.#number.toString(16).padStart(6, '0')}`;
    this.#ports.phones.receive(id, submit);
    const receipt = this.#receipt(submit, id, systemId);
    if (script.silent === true) return new Promise(() => {});
    const answer: Answer = { status: STATUS.ROK, id };
    return receipt === undefined ? answer : receipt.then(() => answer);
  }

  /** A promise when the receipt comes before the response: then it is what the response waits for. */
  #receipt(submit: MessageBody, id: string, systemId: string): Promise<void> | undefined {
    const { options, deliveries } = this.#ports;
    const { receipts = RECEIPT_DELAY_MS } = options;
    if (receipts === 'never' || (submit.registeredDelivery & RECEIPT_MASK) !== RECEIPT_ALWAYS)
      return undefined;
    const body = receiptBody(submit, id, new Date());
    if (receipts === 'before_response') return deliveries.deliver(body, { systemId }).catch(() => {});
    deliveries.deliverLater(body, systemId, receipts);
    return undefined;
  }
}

function check({ destinationAddr, scheduleDeliveryTime, validityPeriod }: MessageBody): number {
  if (destinationAddr === '') return STATUS.RINVDSTADR;
  if (!TIME.test(scheduleDeliveryTime)) return STATUS.RINVSCHED;
  return TIME.test(validityPeriod) ? STATUS.ROK : STATUS.RINVEXPIRY;
}

function asSubmit(body: DataBody): MessageBody {
  return { ...BLANK_MESSAGE, ...body, command: 'submit_sm' };
}
