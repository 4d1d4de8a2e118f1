export { checkConfig, loadConfig, type Flags } from './config.ts';
export { configSchema, type Config } from './config-schema.ts';
export { createLogger } from './logging.ts';
export { startPlatform, type Platform } from './platform.ts';
export { startWorkerProcess, type WorkerProcess } from './worker-process.ts';
export { workerTypes } from './worker-types.ts';
export { runWorkerCommand } from './worker/worker-command.ts';
