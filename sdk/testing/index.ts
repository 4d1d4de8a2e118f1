import type { OpenWorld } from './api.ts';
import type { DefineScenario } from './scenario.ts';
import { TestWorld } from './world.ts';

export type * from './api.ts';
export type * from './scenario.ts';
export { placesTable, testApp } from './test-app.ts';
export { playLocally, numberOf, type WallOptions } from './wall/local-wall.ts';

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

export const defineScenario: DefineScenario = (scenario) => scenario;
