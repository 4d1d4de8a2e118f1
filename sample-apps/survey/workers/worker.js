import { defineApp, integer, text } from '@vumi/sdk';

export default defineApp({
  back: true,
  keep: '14 days',

  async onConversation(app) {
    if ((await app.state.get(`answers:${app.address}`)) !== null)
      return 'We have your answers already. Thank you.';
    if (
      !(await app.confirm('A survey about water, 6 questions. Your name is not asked. Go on?', {
        id: 'consent',
      }))
    )
      return 'Good bye.';

    const village = await app.ask('Which village do you live in?', { id: 'village', as: text({ max: 40 }) });
    const people = await app.ask('How many people live in your house?', {
      id: 'people',
      as: integer({ min: 1, max: 50 }),
    });
    const source = await app.choose(
      'Where does your water come from?',
      { tap: 'Tap', well: 'Well', river: 'River', truck: 'Truck' },
      { id: 'source' },
    );
    // Only who fetches water is asked how far it is, and only river water has to be boiled.
    const minutes =
      source === 'tap'
        ? null
        : await app.ask('How many minutes to fetch it and come back?', {
            id: 'minutes',
            as: integer({ min: 0, max: 600 }),
            remind: ['1 day'],
          });
    const boils = source === 'river' ? await app.confirm('Do you boil it?', { id: 'boils' }) : null;
    const ill = await app.confirm('Was anybody ill with diarrhoea in the last 2 weeks?', { id: 'ill' });

    const at = new Date(app.now).toISOString();
    await app.state.set(`answers:${app.address}`, { at, village, people, source, minutes, boils, ill });
    await app.metrics.sum('answers', 1);
    return 'That was all. Thank you for your time.';
  },
});
