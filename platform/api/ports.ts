import type { AppRef, Clock, Logger, UserMessage } from '@vumi/core';
import type { AppVersion, Store } from '@vumi/store';
import type { z } from 'zod';
import type { replaySchema } from './run-resources.ts';

/** What an account asks to be sent. */
export interface SendRequest {
  readonly to_addr: string;
  readonly content: string;
  /** The app that gets the events and whose route says where to send. */
  readonly app?: string | undefined;
  /** One of the addresses that are routed to the account. */
  readonly from_addr?: string | undefined;
}

/** A message on the simulator's phones. */
export interface PhoneMessage {
  readonly from_addr: string;
  readonly to_addr: string;
  readonly content: string;
}

export interface Simulator {
  /** A phone writes. Resolves when the platform has taken the message. */
  inject(message: PhoneMessage): Promise<object>;
  /** What phones received, newest last; of one phone when `address` is given. */
  messages(filter: { address?: string }): readonly PhoneMessage[];
}

/** Something that runs: a process of the platform, a transport. */
export interface WorkerStatus {
  readonly name: string;
  /** What it is, for people. */
  readonly kind: string;
  readonly status: 'ok' | 'degraded' | 'down';
  readonly message?: string;
}

export interface PlatformStatus {
  /** Whether the platform takes work. */
  readonly ready: boolean;
  readonly workers: readonly WorkerStatus[];
}

export interface ApiPorts {
  readonly store: Store;
  readonly logger: Logger;
  readonly clock: Clock;
  /** Checks, compiles and stores a bundle as a version of the app. */
  deploy(
    ref: AppRef,
    zip: Buffer,
    options: { activate: boolean; selfTest: boolean },
  ): Promise<{ version: AppVersion; created: boolean; warnings: string[] }>;
  /** Runs a recorded message again, with the version that ran then when `version` is null. Nothing takes effect. */
  replay(ref: AppRef, messageId: string, version: number | null): Promise<z.input<typeof replaySchema>>;
  /** Sends as the account. The same key twice is one message. */
  send(account: string, message: SendRequest, idempotencyKey: string | null): Promise<UserMessage>;
  /** Null where this process runs no simulator. */
  readonly simulator: Simulator | null;
  /** What a plan may say of an account's limits. */
  readonly limits: z.ZodType<Readonly<Record<string, number>>>;
  readonly transportTypes: Readonly<Record<string, { readonly configSchema: z.ZodType }>>;
  status(): Promise<PlatformStatus>;
  /** Where the platform is reached, without a final slash. */
  readonly publicUrl: string;
  /** The domain under which the pages of apps are: `apps.localhost`. */
  readonly appsDomain: string;
  appUrl(ref: AppRef): string;
  /** Further links for the page at `/`, such as pages of sample apps. */
  readonly links?: readonly { readonly label: string; readonly url: string }[];
}
