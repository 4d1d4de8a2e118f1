import type { AccountRecords, Logger } from '@vumi/core';
import { openAccounts } from './accounts.ts';
import { openApps } from './apps.ts';
import { openAudit } from './audit.ts';
import { BoundedReads } from './bounded-reads.ts';
import { CHANNEL, Changes } from './changes.ts';
import { listGroups, readGroups, requireGroup } from './contact-groups.ts';
import { listContacts, openContactRecords, requireContact } from './contacts.ts';
import { openCompletedSteps } from './completed-steps.ts';
import { Database } from './database.ts';
import { openCancellations } from './cancellations.ts';
import { openIdempotency } from './idempotency.ts';
import { Leases } from './leases.ts';
import { openLogs } from './logs.ts';
import { openMessageCounts } from './message-counts.ts';
import { openMessages } from './messages.ts';
import { openMetrics } from './metrics.ts';
import { migrate } from './migrate.ts';
import { openNumbers } from './numbers.ts';
import { openOptouts, openOptoutRecords } from './optouts.ts';
import { openPageMembers } from './page-members.ts';
import { openRecorder } from './recorder.ts';
import { openRoutes } from './routes.ts';
import { countSchedules, openSchedules } from './schedules.ts';
import { openRuns } from './runs.ts';
import { Session } from './session.ts';
import { readSnapshot } from './snapshot.ts';
import { openEffects } from './store-effects.ts';
import { openSmppClients } from './smpp-clients.ts';
import { openSmppParts } from './smpp-parts.ts';
import type { Store } from './store.ts';
import { openTokens } from './tokens.ts';
import { openTransports } from './transports.ts';
import { openUsage } from './usage.ts';
import { openVersions } from './versions.ts';

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

/** Opens the platform's database and brings its schema up to date. Disposal writes what is being recorded first. */
export async function openStore({ url, logger }: StoreOptions): Promise<Store> {
  await migrate(url, logger);
  await using stack = new AsyncDisposableStack();
  const database = stack.use(new Database({ url, logger, connections: CONNECTIONS }));
  const reading = stack.use(new Database({ url, logger, connections: READING_CONNECTIONS }));
  const recording = stack.use(new Database({ url, logger, connections: RECORDER_CONNECTIONS }));
  const effects = stack.use(new Database({ url, logger, connections: EFFECTS_CONNECTIONS }));
  const changes = new Changes(database, logger);
  const session = stack.use(
    await Session.open({
      url,
      logger,
      prepare: async (connection) => void (await connection.query(`listen ${CHANNEL}`)),
      onNotification: (payload) => void changes.heard(payload),
      onRestored: () => void changes.tellAll(),
    }),
  );
  const leases = new Leases(session, logger);
  const recorder = stack.use(openRecorder(recording, logger));
  const runs = stack.use(openRuns(database, recording, logger));
  const owned = stack.move();
  return {
    accounts: openAccounts(database, changes),
    tokens: openTokens(database, changes),
    audit: openAudit(database),
    apps: openApps(database, changes),
    versions: openVersions(database, changes),
    pageMembers: openPageMembers(database),
    routes: openRoutes(database, changes),
    numbers: openNumbers(database, changes),
    transports: openTransports(database, changes),
    smppClients: openSmppClients(database, changes),
    smppParts: openSmppParts(database),
    messages: openMessages(database),
    idempotency: openIdempotency(database),
    cancellations: openCancellations(database, changes),
    logs: openLogs(database),
    runs,
    usage: openUsage(database),
    effects: openEffects(effects, changes, logger),
    ...openPeople(database, reading),
    metrics: openMetrics(database),
    schedules: openSchedules(database, changes),
    recorder,
    completedSteps: openCompletedSteps(database),
    snapshot: () => readSnapshot(database),
    onChange: (listener) => changes.listen(listener),
    lease: (name, signal) => leases.acquire(name, signal),
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}

/** Whom an account knows, and what apps may read of that. */
function openPeople(
  database: Database,
  reading: Database,
): Pick<Store, 'records' | 'contacts' | 'groups' | 'optouts'> {
  const searches = new BoundedReads(database);
  return {
    records: openAccountRecords(reading),
    contacts: {
      get: (account, key) => requireContact(database, account, key),
      list: (account, query) => listContacts(database, searches, { account, ...query }),
    },
    groups: {
      get: (account, key) => requireGroup(database, account, key),
      list: (account, page) => listGroups(database, account, page),
    },
    optouts: openOptouts(database),
  };
}

/** What apps read. */
function openAccountRecords(database: Database): AccountRecords {
  const reads = new BoundedReads(database);
  return {
    ...openContactRecords(database, reads),
    ...openOptoutRecords(database),
    ...openMessageCounts(reads),
    groups: (account) => readGroups(database, account),
    countSchedules: (ref) => countSchedules(database, ref),
  };
}
