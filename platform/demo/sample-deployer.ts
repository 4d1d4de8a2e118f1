import { VumiError, type AppRef, type Logger } from '@vumi/core';
import { sampleApps, type SampleApp } from '@vumi/sample-apps';
import type { Store } from '@vumi/store';
import AdmZip from 'adm-zip';

export const DEMO_ACCOUNT = 'demo';
export const DEMO_TRANSPORT = 'smsc';
export const DEMO_NUMBER = '12345';

/** What of the store setting up the samples needs. */
export interface SampleStore {
  readonly accounts: Pick<Store['accounts'], 'list' | 'create'>;
  readonly transports: Pick<Store['transports'], 'list' | 'put'>;
  readonly routes: Pick<Store['routes'], 'put'>;
  readonly completedSteps: Store['completedSteps'];
}

export interface SamplePorts {
  readonly store: SampleStore;
  readonly logger: Logger;
  readonly deploy: (
    ref: AppRef,
    zip: Buffer,
    options: { activate: boolean; selfTest: boolean },
  ) => Promise<unknown>;
}

export interface SmscPlace {
  readonly host: string;
  readonly port: number;
}

/**
 * On a platform that began without accounts: account `demo` with the sample apps on one short code, ready to be written
 * to. Each step is done once: what was not finished, because of a kill or of an app that did not load, is done by the
 * next call, and what people have changed or removed since is left as it is. Answers what did not work, by app.
 */
export async function deploySamples(ports: SamplePorts, smsc: SmscPlace): Promise<Map<string, unknown>> {
  const { store } = ports;
  const failed = new Map<string, unknown>();
  if (!(await isWanted(store))) return failed;
  const once = (step: string, work: () => Promise<unknown>): Promise<void> => doOnce(store, step, work);
  await once('account', () => unlessThere(store.accounts.create(DEMO_ACCOUNT)));
  await once('transport', () => addTransport(store, smsc));
  await Promise.all(
    sampleApps.map(async (sample) => {
      try {
        await once(`app/${sample.name}`, () => deploySample(ports, sample));
        await once(`route/${sample.name}`, () => unlessThere(routeSample(store, sample)));
      } catch (error) {
        failed.set(sample.name, error);
      }
    }),
  );
  return failed;
}

/** The demo's transport goes where the simulator listens, also when that was started on another port this time. */
export async function followSimulator(
  store: Pick<SampleStore, 'transports'>,
  smsc: SmscPlace,
): Promise<void> {
  const row = (await store.transports.list()).find(({ name }) => name === DEMO_TRANSPORT);
  if (row === undefined || row.type !== 'smpp' || row.config['system_id'] !== DEMO_ACCOUNT) return;
  if (row.config['port'] !== smsc.port || row.config['host'] !== smsc.host) await putTransport(store, smsc);
}

/** One of that name may be in the configuration. */
async function addTransport(store: Pick<SampleStore, 'transports'>, smsc: SmscPlace): Promise<void> {
  const isThere = (await store.transports.list()).some(({ name }) => name === DEMO_TRANSPORT);
  if (!isThere) await putTransport(store, smsc);
}

/** Whether this platform's first start was to have them, which a later one finishes. */
async function isWanted({ accounts, completedSteps }: SampleStore): Promise<boolean> {
  if (await completedSteps.has('samples')) return true;
  if ((await accounts.list({ limit: 1 })).items.length > 0) return false;
  await completedSteps.add('samples');
  return true;
}

/** A kill between the two repeats the step, which therefore has to be one that can be repeated. */
async function doOnce(
  { completedSteps }: SampleStore,
  step: string,
  work: () => Promise<unknown>,
): Promise<void> {
  const name = `samples/${step}`;
  if (await completedSteps.has(name)) return;
  await work();
  await completedSteps.add(name);
}

/** What is there already is of an attempt that was broken off, or of somebody who was quicker. */
async function unlessThere(made: Promise<unknown>): Promise<void> {
  try {
    await made;
  } catch (error) {
    const isThere = error instanceof VumiError && ['request.conflict', 'route.conflict'].includes(error.code);
    if (!isThere) throw error;
  }
}

async function deploySample({ deploy }: SamplePorts, { name, folder }: SampleApp): Promise<void> {
  const zip = new AdmZip();
  zip.addLocalFolder(folder);
  // CI has had the conversation of the self-test: a start waits for nothing.
  await deploy({ account: DEMO_ACCOUNT, app: name }, zip.toBuffer(), { activate: true, selfTest: false });
}

async function routeSample({ routes }: SampleStore, { name, keyword }: SampleApp): Promise<void> {
  await routes.put(
    {
      account: DEMO_ACCOUNT,
      name,
      app: name,
      transport: DEMO_TRANSPORT,
      to_addr: DEMO_NUMBER,
      keyword,
      prefix: null,
    },
    'operator',
  );
}

async function putTransport(
  store: Pick<SampleStore, 'transports'>,
  { host, port }: SmscPlace,
): Promise<void> {
  const config = { host, port, system_id: DEMO_ACCOUNT, password: 'secret' };
  await store.transports.put(DEMO_TRANSPORT, { type: 'smpp', config });
}
