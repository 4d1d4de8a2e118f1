import { directFlow } from '@vumi/broker';
import type { Flow, Subscription } from '@vumi/core';

/** Calls wait for nobody's acknowledgement, so their bound only keeps a flood from filling the memory. */
const CALL_PREFETCH = 2000;

interface Callee<M> {
  readonly calls: Flow<M>;
  paused: boolean;
}

/**
 * A flow towards a dispatcher: a call while one of this process has joined, else its queue. A dispatcher takes from both,
 * because what was published before it came, or elsewhere, lies in the queue. Of several the last is called; they share
 * the queue.
 */
export function nearFlow<M>(queue: Flow<M>): Flow<M> {
  const callees: Callee<M>[] = [];
  return {
    publish(message) {
      const callee = callees.at(-1);
      return callee === undefined || callee.paused ? queue.publish(message) : callee.calls.publish(message);
    },
    async consume(handler, options) {
      const waiting = await queue.consume(handler, options);
      const callee: Callee<M> = { calls: directFlow<M>(), paused: false };
      const called = await callee.calls.consume(handler, { ...options, prefetch: CALL_PREFETCH });
      callees.push(callee);
      const leave = async (): Promise<void> => {
        callees.splice(callees.indexOf(callee), 1);
        await called[Symbol.asyncDispose]();
        // Calls that were not begun yet: who made them waits for an answer.
        const rest = await callee.calls.consume((message) => queue.publish(message), {
          prefetch: CALL_PREFETCH,
        });
        await rest[Symbol.asyncDispose]();
      };
      return joined(waiting, callee, leave);
    },
  };
}

function joined(
  waiting: Subscription,
  callee: { paused: boolean },
  leave: () => Promise<void>,
): Subscription {
  let left: Promise<unknown> | null = null;
  return {
    async pause() {
      callee.paused = true;
      await waiting.pause();
    },
    async resume() {
      callee.paused = false;
      await waiting.resume();
    },
    async [Symbol.asyncDispose]() {
      left ??= Promise.all([leave(), waiting[Symbol.asyncDispose]()]);
      await left;
    },
  };
}
