export { smppServerConfigSchema, type SmppServerConfig } from './config.ts';
export type {
  ClientHandlers,
  FoundMessage,
  PartGroup,
  PartStore,
  ServerClient,
  SmppServerPorts,
  Submission,
} from './ports.ts';
export { startSmppServer, type SmppServer } from './server.ts';
