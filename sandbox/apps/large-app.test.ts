import { expect, test } from 'vitest';
import { SandboxPlace } from '../testing/index.ts';

const APOLOGY = 'Sorry, something went wrong. Please try again later.';
const FILLER = Array.from({ length: 400 }, (_, n) => `const text${n} = 'a text of number ${n}';`).join('\n');
const USES = Array.from({ length: 400 }, (_, n) => `text${n}`).join(', ');

/** Loaded anew for each message, because the runner holds one app and the other one comes in between. */
async function visitTwice(place: SandboxPlace, body: string): Promise<string[]> {
  const source = `${FILLER}\nconst texts = [${USES}];\n${body}`;
  const large = await place.install('large', source);
  const other = await place.installHandler('other', "await reply('other')");
  const answers: string[] = [];
  for (let n = 0; n < 2; n++) {
    answers.push(...(await place.ask(large)));
    await place.ask(other);
    await expect.poll(() => place.sandbox.status().caches).toBe(1);
  }
  return answers;
}

test('a large worker answers alike with a code cache and without', async () => {
  await using place = await SandboxPlace.start({ runners: 1, isolates_per_runner: 1 });
  await expect.poll(() => place.sandbox.status().standby).toBe(true);
  const body =
    'export default { async onMessage(message) { await message.reply(texts[7] + typeof globalThis); } };';
  expect(await visitTwice(place, body)).toEqual(['a text of number 7object', 'a text of number 7object']);
});

test('errors of a large worker point into its source, with a code cache and without', async () => {
  await using place = await SandboxPlace.start({ runners: 1, isolates_per_runner: 1 });
  await expect.poll(() => place.sandbox.status().standby).toBe(true);
  const body = 'export default { onMessage() { texts.explode(); } };';
  expect(await visitTwice(place, body)).toEqual([APOLOGY, APOLOGY]);
  const errors = place.log.filter(({ level }) => level === 'error').map(({ text }) => text);
  expect(errors).toHaveLength(2);
  expect(errors[0]).toContain('workers/worker.js:402:38');
  expect(errors[1]).toBe(errors[0]);
});

test('a large worker whose top level throws what cannot be read harms nobody', async () => {
  await using place = await SandboxPlace.start({ runners: 1, isolates_per_runner: 1 });
  await expect.poll(() => place.sandbox.status().standby).toBe(true);
  const body = 'export default texts; throw { get message() { for (;;); } };';
  expect(await visitTwice(place, body)).toEqual([APOLOGY, APOLOGY]);
});
