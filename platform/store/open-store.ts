import type { Logger } from '@vumi/core';
import type { AccountRecords } from '@vumi/records';
import { openAccountKeys } from './account-keys.ts';
import { openAccounts } from './accounts.ts';
import { openAlerts } from './alerts/alerts.ts';
import { openConditions } from './alerts/conditions.ts';
import { openApps } from './apps.ts';
import { openAudit } from './audit.ts';
import { readBacklog } from './backlog.ts';
import { BoundedReads } from './bounded-reads.ts';
import { CHANNEL, Changes } from './changes.ts';
import { listGroups, readGroups, requireGroup } from './contact-groups.ts';
import { listContacts, openContactRecords, requireContact } from './contacts.ts';
import { openComponents } from './components/components.ts';
import { openBatches } from './batches/batches.ts';
import { openCounts } from './batches/counts.ts';
import { openCompletedSteps } from './completed-steps.ts';
import { Database } from './database.ts';
import { openCancellations } from './cancellations.ts';
import { openCredits } from './credits/credits.ts';
import { openPrices } from './credits/prices.ts';
import { openErasures } from './erasures/erasures.ts';
import { openFailureQueue, openFailures } from './failures/failures.ts';
import { openIdempotency } from './idempotency.ts';
import { Leases } from './leases.ts';
import { findIdentity, openIdentities } from './identities/identities.ts';
import { openLogs } from './logs.ts';
import { openMessageCounts } from './message-counts.ts';
import { measuredRecorder } from './measured-recorder.ts';
import { openMessages } from './messages.ts';
import { migrate } from './migrate.ts';
import { openNumbers } from './numbers.ts';
import { openOptouts, openOptoutRecords } from './optouts.ts';
import { openPageGrants } from './page-grants.ts';
import { openPageMembers } from './page-members.ts';
import { hear } from './postgres-only.ts';
import { openRecorder } from './recorder.ts';
import { openMessageKeeping } from './retention/retention.ts';
import { openRoutes } from './routes.ts';
import { countSchedules, openSchedules } from './schedules.ts';
import { openRollouts } from './rollouts/rollouts.ts';
import { openRuns } from './runs.ts';
import { KeptConnection } from './kept-connection.ts';
import { openMetrics } from './series/app-metrics.ts';
import { openPlatformSeries } from './series/platform-series.ts';
import { readSnapshot } from './snapshot.ts';
import { openEffects } from './store-effects.ts';
import { openInterfaces } from './interfaces.ts';
import { openSmppClients } from './smpp-clients.ts';
import { openSmppParts } from './smpp-parts.ts';
import type { Store } from './store.ts';
import { openExchanges } from './timeline/exchanges.ts';
import { openTimelines } from './timeline/timelines.ts';
import { openTagPools } from './tag-pools/tag-pools.ts';
import { openTokens } from './tokens.ts';
import { openTopUps } from './top-ups/top-ups.ts';
import { openTransports } from './transports.ts';
import { openFunnel } from './funnel.ts';
import { openUsage } from './usage.ts';
import { openVersions } from './versions.ts';
import { openWorkers } from './workers.ts';
import { watchAnyWebhooks } from './webhooks/any-webhooks.ts';
import { openWebhookQueue } from './webhooks/queue.ts';
import { openWebhooks } from './webhooks/webhooks.ts';

export interface StoreOptions {
  /** `postgres://user:password@host:port/database`, Postgres 15 or newer. */
  readonly url: string;
  readonly logger: Logger;
}

/** Of what people and administration ask for. */
const CONNECTIONS = 6;
/** Of what apps read. Apart, so that neither waits for the other. */
const READING_CONNECTIONS = 6;
/** Apart, so that a long list does not keep messages from being acknowledged. */
const RECORDER_CONNECTIONS = 4;
/** Accounts whose effects are written at once. */
const EFFECTS_CONNECTIONS = 4;

/** Charges and refunds of messages, each in steps of many. */
const CHARGING_CONNECTIONS = 2;
/** Of webhooks and failures. Apart, so that a receiver's backlog keeps nobody waiting. */
const DELIVERING_CONNECTIONS = 4;

/** Opens the platform's database and brings its schema up to date. Disposal writes what is being recorded first. */
export async function openStore({ url, logger }: StoreOptions): Promise<Store> {
  await migrate(url, logger);
  await using stack = new AsyncDisposableStack();
  const database = stack.use(new Database({ url, logger, connections: CONNECTIONS }));
  const reading = stack.use(new Database({ url, logger, connections: READING_CONNECTIONS }));
  const recording = stack.use(new Database({ url, logger, connections: RECORDER_CONNECTIONS }));
  const effects = stack.use(new Database({ url, logger, connections: EFFECTS_CONNECTIONS }));
  const delivering = stack.use(new Database({ url, logger, connections: DELIVERING_CONNECTIONS }));
  const charging = stack.use(new Database({ url, logger, connections: CHARGING_CONNECTIONS }));
  const changes = new Changes(database, logger);
  const kept = stack.use(
    await KeptConnection.open({
      url,
      logger,
      prepare: async (connection) => void (await connection.query(hear(CHANNEL))),
      onNotification: (payload) => void changes.heard(payload),
      onRestored: () => void changes.tellAll(),
    }),
  );
  const leases = new Leases(kept, logger);
  const webhooks = stack.use(
    await watchAnyWebhooks(database, changes, { hears: () => kept.connection !== null, logger }),
  );
  const recorder = stack.use(openRecorder(recording, webhooks, logger));
  const runs = stack.use(openRuns(database, recording, logger));
  const credits = stack.use(openCredits(database, charging, logger));
  const owned = stack.move();
  return {
    ...openAdministration(database, changes),
    credits,
    ...openSales(database, changes, credits),
    ...openHosted(database, changes),
    routes: openRoutes(database, changes),
    numbers: openNumbers(database, changes),
    transports: openTransports(database, changes),
    ...openDoors(database, changes),
    ...openRunning(database, changes),
    messages: openMessages(database),
    timelines: openTimelines(database),
    exchanges: openExchanges(recording, logger),
    messageKeeping: openMessageKeeping(database, logger),
    idempotency: openIdempotency(database),
    cancellations: openCancellations(database, changes),
    runs,
    usage: openUsage(database),
    funnel: openFunnel(database),
    effects: openEffects(effects, changes, logger),
    ...openPeople(database, reading),
    metrics: openMetrics(database),
    series: openPlatformSeries(database, logger),
    ...openTagged(database),
    schedules: openSchedules(database, changes),
    ...openDeliveries(database, delivering, changes),
    recorder: measuredRecorder(recorder),
    ...openOverviews(database),
    onChange: (listener) => changes.listen(listener),
    lease: (name, signal) => leases.acquire(name, signal),
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}

/** Apps and what is of them. */
function openHosted(
  database: Database,
  changes: Changes,
): Pick<Store, 'apps' | 'versions' | 'rollouts' | 'pageMembers' | 'pageGrants' | 'logs'> {
  return {
    apps: openApps(database, changes),
    versions: openVersions(database, changes),
    rollouts: openRollouts(database, changes),
    pageMembers: openPageMembers(database),
    pageGrants: openPageGrants(database),
    logs: openLogs(database),
  };
}

/** Whose all of it is, and who did what. */
function openAdministration(
  database: Database,
  changes: Changes,
): Pick<Store, 'accounts' | 'accountKeys' | 'tokens' | 'audit' | 'completedSteps'> {
  return {
    accounts: openAccounts(database, changes),
    tokens: openTokens(database, changes),
    audit: openAudit(database),
    accountKeys: openAccountKeys(database),
    completedSteps: openCompletedSteps(database),
  };
}

/** Tags, the batches that messages come to by them, and how many were counted. */
function openTagged(database: Database): Pick<Store, 'tagPools' | 'batches' | 'counts'> {
  return { tagPools: openTagPools(database), batches: openBatches(database), counts: openCounts(database) };
}

/** By which programs of accounts come in. */
function openDoors(
  database: Database,
  changes: Changes,
): Pick<Store, 'smppClients' | 'smppParts' | 'interfaces'> {
  return {
    smppClients: openSmppClients(database, changes),
    smppParts: openSmppParts(database),
    interfaces: openInterfaces(database, changes),
  };
}

/** What runs, and how it is. */
function openRunning(database: Database, changes: Changes): Pick<Store, 'workers' | 'components'> {
  return { workers: openWorkers(database, changes), components: openComponents(database, changes) };
}

/** Of everything at once. */
function openOverviews(database: Database): Pick<Store, 'snapshot' | 'backlog'> {
  return { snapshot: () => readSnapshot(database), backlog: () => readBacklog(database) };
}

/** What messages cost, and how credit is bought. */
function openSales(
  database: Database,
  changes: Changes,
  credits: Pick<Store['credits'], 'topUp'>,
): Pick<Store, 'prices' | 'topUps'> {
  return { prices: openPrices(database, changes), topUps: openTopUps(database, credits) };
}

/** What is brought to somebody until he has it, what could not be, and what he has to look after. */
function openDeliveries(
  database: Database,
  delivering: Database,
  changes: Changes,
): Pick<Store, 'failures' | 'failureQueue' | 'webhooks' | 'webhookQueue' | 'alerts' | 'conditions'> {
  return {
    failures: openFailures(database, changes),
    failureQueue: openFailureQueue(delivering),
    webhooks: openWebhooks(database, changes),
    webhookQueue: openWebhookQueue(delivering),
    alerts: openAlerts(database),
    conditions: openConditions(database),
  };
}

/** Whom an account knows, and what apps may read of that. */
function openPeople(
  database: Database,
  reading: Database,
): Pick<Store, 'records' | 'contacts' | 'identities' | 'groups' | 'optouts' | 'erasures'> {
  const searches = new BoundedReads(database);
  return {
    records: openAccountRecords(reading),
    contacts: {
      get: (account, key) => requireContact(database, account, key),
      list: (account, query) => listContacts(database, searches, { account, ...query }),
    },
    identities: openIdentities(database),
    groups: {
      get: (account, key) => requireGroup(database, account, key),
      list: (account, page) => listGroups(database, account, page),
    },
    optouts: openOptouts(database),
    erasures: openErasures(database),
  };
}

/** What apps read. */
function openAccountRecords(database: Database): AccountRecords {
  const reads = new BoundedReads(database);
  return {
    ...openContactRecords(database, reads),
    ...openOptoutRecords(database),
    ...openMessageCounts(reads),
    identity: (account, address) => findIdentity(database, account, address),
    groups: (account) => readGroups(database, account),
    countSchedules: (ref) => countSchedules(database, ref),
  };
}
