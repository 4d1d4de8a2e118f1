export { eventually } from './eventually.ts';
export { FakeMachine } from './fake-machine.ts';
export { measureSlowness, patience, patiently, patientlyNow } from './patience.ts';
export { freePort } from './port-blocks.ts';
