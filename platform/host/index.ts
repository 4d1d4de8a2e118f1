export { checkConfig, loadConfig, type Flags } from './config.ts';
export { configSchema, type Config } from './config-schema.ts';
export { createLogger } from './logging.ts';
export { startPlatform, type Platform } from './platform.ts';
