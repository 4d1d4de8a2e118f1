import { defineApp } from '@vumi/sdk';

/** Where the clinics are. */
const CLINICS = {
  north: ['Hill Street', 'Market Square', 'Old Mill', 'River View', 'Station Road', 'Upper Dam', 'West Gate'],
  south: ['Bay', 'Harbour'],
};

export default defineApp({
  back: true,

  screens: {
    async start(app) {
      const what = await app.choose('Clinics', { find: 'Find a clinic', mine: 'My clinic', quit: 'Leave' });
      return app.goto(what);
    },

    async find(app) {
      const region = await app.choose(
        'Which part of town?',
        { north: 'North', south: 'South' },
        { id: 'region' },
      );
      const clinic = await app.choose(
        'Which clinic is nearest to you?',
        CLINICS[region].map((name) => ({ value: name, label: `${name} clinic, open from 8 to 16` })),
        { id: 'clinic' },
      );
      await app.user.set('clinic', clinic);
      return `${clinic} is your clinic now.`;
    },

    async mine(app) {
      const clinic = await app.user.get('clinic');
      if (typeof clinic !== 'string') return app.goto('find');
      return `Your clinic is ${clinic}.`;
    },

    quit: () => 'Goodbye.',
  },
});
