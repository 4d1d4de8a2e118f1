import type { AlertOptions } from './options.ts';
import type { Rule } from './rule.ts';

/**
 * A queue that is longer at each of the last looks than it was at any of the first. Looks are counted, not minutes: a
 * machine that has too much to do looks less often, and is not judged the earlier for that.
 */
export function growingQueues({
  queue_messages: most,
  queue_looks: looks,
}: Pick<AlertOptions, 'queue_messages' | 'queue_looks'>): Rule {
  let seen = new Map<string, readonly number[]>();
  return {
    kind: 'queue',
    find({ queues }, isOpen) {
      seen = new Map(
        queues.map(({ queue, messages }) => [queue, [...(seen.get(queue) ?? []), messages].slice(-looks)]),
      );
      return queues
        .filter(({ queue, messages }) =>
          isOpen(queue, null)
            ? messages >= most / 2
            : messages >= most && isGrowing(seen.get(queue) ?? [], looks),
        )
        .map(({ queue, messages }) => ({
          subject: queue,
          level: 'warning' as const,
          message: `the queue "${queue}" grows: ${messages} messages wait; see vumi status for whether its consumer runs and how busy the machine is`,
          details: { messages },
        }));
    },
  };
}

function isGrowing(depths: readonly number[], looks: number): boolean {
  if (depths.length < looks) return false;
  const part = Math.max(1, Math.floor(looks / 3));
  return Math.min(...depths.slice(-part)) > Math.max(...depths.slice(0, part));
}
