import { setTimeout as pause } from 'node:timers/promises';
import type { AppRef } from '@vumi/core';
import { patientlyNow } from '@vumi/machine/testing';
import { SandboxPlace } from '@vumi/sandbox/testing';
import { describe, expect, test } from 'vitest';

// Each starts runners of its own.

const APOLOGY = 'Sorry, something went wrong. Please try again later.';
/** More than an app needs to be trusted with the runner's own thread. */
const EARNS_TRUST = 40;
const VISIT_EVERY_MS = 5;
/** 150 to 200 ms on a quiet machine; this is for machines that have other things to do. */
const LONGEST_WAIT_MS = 2000;

/** Attacks only where it has been trusted: run again in a fresh isolate it is as good as gold. */
function patient(attack: string): string {
  return `let messages = 0;
export default {
  async onMessage(message) {
    if (++messages > ${EARNS_TRUST}) { ${attack} }
    await message.reply('fine');
  },
};`;
}

const ATTACKS = {
  'a builtin that nothing stops': 'Array.prototype.indexOf.call({ length: 2 ** 53 - 1 }, 1)',
  'huge arrays, filled one after the other': 'for (;;) new Array(6e7).fill([])',
  'a power of a BigInt': '(2n ** 10_000_000n) ** 60n',
  'a rejection whose stack loops':
    "Promise.reject(Object.defineProperty(new Error('x'), 'stack', { get() { for (;;); } }))",
};

/** Asks the neighbour until told to stop; milliseconds that the slowest answer took. */
async function longestWait(place: SandboxPlace, ref: AppRef, stop: AbortSignal): Promise<number> {
  let longest = 0;
  while (!stop.aborted) {
    const startedAt = performance.now();
    expect(await place.ask(ref)).toEqual(['here']);
    longest = Math.max(longest, performance.now() - startedAt);
    await pause(VISIT_EVERY_MS);
  }
  return longest;
}

describe('an app that holds the thread with which it was trusted', () => {
  test.each(Object.entries(ATTACKS))(
    'by %s is found out at once, and its neighbour hardly waits',
    async (_, attack) => {
      await using place = await SandboxPlace.start({ runners: 1 });
      await expect.poll(() => place.sandbox.status().standby).toBe(true);
      const ref = await place.install('patient', patient(attack));
      const neighbour = await place.installHandler(
        'neighbour',
        "await app.user.get('x'); await reply('here')",
      );
      for (let n = 0; n < EARNS_TRUST; n++) {
        expect(await place.ask(ref)).toEqual(['fine']);
        expect(await place.ask(neighbour)).toEqual(['here']);
      }
      const stop = new AbortController();
      const waited = longestWait(place, neighbour, stop.signal);
      const answer = await place.ask(ref);
      stop.abort();
      // Once more, in a process of its own, where it does nothing; else it would have got the apology.
      expect(answer).toEqual(['fine']);
      expect(await waited).toBeLessThan(patientlyNow(LONGEST_WAIT_MS));
      expect(place.sandbox.status().quarantine).toMatchObject([{ app: 'tests/patient', kills: 1 }]);
      expect(place.logOf(ref).join()).toContain('ended the process');
      expect(place.sent.filter(({ content }) => content === APOLOGY)).toEqual([]);
    },
  );
});
