import { cut, text } from './primordials.ts';

/** Enough for the frames that are taken. */
const STACK_LENGTH = 3000;

/** Anything as a short text. Runs a tenant's code (toString), inside the timed entry and with its throws caught. */
export function shortText(value: unknown, length: number): string {
  try {
    return cut(typeof value === 'string' ? value : text(value), length);
  } catch {
    return 'unprintable';
  }
}

/** The stack of a thrown value, or the value itself where it has none. Never throws and never returns an object. */
export function errorText(thrown: unknown): string {
  try {
    if (typeof thrown === 'object' && thrown !== null) {
      const { stack, message } = thrown as { stack?: unknown; message?: unknown };
      if (typeof stack === 'string') return cut(stack, STACK_LENGTH);
      if (typeof message === 'string') return cut(message, STACK_LENGTH);
    }
    return `thrown: ${shortText(thrown, STACK_LENGTH)}`;
  } catch {
    return 'something was thrown that cannot be read';
  }
}
