import { defineApp } from '@vumi/sdk';
import { guess, isWon, newGame, praise, show } from './game.js';

export default defineApp({
  async onMessage(message, app) {
    // Whoever hung up, or was cut off, finds the game again when he dials the next time.
    if (message.session_event === 'close') return;

    const text = message.content ?? '';
    /** @type {import('./game.js').Game | null} */
    const before = await app.user.get('game');
    if (before === null || message.session_event === 'new') {
      const game = before ?? newGame(await app.user.increment('games', 0));
      await app.user.set('game', game);
      await message.reply(show(game, before === null ? 'Guess the word!' : 'Welcome back!'));
      return;
    }
    if (text.trim() === '0') {
      await app.user.delete('game');
      await message.reply('Adieu!', { end: true });
      return;
    }
    const { game, note } = guess(before, text);
    if (isWon(game)) {
      await app.user.delete('game');
      await app.user.increment('games');
      await message.reply(praise(game), { end: true });
      return;
    }
    await app.user.set('game', game);
    await message.reply(show(game, note));
  },
});
