import type { AccountKeys } from '@vumi/core';
import type { Alerts, Conditions } from './alerts/alert-ports.ts';
import type { TopUps } from './top-ups/top-up-ports.ts';
import type { Accounts, AuditTrail, CompletedSteps, Tokens } from './account-ports.ts';
import type {
  Apps,
  FunnelStore,
  Logs,
  PageGrants,
  PageMembers,
  Runs,
  UsageStore,
  Versions,
} from './app-ports.ts';
import type { Components } from './components/component-ports.ts';
import type { Credits, Prices } from './credits/credit-ports.ts';
import type { Batches, Counts } from './batches/batch-ports.ts';
import type { Erasures } from './erasures/erasure-ports.ts';
import type { FailureQueue, Failures } from './failures/failure-ports.ts';
import type { Backlog } from './backlog.ts';
import type { Cancellations, Idempotency, Messages, Recorder } from './message-ports.ts';
import type {
  ContactGroups,
  Contacts,
  EffectsStore,
  Identities,
  Metrics,
  Optouts,
  Schedules,
} from './record-ports.ts';
import type { Snapshot } from './records.ts';
import type { MessageKeeping } from './retention/retention-ports.ts';
import type {
  Interfaces,
  Numbers,
  Routes,
  SmppClients,
  SmppParts,
  Transports,
  Workers,
} from './routing-ports.ts';
import type { Exchanges } from './timeline/exchanges.ts';
import type { Timelines } from './timeline/records.ts';
import type { Rollouts } from './rollouts/rollout-ports.ts';
import type { PlatformSeries } from './series/series-ports.ts';
import type { TagPools } from './tag-pools/records.ts';
import type { WebhookQueue, Webhooks } from './webhooks/webhook-ports.ts';
import type { AccountRecords } from '@vumi/records';

/**
 * The platform's database. Errors of all methods: `store.unavailable` while Postgres cannot be reached, `not_found` for
 * what is named but does not exist, `request.invalid` with the field for names, cursors and the like that are none.
 */
export interface Store extends AsyncDisposable {
  readonly accounts: Accounts;
  readonly tokens: Tokens;
  readonly audit: AuditTrail;
  readonly credits: Credits;
  /** Credit that is bought. */
  readonly topUps: TopUps;
  readonly prices: Prices;
  readonly apps: Apps;
  readonly versions: Versions;
  readonly pageMembers: PageMembers;
  readonly pageGrants: PageGrants;
  readonly routes: Routes;
  readonly numbers: Numbers;
  readonly transports: Transports;
  readonly smppClients: SmppClients;
  readonly smppParts: SmppParts;
  readonly interfaces: Interfaces;
  readonly workers: Workers;
  readonly components: Components;
  readonly messages: Messages;
  readonly timelines: Timelines;
  readonly exchanges: Exchanges;
  readonly messageKeeping: MessageKeeping;
  readonly idempotency: Idempotency;
  readonly cancellations: Cancellations;
  readonly logs: Logs;
  readonly runs: Runs;
  readonly usage: UsageStore;
  readonly funnel: FunnelStore;
  readonly rollouts: Rollouts;
  readonly effects: EffectsStore;
  /** What apps read of an account's records. */
  readonly records: AccountRecords;
  readonly contacts: Contacts;
  readonly identities: Identities;
  readonly groups: ContactGroups;
  readonly optouts: Optouts;
  readonly metrics: Metrics;
  readonly series: PlatformSeries;
  readonly tagPools: TagPools;
  readonly schedules: Schedules;
  readonly failures: Failures;
  readonly failureQueue: FailureQueue;
  readonly webhooks: Webhooks;
  readonly webhookQueue: WebhookQueue;
  readonly alerts: Alerts;
  readonly conditions: Conditions;
  readonly erasures: Erasures;
  readonly batches: Batches;
  readonly counts: Counts;
  readonly recorder: Recorder;
  readonly accountKeys: AccountKeys;
  readonly completedSteps: CompletedSteps;
  snapshot(): Promise<Snapshot>;
  /** What waits for somebody, or for its time. */
  backlog(): Promise<Backlog>;
  /**
   * Tells of writes in any process. Listeners in the process that writes are awaited before the write resolves; others
   * hear a moment later, and hear of everything when they may have missed something.
   */
  onChange(listener: ChangeListener): Disposable;
  /** Waits for its turn: of all processes one holds the lease of a name. Rejects with the signal's reason. */
  lease(name: string, signal: AbortSignal): Promise<Lease>;
}

/** `schedules` is told of only when one is due at once: the rest is found in time by looking. */
export const CHANGES = [
  'accounts',
  'apps',
  'routes',
  'transports',
  'smpp_clients',
  'interfaces',
  'schedules',
  'tokens',
  'cancellations',
  'workers',
  'components',
  'webhooks',
  'failures',
  'prices',
] as const;

export type ChangedThing = (typeof CHANGES)[number];

export interface Change {
  readonly what: ChangedThing;
}

export type ChangeListener = (change: Change) => void | Promise<void>;

/** Disposal gives the lease to whoever waits for it. */
export interface Lease extends AsyncDisposable {
  /** Resolves when the connection that holds the lease broke: another process may have the lease now. */
  readonly lost: Promise<void>;
}
