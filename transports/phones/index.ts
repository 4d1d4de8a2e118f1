import { COMMON_GROUPS } from './phone-options.ts';
import { relayerOptions } from './relayer-config.ts';
import { relayerTransport } from './relayer.ts';
import { smssyncOptions } from './smssync-config.ts';
import { smssyncTransport } from './smssync.ts';

/** Phones that ask for what to send; a new app is a file and a line here and in the groups. */
export const phones = { smssync: smssyncTransport, rapidpro_relayer: relayerTransport } as const;

/** The options of each, and those of all, for the reference. */
export const PHONE_GROUPS = {
  smssync: smssyncOptions,
  rapidpro_relayer: relayerOptions,
  ...COMMON_GROUPS,
} as const;
