import { defineApp, text } from '@vumi/sdk';

/**
 * Who answers: `npx vumi app config set helpdesk staff='["+27821234567"]'`. They write `ask`, too.
 *
 * @typedef {{ number: number, from: string, text: string, at: string }} Question
 */

/** On the page at once: more of them would be more than a conversation remembers of one step. */
const SHOWN = 15;
/** How far behind the newest question one may be and still be found. */
const WAITING = 100;

export default defineApp({
  keep: '7 days',

  screens: {
    async start(app) {
      if (isStaff(app)) return app.goto('desk');
      const asked = await app.ask('Help desk. What is your question?', {
        id: 'question',
        as: text({ max: 300 }),
      });
      const number = await app.state.increment('asked');
      const at = new Date(app.now).toISOString();
      await app.state.set(`question:${number}`, { number, from: app.address, text: asked, at });
      for (const address of staffOf(app)) await app.send(address, `Question ${number} waits. Write: ask`);
      return `Thank you. It is question ${number}; the answer comes by SMS.`;
    },

    async desk(app) {
      const open = await app.once('open', () => openQuestions(app));
      if (open.length === 0) return 'No question waits.';
      // The page reads it; who asked is nobody's business there.
      await app.user.set(
        'open',
        open.map(({ number, text: asked, at }) => ({ number, text: asked, at })),
      );
      const answers = await app.link('/desk', {
        ask: true,
        id: 'answers',
        text: open.length === 1 ? '1 question waits:' : `${open.length} questions wait:`,
        scopes: ['user:read:open'],
        within: '1 day',
        otherwise: [],
      });
      let sent = 0;
      for (const [number, answer] of answersIn(answers)) {
        const question = /** @type {Question | null} */ (await app.state.get(`question:${number}`));
        // Somebody else of the desk may have been first.
        if (question === null) continue;
        await app.send(question.from, `${answer}\n(You asked: ${shortened(question.text)})`);
        await app.state.delete(`question:${number}`);
        sent += 1;
      }
      return sent === 1 ? '1 answer was sent.' : `${sent} answers were sent.`;
    },
  },
});

/** @param {import('@vumi/sdk').Talk} app */
function isStaff(app) {
  return staffOf(app).includes(app.address);
}

/**
 * @param {import('@vumi/sdk').Talk} app
 * @returns {string[]}
 */
function staffOf(app) {
  const staff = app.config['staff'];
  return Array.isArray(staff) ? staff.filter((address) => typeof address === 'string') : [];
}

/**
 * The oldest first.
 *
 * @param {import('@vumi/sdk').Talk} app
 * @returns {Promise<Question[]>}
 */
async function openQuestions(app) {
  const newest = Number((await app.state.get('asked')) ?? 0);
  /** @type {Question[]} */
  const found = [];
  for (
    let number = Math.max(1, newest - WAITING + 1);
    number <= newest && found.length < SHOWN;
    number += 1
  ) {
    const question = /** @type {Question | null} */ (await app.state.get(`question:${number}`));
    if (question !== null) found.push(question);
  }
  return found;
}

/**
 * What the page posted: anybody can write a page that posts anything.
 *
 * @param {unknown} posted
 * @returns {[number, string][]}
 */
function answersIn(posted) {
  if (!Array.isArray(posted)) return [];
  return posted.slice(0, SHOWN).flatMap((one) => {
    const number = Number(one?.number);
    const answer = String(one?.text ?? '')
      .trim()
      .slice(0, 400);
    return Number.isInteger(number) && answer !== '' ? [[number, answer]] : [];
  });
}

/** @param {string} asked */
function shortened(asked) {
  return asked.length <= 40 ? asked : `${asked.slice(0, 37)}...`;
}
