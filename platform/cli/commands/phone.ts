import { createInterface } from 'node:readline';
import { sleep, printable } from '@vumi/core';
import type { Command } from 'commander';
import { withExample } from '../examples.ts';
import { CliError, EXIT, usageError } from '../exit.ts';
import { overwriteLine, write } from '../output.ts';
import { openPhone, type Phone, type PhoneMessage } from '../phone.ts';
import { openSession } from '../session.ts';
import { dialInTerminal } from './ussd-phone.ts';

const POLL_MS = 250;
const PROMPT = 'you: ';

interface PhoneOptions {
  readonly wait: string;
  readonly transport?: string;
}

/** How this phone shows what it received. */
type Show = (messages: readonly PhoneMessage[]) => string;

export function addPhoneCommand(program: Command): void {
  const phone = program
    .command('phone')
    .argument('<from>', 'the number of the phone')
    .argument('<to>', 'the short code to write to, or the code to dial')
    .argument('[text...]', 'write this, show the reply and end; of USSD: what is typed, one for each screen')
    .description(
      "a phone in the terminal, behind the SMSC simulator; with an account's token it reaches that account's apps",
    )
    .option('--transport <name>', 'dial over this transport of USSD, as its network does')
    .option('--wait <seconds>', 'how long to wait for a reply; without one the exit code is 1', '10');
  withExample(
    phone,
    'npx vumi phone +27761234567 12345',
    'npx vumi phone +27761234567 12345 "quiz" --wait 5',
    "npx vumi phone +27761234567 '*384#' --transport ussd",
    "printf 'quiz\\nA\\nB\\n' | npx vumi phone +27761234567 12345",
  ).action(
    async (from: string, to: string, words: string[], ...[options, command]: [PhoneOptions, Command]) => {
      const waitMs = Number(options.wait) * 1000;
      if (!(waitMs > 0)) throw usageError(`--wait is a number of seconds, not "${options.wait}"`);
      const session = openSession(command);
      const { transport } = options;
      if (transport !== undefined) return dialInTerminal(session, { transport, from, to, inputs: words });
      const device = await openPhone(session, from, to);
      const show: Show = (messages) =>
        messages.map((one) => (session.json ? jsonLine(one) : text(one))).join('');
      if (words.length > 0) await converse(device, [words.join(' ')], { waitMs, show });
      else if (process.stdin.isTTY) await talk(device, { from, to, show });
      else await converse(device, createInterface({ input: process.stdin }), { waitMs, show });
    },
  );
}

/** Writes line by line, each after the reply to the one before. */
async function converse(
  phone: Phone,
  lines: Iterable<string> | AsyncIterable<string>,
  { waitMs, show }: { waitMs: number; show: Show },
): Promise<void> {
  let unanswered = 0;
  for await (const line of lines) {
    if (line.trim() === '') continue;
    await phone.write(line);
    const replies = await phone.waitForReply(waitMs);
    if (replies.length === 0) unanswered++;
    write(show(replies));
  }
  if (unanswered > 0) {
    throw new CliError(
      EXIT.refused,
      `no reply within ${waitMs / 1000} s${unanswered > 1 ? `, ${unanswered} times` : ''}; "npx vumi messages --all" and "npx vumi app logs APP" show what happened`,
    );
  }
}

/** A conversation with whoever types, until Ctrl-D or Ctrl-C. */
async function talk(
  phone: Phone,
  { from, to, show }: { from: string; to: string; show: Show },
): Promise<void> {
  write(`You are ${from}, writing to ${to}. Type a message; Ctrl-D ends.\n`);
  const over = new AbortController();
  const terminal = createInterface({ input: process.stdin, output: process.stdout, prompt: PROMPT });
  const display = (text: string): void => {
    overwriteLine(text);
    terminal.prompt(true);
  };
  let broken: unknown;
  const watching = watch(phone, over.signal, {
    show: (messages) => display(show(messages)),
    tell: (hint) => display(`${printable(hint)}\n`),
  }).catch((error: unknown) => {
    broken = error;
    terminal.close();
  });
  try {
    terminal.prompt();
    for await (const line of terminal) {
      if (line.trim() !== '') await phone.write(line);
      terminal.prompt();
    }
  } finally {
    over.abort();
    terminal.close();
    await watching;
    write('\n');
  }
  if (broken !== undefined) throw broken;
}

async function watch(
  phone: Phone,
  signal: AbortSignal,
  { show, tell }: { show: (messages: readonly PhoneMessage[]) => void; tell: (hint: string) => void },
): Promise<void> {
  while (!signal.aborted) {
    const fresh = await phone.look();
    if (fresh.length > 0) show(fresh);
    for (const hint of await phone.lost()) tell(hint);
    await sleep(POLL_MS, signal).catch(() => {});
  }
}

function text({ from_addr, content }: PhoneMessage): string {
  return `${from_addr}: ${printable(content)}\n`;
}

function jsonLine(message: PhoneMessage): string {
  return `${JSON.stringify(message)}\n`;
}
