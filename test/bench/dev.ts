import { build } from 'esbuild';
import ivm from 'isolated-vm';
import { createPlace, eventually, zipOf } from '../platform.ts';
import { PlatformProcess } from '../platform-process.ts';
import { SmscPeer } from '../smsc-peer.ts';
import { quantileOf } from './quantile.ts';

/** Somebody new for each save: who is in a conversation goes on with it. */
const FIRST_USER = 27_761_230_000;
const NUMBER = '8864';
const SAVED = 30;
/** Saved before anything is measured: compilers and caches are warm after them. */
const FIRST = 5;
const MEMORY_MB = 32;

/** Milliseconds of the wall clock, at the median. */
export interface DevPace {
  /** From a saved file to its version being live, as `vumi dev` deploys it. */
  readonly deploy: number;
  /** From then to the answer of that version on a phone. */
  readonly answer: number;
  /** The same file through esbuild and once through a bare isolate, in one process. */
  readonly bare: number;
}

function workerOf(save: number): string {
  return `
import { defineApp } from '@vumi/sdk';
export default defineApp({
  async onConversation(app) {
    const name = await app.ask('Name? ${save}');
    return 'Thank you, ' + name;
  },
});`;
}

/** What is saved is tried (spec authoring §6.2): deployed, and answered by, beside the least that could be done. */
export async function benchDev(): Promise<DevPace> {
  await using peer = await SmscPeer.start();
  await using place = await createPlace();
  const { port } = peer;
  const config = { host: '127.0.0.1', port, system_id: 'vumi', password: 'secret' };
  await using platform = await PlatformProcess.create(place, {
    transports: { peer: { type: 'smpp', ...config } },
  });
  await platform.start();
  const { client } = platform;
  await client.must('POST', '/accounts', { name: 'dev' });
  const deploy = async (save: number): Promise<void> => {
    const files = { 'workers/worker.js': workerOf(save) };
    await client.must(
      'PUT',
      '/accounts/dev/apps/clinic?self_test=false&talks=restart&prove_talks=false',
      zipOf(files),
    );
  };
  await deploy(0);
  await client.must('PUT', '/accounts/dev/routes/clinic', {
    app: 'clinic',
    transport: 'peer',
    to_addr: NUMBER,
  });
  await eventually(() => peer.isBound, Boolean);
  const times = { deploy: [] as number[], answer: [] as number[], bare: [] as number[] };
  for (let save = 1; save <= FIRST + SAVED; save += 1) {
    const saved = performance.now();
    await deploy(save);
    const deployed = performance.now();
    await peer.deliver(String(FIRST_USER + save), NUMBER, 'hi');
    await eventually(
      () => peer.submitted.at(-1)?.text ?? '',
      (text) => text.endsWith(`Name? ${save}`),
    );
    const answered = performance.now();
    await runBare(workerOf(save));
    if (save <= FIRST) continue;
    times.deploy.push(deployed - saved);
    times.answer.push(answered - deployed);
    times.bare.push(performance.now() - answered);
  }
  return {
    deploy: quantileOf(times.deploy, 0.5),
    answer: quantileOf(times.answer, 0.5),
    bare: quantileOf(times.bare, 0.5),
  };
}

async function runBare(source: string): Promise<void> {
  const { outputFiles } = await build({
    stdin: { contents: source, resolveDir: import.meta.dirname },
    bundle: true,
    write: false,
    format: 'iife',
    platform: 'neutral',
  });
  const isolate = new ivm.Isolate({ memoryLimit: MEMORY_MB });
  try {
    const context = await isolate.createContext();
    const script = await isolate.compileScript(outputFiles[0]?.text ?? '');
    await script.run(context);
  } finally {
    isolate.dispose();
  }
}
