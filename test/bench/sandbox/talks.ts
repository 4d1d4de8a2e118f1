import { SandboxPlace } from '@vumi/sandbox/testing';
import { cpuSecondsOf } from '../cpu-time.ts';
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
/** What most conversations are: ten questions from the first word to the last. */
const QUESTIONS = 10;
const WHOLE = `
import { defineApp } from '@vumi/sdk';
export default defineApp({
  async onConversation(app) {
    for (let question = 1; question <= ${QUESTIONS}; question += 1) {
      await app.user.get('name');
      await app.ask('Next?');
    }
    return 'Thanks';
  },
});`;
const ANSWERS = 200;
/** Answers, and messages on both sides of those that are looked at. */
const LOOKED_AT = [10, 100, 195] as const;
const BESIDE = 4;
const USERS = 12;
/** Messages that nobody counts: everything is loaded after them. */
const FIRST = 20;
/** Conversations of ten questions that are had one after the other, and how often: the least is what they cost. */
const HAD = 40;
const ROUNDS = 5;

/** Milliseconds of CPU in the guest, at the median, of one message. */
export interface TalkCost {
  readonly plain: number;
  readonly talks: readonly { readonly answers: number; readonly ms: number }[];
  /** Milliseconds of CPU in all processes, of a message of ten questions and of one of the handler. */
  readonly whole: { readonly plain: number; readonly talk: number };
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
  await place.install('whole', WHOLE);
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
    whole: await costOfWhole(cost),
  };
}

/** Of messages of conversations from their beginning to their end: the platform's part is in it. */
async function costOfWhole(
  handle: (app: string, user: number) => Promise<number>,
): Promise<TalkCost['whole']> {
  const round = async (app: string): Promise<number> => {
    const before = cpuSecondsOf(process.pid);
    for (let talk = 0; talk < HAD; talk += 1)
      for (let message = 0; message <= QUESTIONS; message += 1) await handle(app, USERS + talk);
    return (1000 * (cpuSecondsOf(process.pid) - before)) / (HAD * (QUESTIONS + 1));
  };
  const rounds: { plain: number; talk: number }[] = [];
  for (let one = 0; one < ROUNDS; one += 1)
    rounds.push({ plain: await round('plain'), talk: await round('whole') });
  return {
    plain: Math.min(...rounds.map(({ plain }) => plain)),
    talk: Math.min(...rounds.map(({ talk }) => talk)),
  };
}
