import { defineApp, integer, t } from '@vumi/sdk';

export default defineApp({
  interrupts: { help: t('Answer with a number, or write STOP.') },

  async onConversation(app) {
    if (app.language === null) await app.chooseLanguage();
    const visits = await app.ask(t('How often were you at the clinic this year?'), {
      id: 'visits',
      as: integer({ min: 0, max: 99 }),
      remind: ['1 day'],
      within: '3 days',
      otherwise: null,
    });
    if (visits === null) return t('The survey is closed. Goodbye.');
    const again = await app.confirm(t('Would you go there again?'), { id: 'again' });
    await app.user.set('answers', { visits, again });
    await app.metrics.sum('answers', 1);
    return t('Thank you for your answers.');
  },
});
