import { date, defineApp, text } from '@vumi/sdk';

/**
 * What is kept of a mother, under `mother:` and her address; the page lists it. `reminder` is of the next visit.
 *
 * @typedef {'planned' | 'none' | 'sent' | 'delivered' | 'failed' | 'stopped'} Reminder
 * @typedef {{ name: string, area: string, visit: string, reminder: Reminder }} Mother
 */

const DAY_MS = 24 * 3_600_000;
const DAY_S = 24 * 3600;
/** As far ahead as a visit is planned. */
const LATEST_MS = 365 * DAY_MS;

export default defineApp({
  back: true,
  interrupts: { help: 'Clinic line: 0800 111 222.' },
  texts: { retry: 'Please try again.' },

  screens: {
    async start(app) {
      if ((await motherOf(app, app.address)) !== null) return app.goto('registered');
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
      await keep(app, { name, area, visit, reminder: await remind(app, visit) });
      return `Thank you, ${name}. We remind you the day before your visit on ${visit}.`;
    },

    async registered(app) {
      const mother = await motherOf(app, app.address);
      if (mother === null) return app.goto('start');
      const what = await app.choose(
        `Your next visit is on ${mother.visit}.`,
        { change: 'Change the day', leave: 'Leave the service' },
        { id: 'what' },
      );
      if (what === 'leave') {
        if (!(await app.confirm('Leave, and get no more reminders?', { id: 'sure' })))
          return app.goto('registered');
        await app.state.delete(`mother:${app.address}`);
        await app.schedule.cancel('visit', { user: app.address });
        return 'You will get no more reminders.';
      }
      const visit = await app.ask('Which day?', { id: 'day', as: date({ min: '2020-01-01' }) });
      await keep(app, { ...mother, visit, reminder: await remind(app, visit) });
      return `We remind you the day before your visit on ${visit}.`;
    },
  },

  async onSchedule(timer, app) {
    if (timer.user === null) return;
    const mother = await motherOf(app, timer.user);
    if (mother === null) return;
    // Who wrote STOP would get nothing anyway; the list says why, so that somebody calls.
    const { opted_out } = await app.optouts.status(timer.user);
    const reminder = opted_out ? 'stopped' : 'sent';
    await app.state.set(`mother:${timer.user}`, { ...mother, reminder });
    if (opted_out) return;
    const reminded = `${mother.name}, your visit to the clinic is tomorrow, ${mother.visit}.`;
    const id = await app.send(timer.user, reminded);
    await app.state.set(`sent:${id}`, { address: timer.user, visit: mother.visit }, { ttl: 7 * DAY_S });
  },

  async onEvent(event, app) {
    /** @type {{ address: string, visit: string } | null} */
    const sent = await app.state.get(`sent:${event.user_message_id}`);
    const mother = sent === null ? null : await motherOf(app, sent.address);
    const reminder = outcomeOf(event);
    // Not of an earlier visit's reminder.
    if (sent === null || mother === null || reminder === null || mother.visit !== sent.visit) return;
    await app.state.set(`mother:${sent.address}`, { ...mother, reminder });
  },
});

/**
 * @param {Pick<import('@vumi/sdk').App, 'state'>} app
 * @param {string} address
 * @returns {Promise<Mother | null>}
 */
function motherOf(app, address) {
  return app.state.get(`mother:${address}`);
}

/**
 * @param {import('@vumi/sdk').Talk} app
 * @param {Mother} mother
 */
async function keep(app, mother) {
  await app.state.set(`mother:${app.address}`, mother);
}

/**
 * The day before, at eight in the morning; never of a day that is over, or further away than a visit is planned.
 *
 * @param {import('@vumi/sdk').Talk} app
 * @param {string} visit
 * @returns {Promise<Reminder>}
 */
async function remind(app, visit) {
  const at = Date.parse(`${visit}T08:00:00Z`) - DAY_MS;
  if (at <= app.now || at > app.now + LATEST_MS) {
    await app.schedule.cancel('visit', { user: app.address });
    return 'none';
  }
  await app.schedule.once('visit', { at, user: app.address });
  return 'planned';
}

/**
 * @param {import('@vumi/sdk').DeliveryEvent} event
 * @returns {Reminder | null}
 */
function outcomeOf(event) {
  if (event.event_type === 'nack') return 'failed';
  if (event.event_type !== 'delivery_report' || event.delivery_status === 'pending') return null;
  return event.delivery_status;
}
