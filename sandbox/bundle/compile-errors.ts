import { VumiError } from '@vumi/core';
import type { Message, PartialMessage } from 'esbuild';

const MOST_SHOWN = 5;
const NAMESPACE_PREFIX = /^[a-z]+:/;

interface Place {
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

/** Where esbuild saw it; it counts columns in bytes and from zero. */
function placeOf({ location }: PartialMessage): Place | null {
  if (location === null || location === undefined) return null;
  const { file = '', line = 1, column = 0, lineText = '' } = location;
  const before = Buffer.from(lineText).subarray(0, column).toString();
  return { file: file.replace(NAMESPACE_PREFIX, ''), line, column: before.length + 1 };
}

/** An esbuild message as `workers/worker.js:3:7: …`. */
export function messageText(message: PartialMessage): string {
  const place = placeOf(message);
  const text = message.text ?? 'it cannot be compiled';
  return place === null ? text : `${place.file}:${place.line}:${place.column}: ${text}`;
}

/** An error `bundle.does_not_compile` of what the compiler says, its first message first. */
export function doesNotCompile(messages: readonly PartialMessage[]): VumiError {
  const [first] = messages;
  const shown = messages.slice(0, MOST_SHOWN).map(messageText);
  const rest = messages.length > MOST_SHOWN ? [`and ${messages.length - MOST_SHOWN} more errors`] : [];
  return new VumiError('bundle.does_not_compile', [...shown, ...rest].join('\n'), {
    details: { ...(first === undefined ? {} : placeOf(first)) },
  });
}

function hasMessages(error: unknown): error is Error & { errors: Message[] } {
  return (
    error instanceof Error && 'errors' in error && Array.isArray(error.errors) && error.errors.length > 0
  );
}

/** What esbuild threw, as `bundle.does_not_compile` where it is about the source. */
export function compileError(error: unknown): unknown {
  return hasMessages(error) ? doesNotCompile(error.errors) : error;
}
