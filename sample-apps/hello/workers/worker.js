import { defineApp } from '@vumi/sdk';

export default defineApp({
  async onMessage(message, app) {
    const visits = await app.user.increment('visits');
    await message.reply(`Hello! This is message ${visits} from ${message.from_addr}.`, { end: true });
  },
});
