import { expect, it } from 'vitest';
import { createPlace, eventually, zipOf } from '../platform.ts';
import { PlatformProcess } from '../platform-process.ts';
import { SmscPeer } from '../smsc-peer.ts';

const QUESTIONS = 20;
/** Numbers the questions, and counts how often each of its effects happened. */
const WORKER = `
import { defineApp } from '@vumi/sdk';
export default defineApp({
  async onConversation(app) {
    const heard = [];
    for (let number = 1; number <= ${QUESTIONS}; number += 1) {
      await app.state.increment('asked ' + number);
      heard.push(await app.ask('Question ' + number + '?'));
    }
    return 'Heard ' + heard.join(' ');
  },
});`;

/** Spec authoring §11.1. */
it('a conversation of 20 questions survives kill -9, with each text and each effect once', async () => {
  const peer = await SmscPeer.start();
  await using place = await createPlace();
  const { port } = peer;
  const config = { host: '127.0.0.1', port, system_id: 'vumi', password: 'secret' };
  await using platform = await PlatformProcess.create(place, {
    transports: { peer: { type: 'smpp', ...config } },
  });
  await platform.start();
  const { client } = platform;
  await client.must('POST', '/accounts', { name: 'clinic' });
  await client.must('PUT', '/accounts/clinic/apps/talk', zipOf({ 'workers/worker.js': WORKER }));
  await client.must('PUT', '/accounts/clinic/routes/talk', {
    app: 'talk',
    transport: 'peer',
    to_addr: '8000',
  });
  await eventually(() => peer.isBound, Boolean);

  const user = '27761234567';
  const heard = (): string[] => peer.submitted.map(({ text }) => text);
  const said: string[] = [];
  for (let number = 0; number <= QUESTIONS; number += 1) {
    const text = `a${number}`;
    if (number > 0) said.push(text);
    await peer.deliver(user, '8000', text);
    // Before, while and after the answer is made and sent.
    if (number % 6 === 2) {
      await platform.kill('SIGKILL');
      await platform.start();
    }
    const wanted = number === QUESTIONS ? `Heard ${said.join(' ')}` : `Question ${number + 1}?`;
    await eventually(heard, (texts) => texts.includes(wanted), 60_000);
  }
  const texts = [
    ...Array.from({ length: QUESTIONS }, (_, index) => `Question ${index + 1}?`),
    `Heard ${said.join(' ')}`,
  ];
  expect(heard()).toEqual(texts);
  for (let number = 1; number <= QUESTIONS; number += 1)
    expect(
      (await client.must('GET', `/accounts/clinic/apps/talk/state/${encodeURIComponent(`asked ${number}`)}`))
        .value,
    ).toBe(1);
  await peer[Symbol.asyncDispose]();
});

const TALKERS = Number(process.env['VUMI_TEST_TALKERS'] ?? 300);
const LAST = 3;

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

/** People who answer as soon as they are asked, all at a time. */
class Talkers {
  readonly #peer: SmscPeer;
  readonly #began: string[] = [];
  #read = 0;
  #asked = 0;
  #heard = 0;

  constructor(peer: SmscPeer) {
    this.#peer = peer;
  }

  begin(count: number): void {
    for (let talker = 0; talker < count; talker += 1) {
      const user = `2776${String(this.#began.length).padStart(7, '0')}`;
      this.#began.push(user);
      void this.#peer.deliver(user, '8000', `hi ${user}`);
    }
  }

  /** Goes on until so many were asked their first question, and so many have heard the last text. */
  async until({ asked = 0, heard = 0 }: { readonly asked?: number; readonly heard?: number }): Promise<void> {
    await eventually(
      () => this.#answer(),
      () => this.#asked >= asked && this.#heard >= heard,
      600_000,
    );
  }

  #answer(): void {
    const { submitted } = this.#peer;
    for (; this.#read < submitted.length; this.#read += 1) {
      const { to = '', text = '' } = submitted[this.#read] ?? {};
      const number = /^Question (\d)\?$/.exec(text)?.[1];
      if (number === undefined) this.#heard += 1;
      else void this.#peer.deliver(to, '8000', `${to} ${number}`);
      if (number === '1') this.#asked += 1;
    }
  }

  /** What each was told, by whom began when. */
  texts(): string[][] {
    const byUser = Map.groupBy(this.#peer.submitted, ({ to }) => to);
    return this.#began.map((user) =>
      (byUser.get(user) ?? []).map(({ text }) => text.replaceAll(`${user} `, '')),
    );
  }
}

it('of many who talk at a time, nobody loses an answer or is asked twice, whatever is killed or deployed', async () => {
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
  const talkers = new Talkers(peer);
  const half = TALKERS / 2;
  talkers.begin(half);
  await talkers.until({ asked: half, heard: half / 10 });
  await platform.kill('SIGKILL');
  await platform.start();
  await deploy('new');
  // Who began before is asked and answered by the version of then.
  talkers.begin(half);
  for (const heard of [half, half * 1.5]) {
    await talkers.until({ heard });
    await platform.kill('SIGKILL');
    await platform.start();
  }
  await talkers.until({ heard: TALKERS });
  const questions = Array.from({ length: LAST }, (_, index) => `Question ${index + 1}?`);
  const told = (version: string) => [...questions, `${version} heard 1 2 3`];
  const texts = talkers.texts();
  expect(texts.slice(0, half).filter((one) => !isSame(one, told('old')))).toEqual([]);
  expect(texts.slice(half).filter((one) => !isSame(one, told('new')))).toEqual([]);
});

const isSame = (one: readonly string[], other: readonly string[]) => one.join('\n') === other.join('\n');
