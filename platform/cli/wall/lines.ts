import type { Session } from '../session.ts';
import { openUssdPhone, type UssdPhone } from '../ussd-phone.ts';
import type { Line, Reply } from './distant-handset.ts';
import type { SmsNetwork } from './sms-network.ts';

/** What is measured of all lines together, and holds them back. */
export interface Carrier {
  /** Does it when there is a place among those who wait for an answer. */
  take<T>(carry: () => Promise<T>): Promise<T>;
  /** An answer came after so many milliseconds. */
  answered(ms: number): void;
  /** A text was sent to a phone by SMS. */
  received(text: string): void;
}

interface SmsLineOptions {
  readonly network: SmsNetwork;
  readonly carrier: Carrier;
  readonly address: string;
  readonly code: string;
  /** The first word. */
  readonly begin: string;
  /** Each message of it comes so often. */
  readonly times: number;
  /** Whether nothing is asked any more. */
  readonly isLast: (text: string) => boolean;
}

export function smsLine({ network, carrier, address, code, begin, times, isLast }: SmsLineOptions): Line {
  const say = async (content: string): Promise<Reply> => {
    const texts = await carrier.take(() =>
      network.write({ from: address, to: code, content, times }, (ms) => carrier.answered(ms)),
    );
    for (const text of texts) carrier.received(text);
    const text = texts.at(-1) ?? null;
    return { text, ends: text !== null && isLast(text) };
  };
  return { address, hasSessions: false, begin: () => say(begin), say };
}

interface UssdLineOptions {
  readonly session: Session;
  readonly carrier: Carrier;
  readonly transport: string;
  readonly address: string;
  readonly code: string;
}

export function ussdLine({ session, carrier, transport, address, code }: UssdLineOptions): Line {
  let phone: UssdPhone | null = null;
  const timed = (step: () => Promise<Reply>): Promise<Reply> =>
    carrier.take(async () => {
      const began = performance.now();
      const reply = await step();
      carrier.answered(performance.now() - began);
      return reply;
    });
  return {
    address,
    hasSessions: true,
    begin: () => {
      const opened = openUssdPhone(session, transport, { from: address, to: code });
      phone = opened;
      return timed(() => opened.dial());
    },
    say: (text) => {
      const open = phone;
      if (open === null) throw new Error(`${address} has no open session`);
      return timed(() => open.answer(text));
    },
  };
}
