import { defineApp } from '@vumi/sdk';

export default defineApp({
  async onConversation(app) {
    const name = await app.ask('Hello! What is your name?', { id: 'name' });
    await app.user.set('name', name);
    return `Welcome, ${name}.`;
  },
});
