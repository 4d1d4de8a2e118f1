import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { patiently } from '@vumi/machine/testing';
import { expect, it, vi } from 'vitest';
import { createPlace, eventually, zipOf } from '../platform.ts';
import { PlatformProcess } from '../platform-process.ts';
import { SmscPeer } from '../smsc-peer.ts';

/** `npm run chaos:talkers` has 10,000. */
const TALKERS = Number(process.env['VUMI_TEST_TALKERS'] ?? 300);
const SEED = Number(process.env['VUMI_CHAOS_SEED'] ?? Math.floor(Math.random() * 0xffffffff));
const HALF = Math.floor(TALKERS / 2);
const LAST = 3;
/** Of the platform, and of the process that runs its apps: at texts drawn from all that are to come. */
const KILLS = { platform: 3 + Math.floor(TALKERS / 1500), runner: 2 + Math.floor(TALKERS / 1000) } as const;
/** Nothing has come for so long: somebody is stuck. */
const SILENCE_MS = 120_000;
/** Lines of progress: the run's watchdog ends what says nothing. */
const TELL_EVERY_MS = 20_000;

// It takes as long as it takes: who waits too long for the next text fails by `SILENCE_MS`.
vi.setConfig({ testTimeout: patiently(300_000 + TALKERS * 300) });

function versionOf(name: string): string {
  return `
import { defineApp } from '@vumi/sdk';
export default defineApp({
  async onConversation(app) {
    const heard = [];
    for (let number = 1; number <= ${LAST}; number += 1) heard.push(await app.ask('Question ' + number + '?'));
    return '${name} heard ' + heard.join(' ');
  },
});`;
}

/** People who answer as soon as they are asked, all at a time; the last question they answer when all have come to it. */
class Talkers {
  readonly #peer: SmscPeer;
  readonly #began: string[] = [];
  readonly #waiting: string[] = [];
  readonly #kills: { readonly at: number; readonly kill: () => Promise<void> }[];
  readonly #startedAt = performance.now();
  #toldAt = 0;
  #mayEnd = false;
  #read = 0;
  #heard = 0;

  constructor(peer: SmscPeer, kills: readonly { readonly at: number; readonly kill: () => Promise<void> }[]) {
    this.#peer = peer;
    this.#kills = kills.toSorted((one, other) => one.at - other.at);
  }

  begin(count: number): void {
    for (let talker = 0; talker < count; talker += 1) {
      const user = `2776${String(this.#began.length).padStart(7, '0')}`;
      this.#began.push(user);
      void this.#peer.deliver(user, '8000', `hi ${user}`);
    }
  }

  /** From now on the last question is answered. */
  end(): void {
    this.#mayEnd = true;
    for (const user of this.#waiting.splice(0)) this.#type(user, LAST);
  }

  /** Goes on until so many wait at the last question, or have heard the last text. */
  async until({
    waiting = 0,
    heard = 0,
  }: {
    readonly waiting?: number;
    readonly heard?: number;
  }): Promise<void> {
    while (this.#waiting.length < waiting || this.#heard < heard) {
      const before = this.#read;
      await eventually(
        () => this.#answer(),
        () => this.#read > before,
        SILENCE_MS,
      ).catch((error: unknown) => {
        throw new Error(`nothing comes any more: ${this.#stuck()}`, { cause: error });
      });
      for (let next = this.#kills[0]; next !== undefined && this.#read >= next.at; next = this.#kills[0]) {
        this.#kills.shift();
        await next.kill();
      }
      this.#tell();
    }
  }

  /** What each was told, by whom began when. */
  texts(): string[][] {
    const byUser = Map.groupBy(this.#peer.submitted, ({ to }) => to);
    return this.#began.map((user) =>
      (byUser.get(user) ?? []).map(({ text }) => text.replaceAll(`${user} `, '')),
    );
  }

  #answer(): void {
    const { submitted } = this.#peer;
    for (; this.#read < submitted.length; this.#read += 1) {
      const { to = '', text = '' } = submitted[this.#read] ?? {};
      const number = Number(/^Question (\d)\?$/.exec(text)?.[1] ?? 0);
      if (number === 0) this.#heard += 1;
      else if (number < LAST || this.#mayEnd) this.#type(to, number);
      else this.#waiting.push(to);
    }
  }

  #type(user: string, number: number): void {
    void this.#peer.deliver(user, '8000', `${user} ${number}`);
  }

  #tell(): void {
    const elapsedMs = performance.now() - this.#startedAt;
    if (elapsedMs - this.#toldAt < TELL_EVERY_MS) return;
    this.#toldAt = elapsedMs;
    // oxlint-disable-next-line no-console -- the run's watchdog hears this, and not what is written to the stream
    console.log(
      `${Math.round(elapsedMs / 1000)} s: ${this.#read} texts to ${this.#began.length} talkers, ${this.#heard} are through`,
    );
  }

  #stuck(): string {
    const texts = this.texts();
    const last = Map.groupBy(texts, (heard) => `${heard.length} texts, the last "${heard.at(-1) ?? ''}"`);
    return [...last].map(([what, who]) => `${who.length} have ${what}`).join('; ');
  }
}

/** The processes below a platform that run apps. */
async function runnersOf(platform: number): Promise<number[]> {
  const { stdout } = await promisify(execFile)('ps', ['-e', '-o', 'pid=,ppid=,args=']);
  return stdout
    .split('\n')
    .map((line) => /^\s*(\d+)\s+(\d+)\s(.*)$/.exec(line))
    .filter((found) => Number(found?.[2]) === platform && found?.[3]?.includes(' --jitless ') === true)
    .map((found) => Number(found?.[1]));
}

/** Numbers from 0 to 1, the same ones for the same seed. */
function drawnFrom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

it(`of many who talk at a time, nobody loses an answer or is asked twice, whatever is killed or deployed; seed ${SEED}`, async () => {
  await using peer = await SmscPeer.start({ window: 50 });
  await using place = await createPlace();
  const { port } = peer;
  const config = { host: '127.0.0.1', port, system_id: 'vumi', password: 'secret' };
  await using platform = await PlatformProcess.create(place, {
    transports: { peer: { type: 'smpp', ...config } },
  });
  await platform.start();
  const deploy = async (name: string) =>
    platform.client.must(
      'PUT',
      '/accounts/clinic/apps/talk',
      zipOf({ 'workers/worker.js': versionOf(name) }),
    );
  await platform.client.must('POST', '/accounts', { name: 'clinic' });
  await deploy('old');
  await platform.client.must('PUT', '/accounts/clinic/routes/talk', {
    app: 'talk',
    transport: 'peer',
    to_addr: '8000',
  });
  await eventually(() => peer.isBound, Boolean);

  const draw = drawnFrom(SEED);
  const killPlatform = async (): Promise<void> => {
    await platform.kill('SIGKILL');
    await platform.start();
  };
  const killRunners = async (): Promise<void> => {
    const runners = await eventually(
      () => runnersOf(platform.pid),
      ({ length }) => length > 0,
    );
    for (const pid of runners) process.kill(pid, 'SIGKILL');
  };
  const drawn = (count: number, kill: () => Promise<void>) =>
    Array.from({ length: count }, () => ({ at: Math.floor(draw() * TALKERS * (LAST + 1)), kill }));
  const talkers = new Talkers(peer, [
    ...drawn(KILLS.platform, killPlatform),
    ...drawn(KILLS.runner, killRunners),
  ]);
  talkers.begin(HALF);
  await talkers.until({ waiting: HALF });
  await deploy('new');
  // Who began before is asked and answered by the version of then; now all are in the middle at once.
  talkers.begin(TALKERS - HALF);
  await talkers.until({ waiting: TALKERS });
  talkers.end();
  await talkers.until({ heard: TALKERS });

  const questions = Array.from({ length: LAST }, (_, index) => `Question ${index + 1}?`);
  const told = (version: string) => [...questions, `${version} heard 1 2 3`];
  const texts = talkers.texts();
  expect(texts.slice(0, HALF).filter((one) => !isSame(one, told('old')))).toEqual([]);
  expect(texts.slice(HALF).filter((one) => !isSame(one, told('new')))).toEqual([]);
});

const isSame = (one: readonly string[], other: readonly string[]) => one.join('\n') === other.join('\n');
