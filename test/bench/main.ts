import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { requireServer, serverUrls } from '../backend.ts';
import { benchAmqpLoop } from './amqp-loop.ts';
import { benchCredits, type ChargePace } from './credits.ts';
import { benchDev } from './dev.ts';
import { benchExplorer } from './explorer.ts';
import { reportHop } from './hop.ts';
import { reportOverload } from './overload.ts';
import { benchRoundTrip, type RoundTrip } from './round-trip.ts';
import { reportSandbox } from './sandbox/report.ts';
import { benchSmppServer, type ServerRate } from './smpp-server.ts';
import { benchSmpp } from './smpp.ts';
import { reportStore } from './store/report.ts';
import { reportUssd } from './ussd.ts';

/** Windows of deliver_sm in flight, as SMSCs are set to. */
const WINDOW = 100;
const COUNT = Number(process.env['VUMI_BENCH_COUNT'] ?? 10_000);
const ROUND_TRIP = '--round-trip';
const SMPP_SERVER = '--smpp-server';
/** `npm run bench -- smpp-server` runs this alone. */
const SERVER = 'smpp-server';
const CHARGES = '--charges';
/** Enough for a pace: it ends within a minute. */
const CHARGED = 4_000;
/** `npm run bench -- credits` runs this alone. */
const CREDITS = 'credits';
/** `npm run bench -- hop` runs this alone. */
const HOP = 'hop';
/** `npm run bench -- sandbox` runs these alone. */
const SANDBOX = 'sandbox';
/** `npm run bench -- overload` runs this alone: it takes minutes, on purpose. */
const OVERLOAD = 'overload';
/** `npm run bench -- authoring` runs this alone. */
const AUTHORING = 'authoring';
/** `npm run bench -- ussd` runs this alone. */
const USSD = 'ussd';
/** `npm run bench -- store` runs this alone: it makes ten million messages first. What follows are parts of it. */
const STORE = 'store';
const run = promisify(execFile);

const print = (text: string): void => void process.stdout.write(`${text}\n`);
const perSecond = (rate: number): string => `${Math.round(rate).toLocaleString('en').padStart(8)}/s`;

/** The backend is fixed when a process starts, so each gets a process. */
async function runOn<T>(backend: 'embedded' | 'servers', what: string): Promise<T> {
  const args = [
    '--no-node-snapshot',
    '--disable-warning=ExperimentalWarning',
    fileURLToPath(import.meta.url),
    what,
  ];
  const { stdout } = await run(process.execPath, args, {
    env: { ...process.env, VUMI_TEST_BACKEND: backend },
  });
  return JSON.parse(stdout) as T;
}

function show(name: string, trip: RoundTrip, baseline: number | null): void {
  const share =
    baseline === null ? '' : `  ${Math.round((100 * trip.rate) / baseline)} % of the raw amqplib loop`;
  print(`  ${name.padEnd(34)}${perSecond(trip.rate)}${share}`);
  print(
    `  ${''.padEnd(34)}  at 50/s: p50 ${trip.p50.toFixed(1)} ms, p99 ${trip.p99.toFixed(1)} ms; lost ${trip.lost}, doubled ${trip.doubled}; CPU ${trip.cpuMs.toFixed(2)} ms a message`,
  );
}

async function reportSmppServer(): Promise<void> {
  print('\nsubmit_sm of an account to our SMPP server, answered when queued and recorded:');
  for (const backend of ['embedded', 'servers'] as const) {
    const rates = await runOn<ServerRate[]>(backend, SMPP_SERVER).catch(() => []);
    if (rates.length === 0) print(`  ${backend}: left out, it does not run here`);
    for (const { window, rate } of rates)
      print(`  ${`${backend}, window ${window}`.padEnd(34)}${perSecond(rate)}`);
  }
}

async function reportCredits(): Promise<void> {
  print('\nCharges of two processes, with so many under way in each; durable when answered:');
  await showCharges('embedded');
  if (await requireServer('database').catch(() => null)) await showCharges('servers');
  else print('  servers: left out, no Postgres answers');
}

async function showCharges(backend: 'embedded' | 'servers'): Promise<void> {
  for (const { accounts, callers, rate, p50, p99, wrong } of await runOn<ChargePace[]>(backend, CHARGES)) {
    const on = accounts === 1 ? 'one account' : `${accounts} accounts`;
    print(`  ${`${backend}, ${on}, ${callers} each`.padEnd(34)}${perSecond(rate)}`);
    print(
      `  ${''.padEnd(34)}  p50 ${p50.toFixed(1)} ms, p99 ${p99.toFixed(1)} ms; balances wrong by ${wrong} credits`,
    );
  }
}

async function reportAuthoring(): Promise<void> {
  print('\nWorking on an app:');
  const { deploy, answer, bare } = await benchDev();
  const all = deploy + answer;
  print(
    `  ${'from a saved file to its answer'.padEnd(34)}${Math.round(all)} ms (${Math.round(deploy)} ms until it is live), ` +
      `${(all / bare).toFixed(1)} times esbuild and a bare isolate's ${Math.round(bare)} ms`,
  );
  const { turns, first } = await benchExplorer();
  print(
    `  ${'the explorer, two isolates'.padEnd(34)}${Math.round(turns)} turns a second of CPU, the first places after ${Math.round(first)} ms`,
  );
}

async function main(): Promise<void> {
  print(`Vumi bench: ${COUNT} messages, window ${WINDOW}; everything on this one machine\n`);
  print('SMPP, submit_sm and its response:');
  for (const { window, ours, bare } of await benchSmpp()) {
    print(
      `  window ${String(window).padEnd(27)}${perSecond(ours)}  ${Math.round((100 * ours) / bare)} % of the bare smpp client's${perSecond(bare)}`,
    );
  }
  print('\nRaw amqplib loop on RabbitMQ, two durable hops, nothing done:');
  const loop = await benchAmqpLoop(serverUrls.broker, COUNT * 2).catch(() => null);
  print(
    loop === null
      ? '  no RabbitMQ answers: left out'
      : `  ${'quorum queues, prefetch 500'.padEnd(34)}${perSecond(loop)}`,
  );
  print('\nMO over SMPP → app in the sandbox → MT over SMPP; durable, stored, receipts correlated:');
  show('embedded', await runOn<RoundTrip>('embedded', ROUND_TRIP), null);
  if (loop !== null) show('RabbitMQ, Postgres, Redis', await runOn<RoundTrip>('servers', ROUND_TRIP), loop);
  if (loop !== null) await reportHop(print, COUNT);
  await reportSmppServer();
  await reportCredits();
  await reportUssd(print, COUNT);
  await reportAuthoring();
  print('');
  await reportSandbox(print);
}

if (process.argv.includes(ROUND_TRIP)) {
  process.stdout.write(JSON.stringify(await benchRoundTrip(COUNT, WINDOW)));
} else if (process.argv.includes(SMPP_SERVER)) {
  process.stdout.write(JSON.stringify(await benchSmppServer(COUNT)));
} else if (process.argv.includes(CHARGES)) {
  process.stdout.write(JSON.stringify(await benchCredits(Math.min(COUNT, CHARGED))));
} else if (process.argv.includes(CREDITS)) {
  await reportCredits();
} else if (process.argv.includes(SERVER)) {
  await reportSmppServer();
} else if (process.argv.includes(HOP)) {
  await reportHop(print, COUNT);
} else if (process.argv.includes(AUTHORING)) {
  await reportAuthoring();
} else if (process.argv.includes(USSD)) {
  await reportUssd(print, COUNT);
} else if (process.argv.includes(OVERLOAD)) {
  await reportOverload(print);
} else if (process.argv.includes(STORE)) {
  await reportStore(print, process.argv.slice(process.argv.indexOf(STORE) + 1));
} else if (process.argv.includes(SANDBOX)) {
  await reportSandbox(print);
} else {
  await main();
}
