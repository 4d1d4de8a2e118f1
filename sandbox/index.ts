export { intakeBundle, type Bundle, type BundleFile } from './bundle/intake.ts';
export { manifestSchema, type Manifest } from './bundle/manifest.ts';
export { sandboxConfigSchema, type SandboxConfig } from './config.ts';
export { DEFAULT_LIMITS, limitsSchema, planSchema, type Limits } from './limits.ts';
export type { AppSettings, VersionCode } from './supervisor/app.ts';
export type { LogEntry } from './supervisor/author-log.ts';
export { sharedStateKey, userStateKey } from './supervisor/keys.ts';
export { probeWorker } from './supervisor/probe.ts';
export { startSandbox, type Sandbox, type SandboxPorts, type SandboxStatus } from './supervisor/start.ts';
