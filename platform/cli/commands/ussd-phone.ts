import { createInterface } from 'node:readline';
import { printable } from '@vumi/core';
import { answeredOrLost } from '../lost-messages.ts';
import { write } from '../output.ts';
import type { Session } from '../session.ts';
import { openUssdPhone, type Screen } from '../ussd-phone.ts';

const PROMPT = 'you: ';

interface Dialled {
  readonly transport: string;
  readonly from: string;
  readonly to: string;
  /** What is typed, one for each screen; none: what comes from the terminal or the standard input. */
  readonly inputs: readonly string[];
}

/** A session of USSD at a phone in the terminal, until the service or the inputs end it. */
export async function dialInTerminal(
  session: Session,
  { transport, inputs, ...numbers }: Dialled,
): Promise<void> {
  const phone = openUssdPhone(session, transport, numbers);
  const isTyped = inputs.length === 0 && process.stdin.isTTY;
  const show = (screen: Screen): boolean => {
    write(session.json ? `${JSON.stringify(screen)}\n` : shown(screen));
    return screen.ends;
  };
  if (show(await answeredOrLost(session.client, numbers.from, () => phone.dial()))) return;
  if (inputs.length > 0) return typeAll(inputs, (input) => phone.answer(input), show);
  const terminal = createInterface({
    input: process.stdin,
    ...(isTyped ? { output: process.stdout, prompt: PROMPT } : {}),
  });
  try {
    if (isTyped) terminal.prompt();
    for await (const line of terminal) {
      if (line !== '' && show(await phone.answer(line))) return;
      if (isTyped) terminal.prompt();
    }
  } finally {
    terminal.close();
  }
}

async function typeAll(
  inputs: readonly string[],
  answer: (input: string) => Promise<Screen>,
  show: (screen: Screen) => boolean,
): Promise<void> {
  for (const input of inputs) if (show(await answer(input))) return;
}

/** As a phone frames it. */
function shown({ text, ends }: Screen): string {
  const lines = printable(text)
    .split('\n')
    .map((line) => `| ${line}`);
  return `${lines.join('\n')}\n${ends ? '(the session has ended)\n' : ''}`;
}
