import type { LogEntry } from '@vumi/sandbox';
import { EXPLORER } from '@vumi/sdk/talks';

/** A question that an app has asked while its configuration has the explorer's mark. */
export interface Asked {
  /** What may be typed at it. */
  readonly samples: readonly string[];
  /** Of the call that asked. */
  readonly stack: string;
}

/** Takes out of a log what the SDK says of questions, in the order in which they were asked. */
export function takeAsked(log: LogEntry[]): Asked[] {
  const asked = log.flatMap(({ text, fields }) =>
    text !== EXPLORER || fields === undefined
      ? []
      : [{ samples: fields['samples'] as readonly string[], stack: String(fields['stack']) }],
  );
  if (asked.length > 0) log.splice(0, Infinity, ...log.filter(({ text }) => text !== EXPLORER));
  return asked;
}
