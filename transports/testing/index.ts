export { ChatPage, webSocketOf } from './chat-page.ts';
export { TruteqDouble } from './truteq-double.ts';
export { MemoryPorts } from './memory-ports.ts';
export { SET_UPS } from './set-ups.ts';
export type { Told, TransportDouble, TransportSetUp, UserText } from './transport-double.ts';
