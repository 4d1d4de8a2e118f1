import { printable, type Logger } from '@vumi/core';
import { createSimulatorApi } from '@vumi/api';
import { startHttpServer } from '@vumi/http';
import { startSmscSimulator, type ScriptInput, type SimulatorOptions } from '@vumi/transports/smpp/simulator';
import type { Config } from './config-schema.ts';

/** `vumi smsc`: the simulator with its API, and every text on the screen. */
export async function startSmscProcess(
  config: Config,
  logger: Logger,
  options: Pick<SimulatorOptions, 'script' | 'tls'>,
): Promise<AsyncDisposable> {
  await using stack = new AsyncDisposableStack();
  const { smsc } = config.simulators;
  const simulator = stack.use(
    await startSmscSimulator({ host: smsc.host, port: smsc.port, logger, ...options }),
  );
  const setting = { field: 'http.port', name: 'VUMI_HTTP_PORT' };
  const server = stack.use(
    await startHttpServer({ ...config.http, setting }, createSimulatorApi({ simulator, logger })),
  );
  stack.use(
    simulator.onMessage(({ from_addr, to_addr, content }) => {
      process.stdout.write(printable(`${from_addr} → ${to_addr}  ${content}\n`));
    }),
  );
  process.stdout.write(
    `The SMSC simulator takes SMPP binds at ${smsc.host}:${simulator.port} (${whoMayBind(simulator.script)})\n` +
      `and phones at http://${config.http.host}:${server.port}: npx vumi phone --url http://${config.http.host}:${server.port} FROM TO\n`,
  );
  const owned = stack.move();
  return { [Symbol.asyncDispose]: () => owned.disposeAsync() };
}

function whoMayBind({ accounts }: ScriptInput): string {
  return accounts === undefined ? 'any system_id and password' : Object.keys(accounts).join(', ');
}
