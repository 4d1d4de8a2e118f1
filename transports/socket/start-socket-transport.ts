import { ComponentHealth } from '../sending/component-health.ts';
import { Receipts } from '../sending/receipts/receipts.ts';
import type { Transport, TransportPorts } from '../transport-type.ts';
import { InboundQueue, type InboundQueueOptions } from './inbound-queue.ts';
import type { SocketConfig } from './options.ts';
import { Outlet } from './outlet.ts';

/** What a network of sockets works with. */
export interface SocketWork {
  readonly ports: TransportPorts;
  readonly health: ComponentHealth;
  readonly inbound: InboundQueue;
  readonly outlet: Pick<Outlet, 'join' | 'leave' | 'pump'>;
  readonly receipts: Receipts;
}

/** A running network. Disposal settles what its lines have in flight, within seconds. */
export interface SocketNetwork extends AsyncDisposable {
  gauges(): Readonly<Record<string, number>>;
  /** Stops and starts reading, so that no more comes than can be published. */
  read(isReading: boolean): void;
}

export interface SocketTransportOptions {
  readonly config: SocketConfig;
  readonly ports: TransportPorts;
  /** Default: 1000. */
  readonly window?: number;
  /** Default: at-most-once, where the network answers nothing that could be lost. */
  readonly sendsAgain?: boolean;
  /** Seconds for which receipts may come. Default: the network sends none. */
  readonly receiptLifetime?: number;
  /** They call messages by the network's ids. */
  readonly receiptsByRemoteId?: boolean;
  /** As those of the queue of inbound messages. */
  readonly complete?: InboundQueueOptions['complete'];
  readonly onPublished?: InboundQueueOptions['onPublished'];
  /** Throws `config.invalid`. */
  readonly open: (work: SocketWork) => Promise<SocketNetwork>;
}

const WINDOW = 1000;
const SWEEP_MS = 1000;

/** A transport that holds sockets: what it owes its neighbours, whatever is said on them (spec channels §1). */
export async function startSocketTransport(options: SocketTransportOptions): Promise<Transport> {
  const { config, ports } = options;
  const health = new ComponentHealth(ports);
  const lifetimeMs = (options.receiptLifetime ?? 0) * 1000;
  const receipts: Receipts = new Receipts({ ...ports, results: () => outlet.results, lifetimeMs });
  const outlet: Outlet = new Outlet({
    ...ports,
    remoteIds: options.receiptsByRemoteId === true ? receipts : undefined,
    maxRate: config.mt_tps === 0 ? Number.POSITIVE_INFINITY : config.mt_tps,
    window: options.window ?? WINDOW,
    sendsAgain: options.sendsAgain === true,
  });
  let sweeper: NodeJS.Timeout | undefined;
  const opened: { network: SocketNetwork | null } = { network: null };
  const inbound = new InboundQueue({
    ...ports,
    health,
    transportType: config.transport_type,
    provider: config.provider ?? null,
    complete: options.complete,
    onPublished: options.onPublished,
    onFull: (isFull) => opened.network?.read(!isFull),
  });
  const close = async (): Promise<void> => {
    clearInterval(sweeper);
    outlet.stop();
    await opened.network?.[Symbol.asyncDispose]();
    await inbound.close();
    await outlet[Symbol.asyncDispose]();
  };
  try {
    opened.network = await options.open({ ports, health, inbound, outlet, receipts });
    if (options.receiptsByRemoteId === true || receipts.isWatched)
      sweeper = setInterval(() => receipts.sweep(), SWEEP_MS).unref();
    await outlet.open();
  } catch (error) {
    await close();
    throw error;
  }
  return {
    status: () => health.worst,
    gauges: () => ({
      ...opened.network?.gauges(),
      ...outlet.gauges(),
      unpublished: inbound.waiting,
    }),
    cancel: (messageId) => outlet.results.cancel(messageId),
    [Symbol.asyncDispose]: close,
  };
}
