export { startSmscSimulator } from './simulator.ts';
export type {
  InjectedMessage,
  PhoneMessage,
  Simulator,
  SimulatorOptions,
  Submit,
  SubmitAnswer,
} from './options.ts';
