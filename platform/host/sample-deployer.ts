import type { AppRef, Logger } from '@vumi/core';
import { sampleApps } from '@vumi/sample-apps';
import type { Store } from '@vumi/store';
import AdmZip from 'adm-zip';

export const DEMO_ACCOUNT = 'demo';
const DEMO_TRANSPORT = 'smsc';
export const DEMO_NUMBER = '12345';

export interface SamplePorts {
  readonly store: Store;
  readonly logger: Logger;
  readonly deploy: (
    ref: AppRef,
    zip: Buffer,
    options: { activate: boolean; selfTest: boolean },
  ) => Promise<unknown>;
}

/** On a platform without accounts: account `demo` with the sample apps on one short code, ready to be written to. */
export async function deploySamples(ports: SamplePorts, smsc: { host: string; port: number }): Promise<void> {
  const { store } = ports;
  if ((await store.accounts.list({ limit: 1 })).items.length > 0) {
    await followSimulator(store, smsc);
    return;
  }
  await store.accounts.create(DEMO_ACCOUNT);
  await putTransport(store, smsc);
  await Promise.all(sampleApps.map((sample) => deploySample(ports, sample)));
  ports.logger.info({ account: DEMO_ACCOUNT }, 'sample apps deployed');
}

async function deploySample(
  { store, deploy }: SamplePorts,
  { name, folder, keyword }: (typeof sampleApps)[number],
): Promise<void> {
  const zip = new AdmZip();
  zip.addLocalFolder(folder);
  // CI has had the conversation of the self-test: a start waits for nothing.
  await deploy({ account: DEMO_ACCOUNT, app: name }, zip.toBuffer(), { activate: true, selfTest: false });
  await store.routes.put({
    account: DEMO_ACCOUNT,
    name,
    app: name,
    transport: DEMO_TRANSPORT,
    to_addr: DEMO_NUMBER,
    keyword,
    prefix: null,
  });
}

/** The demo's transport goes where the simulator listens, also when that was started on another port this time. */
async function followSimulator(store: Store, smsc: { host: string; port: number }): Promise<void> {
  const row = (await store.transports.list()).find(({ name }) => name === DEMO_TRANSPORT);
  if (row === undefined || row.type !== 'smpp' || row.config['system_id'] !== DEMO_ACCOUNT) return;
  if (row.config['port'] !== smsc.port || row.config['host'] !== smsc.host) await putTransport(store, smsc);
}

async function putTransport(store: Store, { host, port }: { host: string; port: number }): Promise<void> {
  const config = { host, port, system_id: DEMO_ACCOUNT, password: 'secret' };
  await store.transports.put(DEMO_TRANSPORT, { type: 'smpp', config });
}
