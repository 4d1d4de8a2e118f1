import { defineApp } from '@vumi/sdk';

/**
 * What is asked. Another question, without a deploy:
 * `npx vumi app config set poll question="…"` and `npx vumi app config set poll options='{"a": "…"}'`.
 *
 * @type {{ question: string, options: Record<string, string> }}
 */
const DEFAULT = {
  question: 'What does our school need most?',
  options: { water: 'Clean water', books: 'Books', roof: 'A new roof', teacher: 'One more teacher' },
};

export default defineApp({
  async onConversation(app) {
    const poll = { ...DEFAULT, ...app.config };
    const { question, options } = poll;
    // The page cannot know what is asked: it reads it here.
    await app.state.set('poll', poll);

    const before = /** @type {string | null} */ (await app.user.get('vote'));
    if (before !== null) {
      const text = `You voted for "${options[before] ?? before}". Change it?`;
      if (!(await app.confirm(text, { id: 'change' }))) return 'Your vote stands. Thank you.';
    }
    const vote = await app.choose(question, options, { id: 'vote' });
    if (vote !== before) {
      if (before !== null) await app.state.increment(`votes:${before}`, -1);
      await app.state.increment(`votes:${vote}`);
      await app.user.set('vote', vote);
    }
    return `"${options[vote]}": counted. Thank you.`;
  },
});
