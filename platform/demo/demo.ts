import type { TransportState } from '@vumi/api';
import { backoffMs, createUserMessage, errorText, sleep } from '@vumi/core';
import type { RouteTable } from '@vumi/dispatch';
import { sampleApps, type SampleApp } from '@vumi/sample-apps';
import {
  DEMO_ACCOUNT,
  DEMO_NUMBER,
  DEMO_TRANSPORT,
  deploySamples,
  followSimulator,
  type SamplePorts,
  type SmscPlace,
} from './sample-deployer.ts';

const RETRY_MS = 1000;
const MOST_RETRY_MS = 60_000;
const LOOK_MS = 20;
const MOST_LOOK_MS = 2000;
/** Any phone's. */
const PHONE = '+27761234567';

export interface DemoPorts extends SamplePorts {
  readonly table: () => RouteTable;
  /** Those of all processes. */
  readonly transports: () => Promise<readonly TransportState[]>;
}

/** What may be said of the demo at one moment. */
export interface DemoState {
  /** The sample apps that a message to the demo's number reaches now. */
  readonly answering: readonly SampleApp[];
  /** What is not there yet and is being tried again, one line each. */
  readonly missing: readonly string[];
}

/** The sample apps of a first start, and what of them works. */
export interface Demo extends AsyncDisposable {
  look(): Promise<DemoState>;
  /** Settles when nothing is missing, or with what is after `withinMs`; rejects when the platform stops first. */
  settled(withinMs?: number): Promise<DemoState>;
}

/** Tries once to deploy what is to be deployed; what did not work is tried again in the background. */
export async function startDemo(ports: DemoPorts, smsc: SmscPlace): Promise<Demo> {
  const stopping = new AbortController();
  let failed = await attempt(ports, smsc);
  const goOn = async (): Promise<void> => {
    for (let count = 0; failed.length > 0; count += 1) {
      await sleep(backoffMs(count, RETRY_MS, MOST_RETRY_MS), stopping.signal);
      failed = await attempt(ports, smsc);
    }
  };
  const going = goOn().catch(() => {});
  const look = async (): Promise<DemoState> => {
    const answering = sampleApps.filter((sample) => isReached(ports.table(), sample));
    const unbound = answering.length > 0 ? await unboundTransport(ports) : [];
    return { answering, missing: [...failed, ...unbound] };
  };
  return {
    look,
    async settled(withinMs = Infinity) {
      const until = performance.now() + withinMs;
      for (let count = 0; ; count += 1) {
        const state = await look();
        if (state.missing.length === 0 || performance.now() > until) return state;
        await sleep(backoffMs(count, LOOK_MS, MOST_LOOK_MS), stopping.signal);
      }
    },
    async [Symbol.asyncDispose]() {
      stopping.abort(new Error('the platform stops'));
      await going;
    },
  };
}

/** What did not work, one line each. */
async function attempt(ports: SamplePorts, smsc: SmscPlace): Promise<string[]> {
  try {
    const failed = await deploySamples(ports, smsc);
    await followSimulator(ports.store, smsc);
    for (const [app, error] of failed) {
      ports.logger.warn({ app, reason: errorText(error) }, 'a sample app is not deployed; trying again');
    }
    return [...failed].map(([app, error]) => `${app}: ${errorText(error)}`);
  } catch (error) {
    ports.logger.warn({ reason: errorText(error) }, 'the sample apps are not deployed; trying again');
    return [errorText(error)];
  }
}

/** Whether a message to the demo's number comes to the app, as routes and versions are now. */
function isReached(table: RouteTable, { name, keyword }: SampleApp): boolean {
  const message = createUserMessage({
    transport_name: DEMO_TRANSPORT,
    from_addr: PHONE,
    to_addr: DEMO_NUMBER,
    content: keyword ?? 'hi',
  });
  const [route] = [...table.matchKeyword(message), ...table.matchCatchAll(message)];
  return (
    route?.account === DEMO_ACCOUNT &&
    route.app === name &&
    table.isActive(DEMO_ACCOUNT) &&
    table.transports.has(DEMO_TRANSPORT) &&
    table.activeVersion({ account: DEMO_ACCOUNT, app: name }) !== null
  );
}

async function unboundTransport({ transports }: DemoPorts): Promise<string[]> {
  const states = (await transports()).filter(({ name }) => name === DEMO_TRANSPORT);
  if (states.some(({ status }) => status === 'ok')) return [];
  return [`transport ${DEMO_TRANSPORT}: ${states[0]?.message ?? 'no process runs it'}`];
}
