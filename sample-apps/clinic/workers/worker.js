import { date, defineApp, text } from '@vumi/sdk';

/**
 * A mother is a contact of the account, in the group whose key the page reads. `reminder` is of the next visit.
 *
 * @typedef {'planned' | 'none' | 'sent' | 'delivered' | 'failed' | 'stopped'} Reminder
 * @typedef {{ name: string, area: string, visit: string, reminder: Reminder }} Mother
 */

const GROUP = 'Mothers';
/** Where her contact has what is kept of her. */
const EXTRA = { area: 'clinic_area', visit: 'clinic_visit', reminder: 'clinic_reminder' };

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
      await keep(app, app.address, { name, area, visit, reminder: await remind(app, app.address, visit) });
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
        await forget(app, app.address);
        await app.schedule.cancel('visit', { user: app.address });
        return 'You will get no more reminders.';
      }
      const visit = await app.ask('Which day?', { id: 'day', as: date({ min: '2020-01-01' }) });
      await keep(app, app.address, { ...mother, visit, reminder: await remind(app, app.address, visit) });
      return `We remind you the day before your visit on ${visit}.`;
    },
  },

  async onSchedule(timer, app) {
    if (timer.user === null) return;
    const mother = await motherOf(app, timer.user);
    if (mother === null) return;
    // Who registers after a STOP gets nothing either.
    const { opted_out } = await app.optouts.status(timer.user);
    const reminder = opted_out ? 'stopped' : 'sent';
    await keep(app, timer.user, { ...mother, reminder });
    if (opted_out) return;
    const reminded = `${mother.name}, your visit to the clinic is tomorrow, ${mother.visit}.`;
    const id = await app.send(timer.user, reminded);
    await app.state.set(`sent:${id}`, { address: timer.user, visit: mother.visit }, { ttl: 7 * DAY_S });
  },

  // The list says so at once, so that somebody calls her.
  async onOptOut(app, { address }) {
    const mother = await motherOf(app, address);
    if (mother === null) return;
    await app.schedule.cancel('visit', { user: address });
    await keep(app, address, { ...mother, reminder: 'stopped' });
  },

  async onOptIn(app, { address }) {
    const mother = await motherOf(app, address);
    if (mother === null) return;
    await keep(app, address, { ...mother, reminder: await remind(app, address, mother.visit) });
  },

  async onEvent(event, app) {
    /** @type {{ address: string, visit: string } | null} */
    const sent = await app.state.get(`sent:${event.user_message_id}`);
    const mother = sent === null ? null : await motherOf(app, sent.address);
    const reminder = outcomeOf(event);
    // Not of an earlier visit's reminder.
    if (sent === null || mother === null || reminder === null || mother.visit !== sent.visit) return;
    await keep(app, sent.address, { ...mother, reminder });
  },
});

/** Numbers, also where no message is in hand. */
const BY_NUMBER = { deliveryClass: 'sms' };

/**
 * @param {Pick<import('@vumi/sdk').EventApp, 'contacts'>} app
 * @param {string} address
 * @returns {Promise<Mother | null>}
 */
async function motherOf(app, address) {
  const contact = await app.contacts.get(address, BY_NUMBER);
  const visit = contact?.extra[EXTRA.visit];
  if (contact === null || visit === undefined) return null;
  const reminder = /** @type {Reminder} */ (contact.extra[EXTRA.reminder] ?? 'none');
  return { name: contact.name ?? '', area: contact.extra[EXTRA.area] ?? '', visit, reminder };
}

/**
 * @param {Pick<import('@vumi/sdk').EventApp, 'contacts' | 'groups' | 'state'>} app
 * @param {string} address
 * @param {Mother} mother
 */
async function keep(app, address, { name, area, visit, reminder }) {
  const { key } = await app.contacts.getOrCreate(address, BY_NUMBER);
  const group = await app.groups.getOrCreateByName(GROUP);
  await app.contacts.update(key, { name, groups: [group.key] });
  await app.contacts.updateExtra(key, {
    [EXTRA.area]: area,
    [EXTRA.visit]: visit,
    [EXTRA.reminder]: reminder,
  });
  await app.state.set('mothers', group.key);
}

/**
 * The account may know her from elsewhere: only what this app keeps goes.
 *
 * @param {Pick<import('@vumi/sdk').EventApp, 'contacts' | 'groups'>} app
 * @param {string} address
 */
async function forget(app, address) {
  const contact = await app.contacts.get(address, BY_NUMBER);
  if (contact === null) return;
  const group = await app.groups.getOrCreateByName(GROUP);
  const own = new Set(Object.values(EXTRA));
  await app.contacts.save({
    ...contact,
    groups: contact.groups.filter((key) => key !== group.key),
    extra: Object.fromEntries(Object.entries(contact.extra).filter(([name]) => !own.has(name))),
  });
}

/**
 * The day before, at eight in the morning; never of a day that is over, or further away than a visit is planned.
 *
 * @param {Pick<import('@vumi/sdk').EventApp, 'schedule' | 'now'>} app
 * @param {string} user
 * @param {string} visit
 * @returns {Promise<Reminder>}
 */
async function remind(app, user, visit) {
  const at = Date.parse(`${visit}T08:00:00Z`) - DAY_MS;
  if (at <= app.now || at > app.now + LATEST_MS) {
    await app.schedule.cancel('visit', { user });
    return 'none';
  }
  await app.schedule.once('visit', { at, user });
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
