import { SandboxPlace } from '@vumi/sandbox/testing';
import { quantileOf } from '../quantile.ts';

/** Has a question more than are answered here. */
const TALK = `
import { defineApp } from '@vumi/sdk';
export default defineApp({
  async onConversation(app) {
    for (;;) {
      await app.user.get('name');
      await app.ask('Next?');
    }
  },
});`;
/** What an author writes by hand for the same: one value of the user's state, read and written. */
const PLAIN = `
export default {
  async onMessage(message, app) {
    const answers = (await app.user.get('answers')) ?? [];
    await app.user.get('name');
    await app.user.set('answers', answers.length > 190 ? [] : [...answers, message.content]);
    await message.reply('Next?');
  },
};`;
const ANSWERS = 200;
/** Answers, and messages on both sides of those that are looked at. */
const LOOKED_AT = [10, 100, 195] as const;
const BESIDE = 4;
const USERS = 12;
/** Messages that nobody counts: everything is loaded after them. */
const FIRST = 20;

/** Milliseconds of CPU in the guest, at the median, of one message. */
export interface TalkCost {
  readonly plain: number;
  readonly talks: readonly { readonly answers: number; readonly ms: number }[];
}

/** A turn of a conversation after so many answers, beside a handler that keeps the same by hand (spec authoring §11.5). */
export async function benchTalks(): Promise<TalkCost> {
  await using place = await SandboxPlace.start({ runners: 1 });
  const cost = async (app: string, user: number): Promise<number> => {
    const from_addr = `+2776200${String(user).padStart(4, '0')}`;
    await place.sandbox.handleInbound(
      { account: 'tests', app },
      place.message({ from_addr, content: 'yes' }),
      {
        redelivered: false,
        attempt: 1,
      },
    );
    return (place.runs.at(-1)?.cost.cpu_us ?? 0) / 1000;
  };
  await place.install('plain', PLAIN);
  await place.install('talk', TALK);
  const plain: number[] = [];
  const talks = LOOKED_AT.map((answers) => ({ answers, all: [] as number[] }));
  for (let user = 0; user < USERS; user += 1) {
    for (let answered = 0; answered < ANSWERS; answered += 1) {
      const [byHand, byTalk] = [await cost('plain', user), await cost('talk', user)];
      if (user === 0 && answered < FIRST) continue;
      plain.push(byHand);
      talks.find(({ answers }) => Math.abs(answered - answers) <= BESIDE)?.all.push(byTalk);
    }
  }
  return {
    plain: quantileOf(plain, 0.5),
    talks: talks.map(({ answers, all }) => ({ answers, ms: quantileOf(all, 0.5) })),
  };
}
