import { defineApp } from '@vumi/sdk';

/** Answers where an order is, as a text. */
const ORDERS = 'https://orders.example.org/orders';

export default defineApp({
  async onConversation(app) {
    const number = await app.ask('What is the number of your order?', { id: 'order', examples: ['42'] });
    const answer = await app.http.request(`${ORDERS}/${encodeURIComponent(number)}`);
    if (answer.status !== 200) return 'We know no such order.';
    const contact = await app.contacts.getOrCreate(app.address);
    await app.contacts.updateExtra(contact.key, { order: number });
    if (await app.confirm(`It is ${answer.body}. Shall we tell you tomorrow where it is?`, { id: 'tell' }))
      await app.schedule.once('tell', { in: 24 * 3600, user: app.address, data: number });
    return 'Thank you.';
  },

  async onSchedule(timer, app) {
    if (timer.user === null || typeof timer.data !== 'string') return;
    const answer = await app.http.request(`${ORDERS}/${encodeURIComponent(timer.data)}`);
    await app.send(timer.user, `Your order ${timer.data} is ${answer.body}.`);
  },
});
