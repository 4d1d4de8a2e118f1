/** What the API answers with (DESIGN §6). Handlers build these; the documentation shows them; tests hold answers to them. */
import {
  endpointSchema,
  nameSchema,
  recurrenceSchema,
  slugSchema,
  smppClientSettingsSchema,
  systemIdSchema,
} from '@vumi/core';
import { METRIC_AGGREGATORS } from '@vumi/records';
import { z } from 'zod';
import { figuresSchema } from './figures-resource.ts';
import { messageSchema, timelineSchema } from './message-resources.ts';
import {
  accountUsageSchema,
  appFunnelSchema,
  appUsageSchema,
  replaySchema,
  runDetailSchema,
  runSchema,
} from './run-resources.ts';
import { pageGrantSchema, pageGrantsSchema, pageNumberUseSchema } from './page-grant-resources.ts';
import { rolloutSchema } from './rollout-resources.ts';
import { alertSchema } from './alert-resources.ts';
import { topUpSchema } from './top-up-resources.ts';
import { billingSchema } from './credit-resources.ts';
import { contactSchema, groupSchema, identitySchema, optoutSchema } from './people-resources.ts';
import { batchSchema, countedRangeSchema, statusCountsSchema } from './batch-resources.ts';
import { tagPoolSchema, tagSchema } from './tag-pool-resources.ts';
import {
  accountComponentSchema,
  componentChangeSchema,
  componentDetailSchema,
  componentIssueSchema,
  componentSchema,
  componentSummarySchema,
} from './components/component-resources.ts';
import { interfaceSchema } from './interface-resources.ts';
import { failureDetailSchema, failureSchema, settledSchema } from './failure-resources.ts';
import {
  madeWebhookSchema,
  redeliveredSchema,
  webhookDeliverySchema,
  webhookSchema,
} from './webhook-resources.ts';

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
  billing: billingSchema.describe('What it pays for'),
  retention_days: z
    .number()
    .nullable()
    .describe('Days for which its messages are kept; null: as the platform has it'),
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
  id: z.string(),
  at: instant,
  account: slugSchema.nullable().describe('null: it is of the platform'),
  actor: z.string().describe('Who did it'),
  action: z.string().describe('What was done: token.issued, route.put, refused.auth.wrong_token, …'),
  target: z.string().nullable().describe('To what, where the action does not say it'),
  outcome: z
    .string()
    .describe('done, refused, the code of the error, or unknown: it is under way or its process died'),
  source: z.string().nullable().describe('The address that the request came from'),
  request_id: z.string().nullable().describe('As the header X-Request-Id of its answer'),
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

export const talksProofSchema = z
  .object({
    open: z.int().describe('Conversations that are open on other versions'),
    fit: z.int().describe('How many of them can go on with this version'),
    misfits: z
      .array(
        z.object({
          screen: z.string(),
          question: z.string().describe('The one that is open'),
          count: z.int(),
          reason: z.string().describe('Why the first of them cannot'),
        }),
      )
      .readonly()
      .describe('Where they cannot, most first; up to 20 places'),
    unproven: z.int().describe('How many were not tried, because there are too many'),
  })
  .describe('Open conversations, each tried with this version; nothing of it takes effect');

export const openTalkSchema = z.object({
  user: z.string().describe('The address of the user'),
  to: z.string().describe("The app's own; @ and an endpoint where the app wrote first"),
  version: z.int().describe('On which it is'),
  screen: z.string(),
  question: z.string().describe('The one that is open'),
  answered: z.int().describe('Questions that were answered'),
  since: instant.describe('When the open question was asked'),
});

export const endedTalksSchema = z.object({ ended: z.int() });

export const deploymentSchema = versionSchema.extend({
  url: z.string(),
  warnings: z.array(z.string()),
  talks: talksProofSchema.nullable().describe('Null where no conversations are open, or none could be tried'),
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
  connector: z
    .string()
    .describe(
      "Where it leads: app:NAME, smpp_client:SYSTEM_ID, interface.ACCOUNT.NAME, or another connector's name",
    ),
  transport: nameSchema,
  to_addr: z.string().nullable().describe('The short code or number that is written to; null: any'),
  keyword: z.string().nullable().describe('The first word, in any case; null: any'),
  prefix: z.string().nullable().describe("How the sender's address starts; null: any"),
  endpoint: endpointSchema.describe('Which endpoint of the app it is'),
  default: z.boolean().describe('Whether what could leave by several routes leaves by this one'),
  weight: z
    .number()
    .nullable()
    .describe('Its part of what it shares with routes that match the same messages'),
  failover: z.number().nullable().describe('Its place among them, 0 first'),
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

export const logSchema = z.object({
  level: z.enum(['debug', 'info', 'warn', 'error']),
  text: z.string(),
  message_id: z.string().nullable(),
  fields: z.record(z.string(), z.unknown()).nullish(),
  timestamp: instant,
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

export const seriesNameSchema = z.object({ metric: z.string(), aggregator: z.string() });

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
  repeat: recurrenceSchema.nullable().describe('How often it comes again, times in UTC; null: once'),
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

export const transportTypeSchema = z.object({
  type: z.string(),
  summary: z.string(),
  aliases: z.array(z.string()).describe("Vumi's class names for it"),
  options: z.record(z.string(), z.unknown()).describe('JSON Schema of its options'),
});

export const transportUrlSchema = z.object({
  purpose: z.string().describe('What a network does there'),
  url: z.string(),
  paste: z.string().optional().describe('What to paste into pages, where that is not the URL itself'),
});

export const dialledScreenSchema = z.object({
  text: z.string(),
  ends: z.boolean().describe('The session has ended with it'),
  next: z.string().nullable().describe('To be given with the next step'),
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
  supervisor: z.string().optional().describe('Which runs it; of a process its own name'),
  parent: z.string().nullable().optional().describe('Of a process: the supervisor that it is listed under'),
  probe: z.string().optional().describe('Of a process: where it shows /metrics, /healthz and /readyz'),

  type: z.string().optional(),
  origin: z.string().optional().describe('Who asked for it: built-in, configuration, store, run time'),
  restarts: z.int().optional().describe('How often it was started anew after it had died'),
  started_at: z.string().nullable().optional(),
});

export const workerTreeSchema = z
  .looseObject({ name: z.string() })
  .describe('A worker; or a supervisor with its `workers` and the `supervisors` under it');

export const controlAnswerSchema = z.object({
  supervisor: z.string().describe('Who answers'),
  outcome: z
    .enum(['done', 'forwarded'])
    .describe('forwarded: another supervisor was told, and does it within moments'),
  workers: z.array(z.looseObject({ name: z.string(), status: z.string(), message: z.string() })),
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
  components: componentSummarySchema.describe('What the components that are watched come to'),
  issues: z.array(componentIssueSchema).describe('Components for which too few processes beat'),
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
  TopUp: topUpSchema,
  App: appSchema,
  Version: versionSchema,
  Deployment: deploymentSchema,
  TalksProof: talksProofSchema,
  OpenTalk: openTalkSchema,
  EndedTalks: endedTalksSchema,
  PageMember: pageMemberSchema,
  PageInvitation: pageInvitationSchema,
  PageGrant: pageGrantSchema,
  PageGrants: pageGrantsSchema,
  PageNumberUse: pageNumberUseSchema,
  Route: routeSchema,
  AssignedNumber: numberSchema,
  ReleasedNumber: releasedNumberSchema,
  Message: messageSchema,
  Timeline: timelineSchema,
  StatusCounts: statusCountsSchema,
  CountedRange: countedRangeSchema,
  Batch: batchSchema,
  Log: logSchema,
  Run: runSchema,
  RunDetail: runDetailSchema,
  Replay: replaySchema,
  AppUsage: appUsageSchema,
  AppFunnel: appFunnelSchema,
  Rollout: rolloutSchema,
  AccountUsage: accountUsageSchema,
  Contact: contactSchema,
  Identity: identitySchema,
  Group: groupSchema,
  Optout: optoutSchema,
  TagPool: tagPoolSchema,
  Tag: tagSchema,
  StateEntry: stateEntrySchema,
  StateWritten: stateWrittenSchema,
  MetricName: metricNameSchema,
  MetricPoint: metricPointSchema,
  SeriesName: seriesNameSchema,
  Schedule: scheduleSchema,
  Transport: transportSchema,
  SmppClient: smppClientSchema,
  MadeSmppClient: madeSmppClientSchema,
  Interface: interfaceSchema,
  Webhook: webhookSchema,
  Alert: alertSchema,
  MadeWebhook: madeWebhookSchema,
  WebhookDelivery: webhookDeliverySchema,
  Redelivered: redeliveredSchema,
  Failure: failureSchema,
  FailureDetail: failureDetailSchema,
  SettledFailures: settledSchema,
  AccountTransport: accountTransportSchema,
  PhoneMessage: phoneMessageSchema,
  Worker: workerSchema,
  Status: statusSchema,
  Figures: figuresSchema,
  Component: componentSchema,
  ComponentDetail: componentDetailSchema,
  ComponentChange: componentChangeSchema,
  ComponentIssue: componentIssueSchema,
  ComponentSummary: componentSummarySchema,
  AccountComponent: accountComponentSchema,
} as const satisfies Record<string, z.ZodType>;
