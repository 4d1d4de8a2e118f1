export { startSmscSimulator } from './simulator.ts';
export { readScript, type ScriptInput } from './script.ts';
export type { InjectedMessage, PhoneMessage, Simulator, SimulatorOptions, SimulatorTls } from './options.ts';
