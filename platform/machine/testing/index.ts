export { eventually } from './eventually.ts';
export { freePort } from '../free-port.ts';
export { FakeMachine } from './fake-machine.ts';
export { measureSlowness, patience, patiently, patientlyNow } from './patience.ts';
