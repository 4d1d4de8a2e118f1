import { z } from 'zod';

/**
 * Routes and transports: lower case, digits, `-` and `_` (DESIGN §6). Lower case because a transport's name is a part
 * of routing keys (spec vumi-core §2).
 */
export const nameSchema = z
  .string()
  .regex(
    /^[a-z0-9][a-z0-9_-]{0,62}$/,
    'use 1 to 63 lower-case letters, digits, "-" or "_", starting with a letter or digit',
  );

/**
 * Accounts and apps: as above, and short and without `--`, because `<account>--<app>` is one label of a host name,
 * which holds 63 characters.
 */
export const slugSchema = z
  .string()
  .regex(
    /^(?!.*--)[a-z0-9](?:[a-z0-9_-]{0,28}[a-z0-9_])?$/,
    'use 1 to 30 lower-case letters, digits, "_" or single "-", starting and ending with a letter or digit',
  );

/** The endpoint of a message that names none. */
export const DEFAULT_ENDPOINT = 'default';

/** As Vumi Go's were: a word such as `sms`, or a pool and a tag of it with a colon between. */
export const endpointSchema = z
  .string()
  .regex(/^[\x21-\x7e]{1,64}$/, 'an endpoint is a word of 1 to 64 ASCII characters, such as "sms"');

/** Endpoints of an app that have routes: null, or why nothing can be sent by it. */
export type EndpointFaults = Readonly<Record<string, string | null>>;

/** The connector by which the API and SMPP clients send for accounts. */
export const API_CONNECTOR = 'api';

/** Kinds of traffic on a connector; also the last part of the routing key. */
export const FLOW_KINDS = ['inbound', 'event', 'outbound'] as const;
export type FlowKind = (typeof FLOW_KINDS)[number];
