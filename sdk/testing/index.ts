import type { OpenWorld } from './api.ts';
import type { DefineScenario } from './scenario.ts';
import { TestWorld } from './world.ts';

export type * from './api.ts';
export type * from './scenario.ts';
export { placesTable, testApp } from './test-app.ts';
export type { Handset, Seen } from './wall/handset.ts';
export { playLocally } from './wall/local-wall.ts';
export { PERSONA_NAMES, phonesOf } from './wall/personas.ts';
export { reportOf, THRESHOLD_NAMES, type Counted } from './wall/report.ts';
export { WallErrors } from './wall/wall-errors.ts';
export type { Subscriber } from './wall/subscriber.ts';
export { MOST_PHONES, subscribersOf, type WallOptions } from './wall/subscribers.ts';

/**
 * Opens a world in which the app of a folder is deployed.
 *
 * @throws Rejects with the reason where the app cannot be deployed.
 *
 * @example
 * await using other = await openWorld('.', { transport: 'ussd', at: '2026-03-01T08:00:00Z' });
 * const sipho = other.phone('+27820001111');
 * (await sipho.dial())?.text; // → 'Your name?'
 */
export const openWorld: OpenWorld = (dir, options = {}) => TestWorld.open(dir, options);

/**
 * A scenario for `vumi wall`, checked by the editor. It returns its argument.
 *
 * @example
 * const scenario = defineScenario({ app: '.', transport: 'ussd', thresholds: { unfinished: '5%' } });
 * scenario.transport; // → 'ussd'
 */
export const defineScenario: DefineScenario = (scenario) => scenario;
