import { readPhoneNumber } from '@vumi/core';
import { withModules } from '../aliases.ts';
import { startSocketTransport } from '../socket/start-socket-transport.ts';
import { defineTransport, type Transport, type TransportPorts } from '../transport-type.ts';
import { gammuConfigSchema, type GammuConfig } from './config.ts';
import { GammuNetwork } from './gammu-network.ts';
import { GAMMU_TEXT } from './segments.ts';
import { GammuTables } from './tables.ts';

const CONNECT_MS = 10_000;
const STATEMENT_MS = 30_000;
const CONNECTIONS = 4;

/** SMS by a phone or GSM modem of one's own, through gammu-smsd and its PostgreSQL tables (spec channels §A). */
export const gammuTransport = defineTransport({
  type: 'gammu',
  aliases: withModules(['vumi.transports.gsm', 'vumi.transports.gsm.gsm'], { GSMTransport: {} }),
  summary: 'SMS by a phone or GSM modem of your own, through gammu-smsd and its PostgreSQL tables',
  configSchema: gammuConfigSchema,
  textOptions: () => GAMMU_TEXT,
  readReceiver: readPhoneNumber,
  start: startGammu,
});

async function startGammu(config: GammuConfig, ports: TransportPorts): Promise<Transport> {
  const { Pool } = await import('pg');
  await using stack = new AsyncDisposableStack();
  const pool = new Pool({
    connectionString: config.database_url.reveal(),
    max: CONNECTIONS,
    connectionTimeoutMillis: CONNECT_MS,
    statement_timeout: STATEMENT_MS,
  });
  stack.defer(() => pool.end());
  // What is lost shows at the next look.
  pool.on('error', () => {});
  const opened: { network: GammuNetwork | null } = { network: null };
  const transport = stack.use(
    await startSocketTransport({
      config,
      ports,
      // The outbox has each message once, however often it is put there.
      sendsAgain: true,
      receiptLifetime: config.receipt_lifetime,
      open: async (work) => {
        opened.network = new GammuNetwork(config, new GammuTables(pool), work);
        return opened.network;
      },
    }),
  );
  const running = stack.move();
  return {
    ...transport,
    cancel: async (id) =>
      (await opened.network?.takeBack(id)) === true || (await transport.cancel?.(id)) === true,
    [Symbol.asyncDispose]: () => running.disposeAsync(),
  };
}
