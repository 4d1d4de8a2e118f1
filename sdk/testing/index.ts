import type { OpenWorld } from './api.ts';
import { TestWorld } from './world.ts';

export type * from './api.ts';

export const openWorld: OpenWorld = (dir, options = {}) => TestWorld.open(dir, options);
