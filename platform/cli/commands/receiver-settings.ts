import type { Command } from 'commander';
import { usageError } from '../exit.ts';

/** How a receiver is told, as options say it. */
export interface ReceiverSettings {
  readonly secret?: string;
  readonly header: readonly string[];
  readonly timeout?: string;
  readonly maxInFlight?: string;
  readonly retryHours?: string;
  readonly on?: boolean;
  readonly off?: boolean;
}

export function withReceiverSettings(command: Command): Command {
  return command
    .option('--secret <secret>', "the receiver's own secret, of 16 characters or more")
    .option(
      '--header <header>',
      'sent along, such as "Authorization: Bearer x"; may be repeated',
      collect,
      [],
    )
    .option('--timeout <seconds>', 'for the receiver to answer (default: 10)')
    .option('--max-in-flight <count>', 'deliveries at once (default: 10)')
    .option('--retry-hours <hours>', 'until a delivery is given up (default: 72)')
    .option('--off', 'keep nothing new for it')
    .option('--on', 'after --off');
}

function collect(value: string, before: readonly string[]): string[] {
  return [...before, value];
}

/** As the API takes them; undefined where nothing was said. */
export function readReceiverSettings(options: ReceiverSettings): Record<string, unknown> {
  const { secret, header, timeout, maxInFlight, retryHours, on, off } = options;
  if (on === true && off === true) throw usageError('give --on or --off, not both');
  const number = (text: string | undefined): number | undefined =>
    text === undefined ? undefined : Number(text);
  return {
    secret,
    headers: header.length === 0 ? undefined : Object.fromEntries(header.map(readHeader)),
    timeout: number(timeout),
    max_in_flight: number(maxInFlight),
    retry_hours: number(retryHours),
    active: off === true ? false : on,
  };
}

function readHeader(text: string): [string, string] {
  const colon = text.indexOf(':');
  if (colon < 1) throw usageError(`--header "${text}" must read "Name: value"`);
  return [text.slice(0, colon).trim(), text.slice(colon + 1).trim()];
}
