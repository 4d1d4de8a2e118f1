import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { eventually } from '@vumi/machine/testing';
import { SandboxPlace } from '@vumi/sandbox/testing';
import { expect, test } from 'vitest';
import { isRunning } from '../is-running.ts';

const MESSAGES = 600;
const KILLS = 3;

const until = (condition: () => boolean): Promise<boolean> => eventually(condition, Boolean);

test('every message has its effects exactly once while runners are killed', async () => {
  await using place = await SandboxPlace.start();
  const ref = await place.installHandler(
    'counting',
    "await app.state.get('x'); await app.state.increment('n'); await reply('done ' + message.content)",
  );
  let answered = 0;
  const asked = Array.from({ length: MESSAGES }, async (_, n) => {
    const answer = await place.ask(ref, place.message({ content: String(n), from_addr: `+27${n % 50}` }));
    answered++;
    return answer;
  });
  for (let n = 1; n <= KILLS; n++) {
    await until(() => answered > (n * MESSAGES) / (KILLS + 2) && place.sandbox.status().runners.length === 2);
    for (const { pid } of place.sandbox.status().runners) process.kill(pid, 'SIGKILL');
  }
  const answers = await Promise.all(asked);
  expect(answers).toEqual(Array.from({ length: MESSAGES }, (_, n) => [`done ${n}`]));
  expect(await place.state.get('app/tests/counting/shared/n')).toBe(String(MESSAGES));
});

test('a message that waits while somebody outside kills its runner, again and again, is run to its end', async () => {
  await using place = await SandboxPlace.start({ runners: 1 });
  const ref = await place.installHandler(
    'waiting',
    "await app.http.request('http://127.0.0.1:' + app.config.port); await reply('here')",
    { settings: { config: { port: await holdingPort(500) }, secrets: {} } },
  );
  const answer = place.ask(ref);
  for (let n = 0; n < 5; n++) {
    await until(() => place.sandbox.status().runners.length === 1 && place.sandbox.status().turns === 1);
    const [runner] = place.sandbox.status().runners;
    process.kill(runner?.pid ?? 0, 'SIGKILL');
    await until(() => place.sandbox.status().runners[0]?.pid !== runner?.pid);
  }
  expect(await answer).toEqual(['here']);
});

test('a runner that goes silent is shot and its messages run elsewhere', async () => {
  await using place = await SandboxPlace.start();
  const ref = await place.installHandler('patient', "await reply('here')");
  await place.ask(ref);
  for (const { pid } of place.sandbox.status().runners) process.kill(pid, 'SIGSTOP');
  expect(await place.ask(ref)).toEqual(['here']);
});

test('no runner outlives its sandbox', async () => {
  const place = await SandboxPlace.start();
  const pids = place.sandbox.status().runners.map(({ pid }) => pid);
  await until(() => place.sandbox.status().standby);
  await place[Symbol.asyncDispose]();
  expect(pids.filter(isRunning)).toEqual([]);
});

test('a message that waits is not blamed for the deaths of others', async () => {
  await using place = await SandboxPlace.start({ runners: 1 });
  const waiter = await place.installHandler(
    'waiter',
    "if (message.content === 'first') { await app.http.request('http://127.0.0.1:' + app.config.port) } await reply('patience')",
    { settings: { config: { port: await holdingPort(3000) }, secrets: {} } },
  );
  const bomber = await place.installHandler(
    'bomber',
    'const x = (2n ** 10_000_000n) ** 60n; await reply(String(x))',
  );
  const waited = place.ask(waiter, place.message({ content: 'first' }));
  for (let n = 0; n < 2; n++) await place.ask(bomber);
  expect(await waited).toEqual(['patience']);
});

/** A server that takes its time. */
async function holdingPort(ms: number): Promise<number> {
  const { createServer } = await import('node:http');
  const server = createServer((_request, response) => setTimeout(() => response.end('late'), ms));
  server.unref();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return (server.address() as { port: number }).port;
}

const SUPERVISOR = `
  import { SandboxPlace } from '@vumi/sandbox/testing';
  const place = await SandboxPlace.start({ runners: 1 });
  process.stdout.write(place.sandbox.status().runners[0].pid + '\\n');
  process.stdin.resume().on('end', () => process.exit());`;

test.runIf(process.platform === 'linux')(
  'a runner that cannot look at its wire ends with its supervisor',
  async () => {
    const args = [...process.execArgv, '--input-type=module', '-e', SUPERVISOR];
    const supervisor = spawn(process.execPath, args, {
      cwd: import.meta.dirname,
      stdio: ['pipe', 'pipe', 'ignore'],
    });
    const [line] = (await once(createInterface({ input: supervisor.stdout }), 'line')) as [string];
    const pid = Number(line);
    process.kill(pid, 'SIGSTOP');
    supervisor.kill('SIGKILL');
    await until(() => !isRunning(pid));
  },
);
