import { defineScenario } from '@vumi/sdk/testing';

/** `npx vumi wall sample-apps/clinic/scenario.js --phones 500 --seed 7` */
export default defineScenario({
  app: '.',
  answers: { visit: ['24-12-2026', '3/1/2027'], day: '10-01-2027' },
  at: '2026-12-01T08:00:00Z',
  // The reminders, too.
  after: '60 days',
  thresholds: { errors: 0, unfinished: 0, segmentsPerTalk: 6, dropOff: '15%' },
});
