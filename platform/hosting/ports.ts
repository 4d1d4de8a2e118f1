import type { AppRef, Clock, Logger } from '@vumi/core';

export interface HostedFile {
  readonly bytes: Buffer;
  readonly sha256: string;
  readonly content_type: string;
}

export interface HostingPorts {
  readonly logger: Logger;
  readonly clock: Clock;
  /** The domain under which each app has an origin: `apps.localhost`. */
  readonly appsDomain: string;
  /** Null when there is no such app, nothing of it is active, or its account is not. */
  activeVersion(ref: AppRef): number | null;
  /** The version's vumi.json. */
  manifest(ref: AppRef, version: number): Promise<Readonly<Record<string, unknown>>>;
  /** A file of the bundle by its exact path, from the version's list; null when that has none. */
  file(ref: AppRef, version: number, path: string): Promise<HostedFile | null>;
  /** The value of a key of the app's shared state; null when there is none. */
  readState(ref: AppRef, key: string): Promise<unknown>;
  /** Signs the tokens of pages; the same in every process that serves them. */
  readonly tokenSecret: string;
}
