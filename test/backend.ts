import { createConnection } from 'node:net';

/** What the suites run on: our embedded parts, or a RabbitMQ, a Postgres and a Redis. The vitest project decides. */
export const backend = process.env['VUMI_TEST_BACKEND'] === 'servers' ? 'servers' : 'embedded';

/** Where the servers suite finds its servers; the defaults are those of a developer's machine. */
export const serverUrls = {
  broker: process.env['VUMI_BROKER_URL'] ?? 'amqp://guest:guest@127.0.0.1:5672',
  database: process.env['VUMI_DATABASE_URL'] ?? 'postgres://postgres@127.0.0.1:5432/postgres',
  redis: process.env['VUMI_REDIS_URL'] ?? 'redis://127.0.0.1:6379',
} as const;

const START_COMMANDS = {
  broker: 'rabbitmq-server -detached',
  database: 'pg_ctlcluster 15 main start',
  redis: 'redis-server --daemonize yes --bind 127.0.0.1',
} as const;

/** Fails a suite whose server does not answer, with the command that starts one. */
export async function requireServer(kind: keyof typeof serverUrls): Promise<string> {
  const url = new URL(serverUrls[kind]);
  const answered = await new Promise<boolean>((resolve) => {
    const socket = createConnection({ host: url.hostname, port: Number(url.port) });
    socket.once('connect', () => resolve(true)).once('error', () => resolve(false));
    socket.setTimeout(3000, () => resolve(false));
    socket.once('connect', () => socket.destroy());
  });
  if (!answered) {
    throw new Error(
      `no ${kind} answers at ${url.host}: start one with "${START_COMMANDS[kind]}" or set VUMI_${kind.toUpperCase()}_URL`,
    );
  }
  return serverUrls[kind];
}
