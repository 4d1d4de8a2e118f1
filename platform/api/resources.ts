/** What the API answers with (DESIGN §6). Handlers build these; the documentation shows them; tests hold answers to them. */
import {
  endpointSchema,
  METRIC_AGGREGATORS,
  nameSchema,
  slugSchema,
  smppClientSettingsSchema,
  systemIdSchema,
} from '@vumi/core';
import { MESSAGE_STATUSES } from '@vumi/store';
import { z } from 'zod';
import {
  accountUsageSchema,
  appUsageSchema,
  replaySchema,
  runDetailSchema,
  runSchema,
} from './run-resources.ts';

const instant = z.string().describe('ISO 8601, UTC');

export const accountSchema = z.object({
  name: slugSchema,
  active: z.boolean().describe('An inactive account neither receives nor sends'),
  limits: z
    .record(z.string(), z.number())
    .describe("Its plan: limits of one message that differ from the platform's"),
  can_manage_optouts: z.boolean().describe('Whether its apps may manage opt-outs'),
  respect_optouts: z.boolean().describe('Who has opted out gets replies only'),
  private_services: z.array(z.string()).describe('What its apps may call by HTTP beside public hosts'),
  created_at: instant,
});

export const tokenInfoSchema = z.object({
  id: z.string(),
  account: slugSchema.nullable().describe("null: an administrator's"),
  label: z.string(),
  scopes: z.array(z.string()),
  created_by: z.string(),
  created_at: instant,
  expires_at: instant.nullable().describe('null: it has no end'),
  expired: z.boolean(),
  last_used_at: instant.nullable().describe('To the minute; null: never'),
  configured: z.boolean().describe('It is the one that the platform was started with'),
});

export const madeTokenSchema = tokenInfoSchema.extend({
  token: z.string().describe('Shown this once'),
});

export const auditEntrySchema = z.object({
  at: instant,
  account: slugSchema.nullable().describe('null: it is of the platform'),
  actor: z.string().describe('Who did it'),
  action: z.string().describe('What was done: token.issued, account.changed, …'),
  details: z.record(z.string(), z.unknown()),
});

export const appSchema = z.object({
  account: slugSchema,
  app: slugSchema,
  active_version: z.int().nullable(),
  rollout: z
    .object({ version: z.int(), percent: z.int() })
    .nullable()
    .describe('A second live version and its share of new sessions'),
  config: z.record(z.string(), z.unknown()),
  secrets: z.array(z.string()).describe('Names only; values are never shown'),
  url: z.string().describe("Where the app's page is, if it has one"),
  created_at: instant,
});

export const versionSchema = z.object({
  account: slugSchema,
  app: slugSchema,
  version: z.int().describe('1, 2, 3, …'),
  sha256: z.string(),
  handlers: z.array(z.string()),
  size: z.int().describe('Bytes of the bundle'),
  libraries: z
    .string()
    .nullable()
    .describe('Which libraries an app of Vumi Go has: modern or legacy; null: it is written for the SDK'),
  libraries_reason: z.string().nullable().describe('Why it has these'),
  active: z.boolean(),
  percent: z.int().describe('Its share of new sessions; 0: it is not live'),
  created_at: instant,
});

export const deploymentSchema = versionSchema.extend({
  url: z.string(),
  warnings: z.array(z.string()),
});

export const pageMemberSchema = z.object({
  name: z.string().describe('As whoever invited them calls them'),
  sign_in_hours: z.int().describe('How long they stay signed in'),
  created_at: instant,
  link_expires_at: instant.nullable().describe('Until when an unused link can be used; null: there is none'),
  seen_at: instant.nullable().describe('When they were last there; null: never'),
  sign_ins: z.int().describe('In how many browsers they are signed in'),
});

export const pageInvitationSchema = pageMemberSchema.extend({
  url: z.string().describe('Signs in one browser, once; shown this once'),
});

export const routeSchema = z.object({
  account: slugSchema,
  name: nameSchema,
  app: slugSchema.nullable().describe('The app that answers, or null'),
  smpp_client: systemIdSchema.nullable().describe('The SMPP client that gets the messages, or null'),
  transport: nameSchema,
  to_addr: z.string().nullable().describe('The short code or number that is written to; null: any'),
  keyword: z.string().nullable().describe('The first word, in any case; null: any'),
  prefix: z.string().nullable().describe("How the sender's address starts; null: any"),
  endpoint: endpointSchema.describe('Which endpoint of the app it is'),
  default: z.boolean().describe('Whether what could leave by several routes leaves by this one'),
  assigned: z
    .boolean()
    .describe("false: the number is not the account's (any more), and the route does nothing"),
});

export const numberSchema = z.object({
  account: slugSchema,
  transport: nameSchema,
  number: z.string().nullable().describe('null: all of the transport'),
  range: z.boolean().describe('Whether it is all numbers that begin so'),
  keyword: z.string().nullable().describe('Only what begins with this word; null: all of the number'),
});

export const releasedNumberSchema = z.object({
  numbers: z.array(numberSchema),
  stopped: z
    .array(routeSchema.omit({ assigned: true }))
    .describe('Routes that do nothing until it is assigned to their account again'),
});

export const messageSchema = z.object({
  message_id: z.string(),
  direction: z.enum(['inbound', 'outbound']),
  account: z.string().nullable().describe('null: no route led to an app'),
  app: z.string().nullable(),
  transport_name: z.string().nullable(),
  from_addr: z.string().nullable(),
  to_addr: z.string().nullable(),
  content: z.string().nullable(),
  session_event: z.string().nullable(),
  in_reply_to: z.string().nullable(),
  timestamp: instant,
  status: z.enum(MESSAGE_STATUSES).describe('The latest of what is known'),
  reason: z
    .string()
    .nullable()
    .describe("Why it was not delivered: the nack's reason, or the network's state and error"),
  events: z.array(
    z.looseObject({
      event_type: z.enum(['ack', 'nack', 'delivery_report']),
      status: z.enum(MESSAGE_STATUSES).optional().describe('What the event makes of the message'),
      timestamp: instant,
      nack_reason: z.string().optional(),
      delivery_status: z.enum(['delivered', 'failed', 'pending']).optional(),
      delivery_state: z.string().optional().describe("The network's own word for the state, such as UNDELIV"),
      delivery_error: z.string().optional().describe('Why it was not delivered, as the network tells it'),
    }),
  ),
});

export const logSchema = z.object({
  level: z.enum(['debug', 'info', 'warn', 'error']),
  text: z.string(),
  message_id: z.string().nullable(),
  fields: z.record(z.string(), z.unknown()).nullish(),
  timestamp: instant,
});

const optionalText = z.string().nullable();

export const contactSchema = z.object({
  key: z.string(),
  account: slugSchema,
  created_at: instant,
  msisdn: optionalText,
  twitter_handle: optionalText,
  facebook_id: optionalText,
  bbm_pin: optionalText,
  gtalk_id: optionalText,
  mxit_id: optionalText,
  wechat_id: optionalText,
  name: optionalText,
  surname: optionalText,
  email_address: optionalText,
  dob: instant.nullable(),
  groups: z.array(z.string()).describe('Keys of groups'),
  extra: z.record(z.string(), z.string()).describe('What apps keep beside the fields'),
  subscription: z.record(z.string(), z.string()),
});

export const groupSchema = z.object({
  key: z.string(),
  account: slugSchema,
  name: z.string(),
  query: z.string().nullable().describe('Who matches is a member; null: who was put into it'),
  created_at: instant,
});

export const optoutSchema = z.object({
  address_type: z.string(),
  address_value: z.string(),
  message_id: z.string().nullable().describe('The message by which it was said'),
  created_at: instant,
});

export const stateEntrySchema = z.object({ key: z.string(), value: z.unknown() });

export const stateWrittenSchema = z.object({
  made: z.int().describe('Those of which there was nothing before'),
  changed: z.int(),
  unchanged: z.int().describe('Those that had their values already'),
});

export const metricNameSchema = z.object({
  store: z.string(),
  metric: z.string(),
  aggregator: z.enum(METRIC_AGGREGATORS),
});

export const metricPointSchema = z.object({
  at: instant.describe('The start of the step'),
  value: z.number(),
});

export const scheduleSchema = z.object({
  account: slugSchema,
  app: slugSchema,
  id: z.string(),
  name: z.string(),
  user: z.string().nullable().describe('The address of the user whom it is for'),
  due_at: instant,
  data: z.unknown(),
  created_at: instant,
});

export const smppClientSchema = z.object({
  account: slugSchema,
  system_id: systemIdSchema,
  ...smppClientSettingsSchema.shape,
  password_set_at: instant,
  created_at: instant,
});

export const madeSmppClientSchema = smppClientSchema.extend({
  password: z.string().optional().describe('The password that was made for it: it is shown this once'),
});

export const transportSchema = z.object({
  name: nameSchema,
  type: z.string(),
  config: z.record(z.string(), z.unknown()).describe('Secrets read "***"'),
});

export const accountTransportSchema = z.object({
  name: nameSchema,
  type: z.string().nullable().describe('null: there is none of that name'),
  status: z.enum(['ok', 'degraded', 'down', 'not running']),
});

export const phoneMessageSchema = z.looseObject({
  from_addr: z.string(),
  to_addr: z.string(),
  content: z.string(),
});

export const workerSchema = z.looseObject({
  name: z.string(),
  kind: z.string().describe('What it is, for people'),
  status: z.enum(['ok', 'degraded', 'down']),
  message: z.string().optional(),
});

const overloadSchema = z.looseObject({
  overloaded: z.boolean().describe('Things take longer than they should; nothing is wrong with them'),
  lost_share: z.number().describe('Share of the last seconds in which a process had no processor, 0 to 1'),
  pressure: z
    .number()
    .nullable()
    .describe('Share of the last ten seconds in which processes waited for a processor; null: unknown'),
});

export const statusSchema = z.looseObject({
  ready: z.boolean(),
  problems: z.array(z.string()).describe('What somebody has to look after; none: all is well'),
  overload: overloadSchema,
  workers: z.array(workerSchema),
});

export const secretSchema = z.object({ account: slugSchema, app: slugSchema, name: z.string() });

/** How every list answers. */
export function pageOf<S extends z.ZodType>(item: S) {
  return z.object({
    items: z.array(item),
    next_cursor: z.string().nullable().describe('Ask again with ?cursor=… for what follows; null: no more'),
  });
}

/** The name of each in generated clients. */
export const NAMED_RESOURCES = {
  Account: accountSchema,
  TokenInfo: tokenInfoSchema,
  MadeToken: madeTokenSchema,
  AuditEntry: auditEntrySchema,
  App: appSchema,
  Version: versionSchema,
  Deployment: deploymentSchema,
  PageMember: pageMemberSchema,
  PageInvitation: pageInvitationSchema,
  Route: routeSchema,
  AssignedNumber: numberSchema,
  ReleasedNumber: releasedNumberSchema,
  Message: messageSchema,
  Log: logSchema,
  Run: runSchema,
  RunDetail: runDetailSchema,
  Replay: replaySchema,
  AppUsage: appUsageSchema,
  AccountUsage: accountUsageSchema,
  Contact: contactSchema,
  Group: groupSchema,
  Optout: optoutSchema,
  StateEntry: stateEntrySchema,
  StateWritten: stateWrittenSchema,
  MetricName: metricNameSchema,
  MetricPoint: metricPointSchema,
  Schedule: scheduleSchema,
  Transport: transportSchema,
  SmppClient: smppClientSchema,
  MadeSmppClient: madeSmppClientSchema,
  AccountTransport: accountTransportSchema,
  PhoneMessage: phoneMessageSchema,
  Worker: workerSchema,
  Status: statusSchema,
} as const satisfies Record<string, z.ZodType>;
