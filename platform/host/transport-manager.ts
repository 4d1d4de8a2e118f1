import { isDeepStrictEqual } from 'node:util';
import { errorText, sleep, type Logger } from '@vumi/core';
import type { Store, TransportRow } from '@vumi/store';
import { decideCancellations } from './cancellations.ts';
import { transportTypes, type Transport, type TransportPorts } from '@vumi/transports';

/** How a transport of this process is doing, for the status page. */
export interface TransportState {
  readonly name: string;
  readonly type: string;
  readonly status: 'ok' | 'degraded' | 'down';
  readonly message: string;
  /** What it measures of itself (Transport.gauges); empty while it does not run here. */
  readonly gauges: Readonly<Record<string, number>>;
}

export interface TransportManager extends AsyncDisposable {
  states(): TransportState[];
}

export interface TransportManagerPorts {
  readonly store: Store;
  readonly logger: Logger;
  /** What a transport of this name works with; disposed after it has stopped. */
  readonly createPorts: (name: string, logger: Logger) => Promise<TransportPorts & AsyncDisposable>;
}

const RETRY_MS = 2000;

/** Runs what the store lists: starts, restarts and stops transports as their rows come, change and go. */
export async function startTransportManager(ports: TransportManagerPorts): Promise<TransportManager> {
  const running = new Map<string, Running>();
  let closed = false;

  const sync = async (): Promise<void> => {
    const rows = new Map((await ports.store.transports.list()).map((row) => [row.name, row]));
    if (closed) return;
    const stale = [...running.values()].filter(({ row }) => !isDeepStrictEqual(rows.get(row.name), row));
    await Promise.all(stale.map((entry) => stop(entry)));
    for (const row of rows.values()) {
      if (!running.has(row.name) && !closed) running.set(row.name, run(row, ports));
    }
  };
  const stop = async (entry: Running): Promise<void> => {
    running.delete(entry.row.name);
    await entry.stop();
  };

  const subscription = ports.store.onChange(({ what }) => (what === 'transports' ? sync() : undefined));
  await sync();
  return {
    states: () => [...running.values()].map((entry) => entry.state()),
    async [Symbol.asyncDispose]() {
      closed = true;
      subscription[Symbol.dispose]();
      await Promise.all([...running.values()].map((entry) => stop(entry)));
    },
  };
}

interface Running {
  readonly row: TransportRow;
  state(): TransportState;
  stop(): Promise<void>;
}

/** One transport: waits for its lease, so that of all processes one runs it, and starts anew when the lease is lost. */
function run(row: TransportRow, ports: TransportManagerPorts): Running {
  const controller = new AbortController();
  const logger = ports.logger.child({ transport: row.name });
  let transport: Transport | null = null;
  let note = 'waiting for its turn: another process runs this transport';

  const hold = async (): Promise<void> => {
    await using lease = await ports.store.lease(`transport:${row.name}`, controller.signal);
    note = 'starting';
    await using own = await ports.createPorts(row.name, logger);
    await using started = await transportTypes[row.type as keyof typeof transportTypes].start(
      row.config,
      own,
    );
    transport = started;
    using _deciding = decideCancellations(row.name, started, { store: ports.store, logger });
    await Promise.race([lease.lost, aborted(controller.signal)]);
    transport = null;
    note = 'its lease was lost; starting again';
  };
  const loop = async (): Promise<void> => {
    while (!controller.signal.aborted) {
      try {
        if (!(row.type in transportTypes)) note = `there is no transport type "${row.type}"`;
        else await hold();
      } catch (error) {
        if (controller.signal.aborted) return;
        transport = null;
        note = errorText(error);
        logger.error({ error }, 'transport stopped; trying again');
      }
      await sleep(RETRY_MS, controller.signal).catch(() => {});
    }
  };
  const done = loop();
  return {
    row,
    state: () => ({ name: row.name, type: row.type, ...describe(transport, note) }),
    async stop() {
      controller.abort(new Error('the transport was told to stop'));
      await done;
    },
  };
}

function describe(transport: Transport | null, note: string): Omit<TransportState, 'name' | 'type'> {
  if (transport === null) return { status: 'down', message: note, gauges: {} };
  const { status, message } = transport.status();
  return { status, message, gauges: transport.gauges() };
}

function aborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
}
