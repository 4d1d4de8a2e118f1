import { LRUCache } from 'lru-cache';
import type { MessageBody } from '../codec/pdu.ts';
import { incomingText, readText, type IncomingText } from '../inbound/incoming-text.ts';
import { createCharsetTable } from '../text/data-coding.ts';
import type { PhoneMessage } from './options.ts';

const KEPT = 10_000;
/** Long messages that are not complete; the oldest go first. */
const KEPT_INCOMPLETE = 1000;

interface Incomplete {
  readonly messageId: string;
  readonly parts: Map<number, IncomingText>;
}

type Listener = (message: PhoneMessage) => void;

/** All phones of the simulated network: joins long messages and keeps what the screens show. */
export class Phones {
  readonly #table = createCharsetTable();
  readonly #incomplete = new LRUCache<string, Incomplete>({ max: KEPT_INCOMPLETE });
  readonly #listeners = new Set<Listener>();
  #messages: PhoneMessage[] = [];

  receive(messageId: string, body: MessageBody): void {
    const text = incomingText(body);
    const { concatenation } = text;
    if (concatenation === null) return this.#show(messageId, body, [text]);
    const { kind, reference, total, part } = concatenation;
    const key = `${kind}/${reference}/${total}/${body.sourceAddr}/${body.destinationAddr}`;
    const incomplete = this.#incomplete.get(key) ?? this.#begin(key, messageId);
    incomplete.parts.set(part, text);
    if (incomplete.parts.size < total) return;
    this.#incomplete.delete(key);
    const parts = [...incomplete.parts].sort(([a], [b]) => a - b).map(([, value]) => value);
    this.#show(incomplete.messageId, body, parts);
  }

  list(address?: string): PhoneMessage[] {
    const recent = this.#messages.slice(-KEPT);
    return address === undefined ? recent : recent.filter(({ to_addr }) => sameNumber(to_addr, address));
  }

  onMessage(listener: Listener): Disposable {
    this.#listeners.add(listener);
    return { [Symbol.dispose]: () => this.#listeners.delete(listener) };
  }

  #begin(key: string, messageId: string): Incomplete {
    const incomplete = { messageId, parts: new Map<number, IncomingText>() };
    this.#incomplete.set(key, incomplete);
    return incomplete;
  }

  #show(messageId: string, body: MessageBody, parts: readonly IncomingText[]): void {
    const message: PhoneMessage = {
      message_id: messageId,
      from_addr: shownNumber(body.sourceAddr, body.sourceAddrTon),
      to_addr: shownNumber(body.destinationAddr, body.destAddrTon),
      content: readText(parts, this.#table).content,
      parts: parts.length,
      data_coding: body.dataCoding,
      timestamp: new Date().toISOString(),
    };
    this.#messages.push(message);
    if (this.#messages.length >= KEPT * 2) this.#messages = this.#messages.slice(-KEPT);
    for (const listener of this.#listeners) listener(message);
  }
}

const INTERNATIONAL = 1;

/** An international number is shown with the plus that it does not have on the wire. */
function shownNumber(address: string, ton: number): string {
  return ton === INTERNATIONAL && /^\d/.test(address) ? `+${address}` : address;
}

/** People write their number with and without its plus. */
function sameNumber(a: string, b: string): boolean {
  return a.replace(/^\+/, '') === b.replace(/^\+/, '');
}
