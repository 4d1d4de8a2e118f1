import { date, defineApp, text } from '@vumi/sdk';

/** @typedef {{ name: string, area: string, visit: string }} Mother */

const DAY_MS = 24 * 3_600_000;
/** As far ahead as a visit is planned. */
const LATEST_MS = 365 * DAY_MS;

export default defineApp({
  back: true,
  interrupts: { help: 'Clinic line: 0800 111 222.' },
  texts: { retry: 'Please try again.' },

  screens: {
    async start(app) {
      if ((await app.user.get('mother')) !== null) return app.goto('registered');
      const name = await app.ask('Welcome to the clinic. What is your name?', {
        id: 'name',
        as: text({ max: 40 }),
      });
      const area = await app.choose(
        `Hello ${name}. Which clinic do you go to?`,
        { hill: 'Hill Street', market: 'Market', river: 'River View' },
        { id: 'clinic' },
      );
      const visit = await app.ask('When is your next visit? Day, month and year, such as 24-12-2030.', {
        id: 'visit',
        as: date({ min: '2020-01-01' }),
      });
      await app.user.set('mother', { name, area, visit });
      await app.state.increment(`mothers/${area}`);
      await remind(app, visit);
      return `Thank you, ${name}. We remind you the day before your visit on ${visit}.`;
    },

    async registered(app) {
      /** @type {Mother | null} */
      const mother = await app.user.get('mother');
      if (mother === null) return app.goto('start');
      const what = await app.choose(
        `Your next visit is on ${mother.visit}.`,
        { change: 'Change the day', leave: 'Leave the service' },
        { id: 'what' },
      );
      if (what === 'leave') {
        if (!(await app.confirm('Leave, and get no more reminders?', { id: 'sure' })))
          return app.goto('registered');
        await app.user.delete('mother');
        await app.schedule.cancel('visit', { user: app.address });
        return 'You will get no more reminders.';
      }
      const visit = await app.ask('Which day?', { id: 'day', as: date({ min: '2020-01-01' }) });
      await app.user.set('mother', { ...mother, visit });
      await remind(app, visit);
      return `We remind you the day before your visit on ${visit}.`;
    },
  },

  async onSchedule(timer, app) {
    /** @type {Mother | null} */
    const mother = await app.user.get('mother');
    if (mother === null || timer.user === null) return;
    await app.send(timer.user, `${mother.name}, your visit to the clinic is tomorrow, ${mother.visit}.`);
  },
});

/**
 * The day before, at eight in the morning; never of a day that is over, or further away than a visit is planned.
 *
 * @param {import('@vumi/sdk').Talk} app
 * @param {string} visit
 */
async function remind(app, visit) {
  const at = Date.parse(`${visit}T08:00:00Z`) - DAY_MS;
  if (at <= app.now || at > app.now + LATEST_MS) return;
  await app.schedule.once('visit', { at, user: app.address });
}
