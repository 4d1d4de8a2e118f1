import { createInterface, emitKeypressEvents, type Interface, type Key } from 'node:readline';
import { answeredOrLost } from '../lost-messages.ts';
import { newsOf, openPhone, type Phone } from '../phone.ts';
import type { Session } from '../session.ts';
import { openUssdPhone, type UssdPhone } from '../ussd-phone.ts';
import { toldWithAddress } from '../exit.ts';
import type { View } from './view.ts';

const PROMPT = '> ';
/** What a line says that is not for the app, where no key can. */
const NEXT_LINE = '/t';
const NEXT_KEY = 't';

export interface TerminalPhone {
  readonly session: Session;
  readonly view: View;
  readonly from: string;
  /** The number that it writes to, or the code that it dials. */
  readonly to: string;
  readonly ussd: boolean;
  /** Brings what is due next in the app, and shows it. */
  readonly next: () => Promise<void>;
}

/** The phone in the terminal, until its input ends. */
export async function useTerminalPhone(phone: TerminalPhone, over: AbortController): Promise<void> {
  const { session, view } = phone;
  const type = phone.ussd ? dialler(phone) : await writer(phone, over.signal);
  // Made last: lines that come before somebody asks for them are lost.
  const isTerminal = process.stdin.isTTY;
  const terminal = createInterface({
    input: process.stdin,
    signal: over.signal,
    ...(isTerminal ? { output: process.stdout, prompt: PROMPT } : {}),
  });
  if (isTerminal) view.terminal = terminal;
  const told = (work: Promise<void>): Promise<void> =>
    work.catch((error: unknown) => view.line(`✗ ${toldWithAddress(error, session.client.url)}`));
  if (isTerminal) onNextKey(terminal, () => void told(phone.next()));
  terminal.prompt();
  for await (const line of terminal) {
    await told(line.trim() === NEXT_LINE ? phone.next() : type(line));
    view.terminal?.prompt();
  }
  over.abort();
}

function onNextKey(terminal: Interface, act: () => void): void {
  emitKeypressEvents(process.stdin, terminal);
  const hear = (_text: string | undefined, { ctrl, name }: Key): void => {
    if (ctrl === true && name === NEXT_KEY) act();
  };
  process.stdin.on('keypress', hear);
  terminal.once('close', () => process.stdin.off('keypress', hear));
}

async function writer(
  { session, view, from, to }: TerminalPhone,
  signal: AbortSignal,
): Promise<(line: string) => Promise<void>> {
  const phone: Phone = await openPhone(session, from, to);
  void showNews(phone, view, signal);
  return async (line) => {
    if (line.trim() !== '') await phone.write(line);
  };
}

async function showNews(phone: Phone, view: View, signal: AbortSignal): Promise<void> {
  for await (const news of newsOf(phone, signal))
    view.line('lost' in news ? `✗ ${news.lost}` : `< ${news.text.content}`);
}

/** Each line is what is typed; where no session is open, an empty or any other one dials. */
function dialler({ session, view, from, to }: TerminalPhone): (line: string) => Promise<void> {
  let phone: UssdPhone | null = null;
  return async (line) => {
    const open = phone ?? openUssdPhone(session, 'ussd', { from, to });
    const { text, ends } =
      phone === null
        ? await answeredOrLost(session.client, from, () => open.dial())
        : await open.answer(line);
    phone = ends ? null : open;
    view.line(`< ${text}${ends ? '  (the session has ended)' : ''}`);
  };
}
