export { parseAppHost } from './app-host.ts';
export { createHosting, pageRoutes } from './hosting.ts';
export type { HostedFile, HostingPorts } from './ports.ts';
