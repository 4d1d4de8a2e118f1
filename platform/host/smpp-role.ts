import { hostname } from 'node:os';
import { join } from 'node:path';
import { createPlatformSide, startSmppHousekeeping } from '@vumi/applications';
import type { WorkerHealth } from '@vumi/runtime';
import { openLedger } from '@vumi/state';
import { startSmppServer, type SmppServer, type SmppServerConfig } from '@vumi/transports/smpp/server';
import type { WorkerParts } from './parts.ts';

/** What the role `smpp` shows to whoever started it. */
export interface SmppRole extends AsyncDisposable {
  readonly port: number | null;
  readonly tlsPort: number | null;
  health(): WorkerHealth;
  gauges(): Readonly<Record<string, number>>;
}

/** Between two looks at what waits for clients. */
const LONGEST_PAUSE_MS = 15_000;

/** Lets systems of accounts bind over SMPP. */
export async function startSmppRole(config: SmppServerConfig, shared: WorkerParts): Promise<SmppRole> {
  await using stack = new AsyncDisposableStack();
  const server = stack.use(await startServer(config, shared, stack));
  const [keepMs, partsMs] = [config.keep_undelivered * 1000, config.parts_timeout * 1000];
  const everyMs = Math.min(LONGEST_PAUSE_MS, keepMs, partsMs);
  stack.use(startSmppHousekeeping({ ...shared, server, keepMs, everyMs }));
  const owned = stack.move();
  return {
    port: server.port,
    tlsPort: server.tlsPort,
    health: () => describe(server),
    gauges: () => ({ binds: count(server) }),
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}

function startServer(
  config: SmppServerConfig,
  shared: WorkerParts,
  stack: AsyncDisposableStack,
): Promise<SmppServer> {
  const { state, logger, clock } = shared;
  const dataDir = shared.config.data_dir;
  // Processes on one machine may share the folder, but not the port.
  const place = `${config.host}-${config.tls?.port ?? 'plain'}-${config.port}`.replaceAll(/[^\w.-]/g, '_');
  const ledger = stack.use(openLedger({ file: join(dataDir, 'smpp-server', `${place}.ledger`) }));
  return startSmppServer(config, {
    ...createPlatformSide(shared),
    state,
    ledger,
    process: `${hostname()}:${dataDir}:${place}`,
    logger,
    clock,
  });
}

function count(server: SmppServer): number {
  return [...server.binds()].reduce((sum, [, bound]) => sum + bound, 0);
}

function describe(server: SmppServer): WorkerHealth {
  const names = [...server.binds()].map(([systemId]) => systemId).join(', ');
  const binds = count(server);
  return { status: 'ok', message: binds === 0 ? 'no client is bound' : `${binds} binds: ${names}` };
}
