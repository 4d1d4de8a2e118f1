import type { OpenWorld } from './api.ts';
import { TestWorld } from './world.ts';

export type * from './api.ts';
export { placesTable, testApp } from './test-app.ts';

export const openWorld: OpenWorld = (dir, options = {}) => TestWorld.open(dir, options);
