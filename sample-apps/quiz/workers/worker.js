import { defineApp } from '@vumi/sdk';
import { ask, choose, questions } from './questions.js';
import { withGame } from './scores.js';

/** @typedef {{ index: number, right: number }} Progress */

export default defineApp({
  async onMessage(message, app) {
    const answer = message.content ?? '';
    const progress = /** @type {Progress | null} */ (await app.user.get('progress'));
    if (progress === null || /^\s*quiz\b/i.test(answer)) {
      await app.user.set('progress', { index: 0, right: 0 });
      await message.reply(ask(0));
      return;
    }
    const question = questions[progress.index];
    const choice = question === undefined ? null : choose(question, answer);
    if (question === undefined || choice === null) {
      await message.reply(`Please answer with a letter.\n${ask(progress.index)}`);
      return;
    }
    const isRight = choice === question.right;
    const verdict = isRight ? 'Right!' : `No: ${question.choices[question.right]}.`;
    const next = { index: progress.index + 1, right: progress.right + (isRight ? 1 : 0) };
    if (next.index < questions.length) {
      await app.user.set('progress', next);
      await message.reply(`${verdict}\n${ask(next.index)}`);
      return;
    }
    await app.user.delete('progress');
    /** @type {import('./scores.js').Score[] | null} */
    const scores = await app.state.get('scores');
    await app.state.set('scores', withGame(scores ?? [], message.from_addr, next.right));
    const total = `You got ${next.right} of ${questions.length}. Send quiz to play again.`;
    await message.reply(`${verdict}\n${total}`, { end: true });
  },
});
