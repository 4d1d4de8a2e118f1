import { compile } from './hostile-apps-compile.ts';
import { cpu } from './hostile-apps-cpu.ts';
import { escapes } from './hostile-apps-escapes.ts';
import { floods } from './hostile-apps-floods.ts';
import { leftovers } from './hostile-apps-leftovers.ts';
import { memory } from './hostile-apps-memory.ts';
import { natives } from './hostile-apps-natives.ts';
import { poison } from './hostile-apps-poison.ts';

/** By the classes of spec sandbox-security §3. */
export const hostileApps = { cpu, natives, compile, memory, floods, escapes, poison, leftovers } as const;
