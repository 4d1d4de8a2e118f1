import { silentLogger } from '@vumi/core';
import { startSmscSimulator } from '@vumi/transports/smpp/simulator';
import { startBurners } from '../burners.ts';
import { clinicApp } from '../classic/clinic-app.ts';
import { createPlace, zipOf, type Client } from '../platform.ts';
import { PlatformProcess } from '../platform-process.ts';
import { Phones, type Step, type Talk } from './phones.ts';
import { quantileOf } from './quantile.ts';

const BURNERS = 8;
const CONVERSATIONS = 500;
/** A conversation begins so often. */
const BEGIN_EVERY_MS = 100;
const HERD = 25;
const APOLOGY = /Sorry, something went wrong/;
const ACCOUNT = 'bench';

/** Remembers, calls nobody, answers each message. */
const COUNTER = `
import { defineApp } from '@vumi/sdk';
export default defineApp({
  async onMessage(message, app) {
    const seen = (await app.user.get('seen') ?? 0) + 1;
    await app.user.set('seen', seen);
    await message.reply(seen + ': ' + message.content);
  },
});
`;

const COUNTED: readonly Step[] = ['one', 'two', 'three'].map((say, index) => ({
  say,
  answer: new RegExp(`^${index + 1}: ${say}$`),
}));
const REGISTERED: readonly Step[] = [
  { say: 'hello', answer: /^Clinic\n1\. Register/ },
  { say: '1', answer: /^What is your name\?$/ },
  { say: 'Thandi', answer: /^Are you Thandi\?/ },
  { say: '1', answer: /^Thank you, Thandi/ },
];

async function deploy(
  client: Client,
  name: string,
  { code, number }: { code: string; number: string },
): Promise<number> {
  const startedAt = performance.now();
  await client.must('PUT', `/accounts/${ACCOUNT}/apps/${name}`, zipOf({ 'workers/worker.js': code }));
  const took = performance.now() - startedAt;
  await client.must('PUT', `/accounts/${ACCOUNT}/routes/${name}`, {
    app: name,
    transport: 'peer',
    to_addr: number,
  });
  return took;
}

function clinicNumber(index: number): string {
  return String(8100 + index);
}

async function deployAll(client: Client): Promise<number[]> {
  await client.must('POST', '/accounts', { name: ACCOUNT });
  const took = [await deploy(client, 'counter', { code: COUNTER, number: '8000' })];
  for (let index = 0; index < HERD; index++) {
    const name = `clinic-${index}`;
    took.push(await deploy(client, name, { code: clinicApp('modern'), number: clinicNumber(index) }));
    await client.must('PUT', `/accounts/${ACCOUNT}/apps/${name}/config`, { config: { name } });
  }
  return took;
}

function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(1)} s`;
}

function shown(name: string, talks: readonly Talk[]): string {
  const answers = talks.flatMap((talk) => talk.answers);
  const times = answers.map(({ ms }) => ms);
  const apologies = answers.filter(({ text }) => APOLOGY.test(text)).length;
  const wrong = talks.filter((talk) => talk.end === 'wrong').length;
  const lost = talks.filter((talk) => talk.end === 'lost').length;
  const first = talks.find((talk) => talk.end !== 'done')?.answers.at(-1)?.text;
  return (
    `  ${name.padEnd(34)}${talks.length} conversations, ${answers.length} answers: ${apologies} apologies, ${wrong} wrong, ` +
    `${lost} lost; p50 ${seconds(quantileOf(times, 0.5))}, p99 ${seconds(quantileOf(times, 0.99))}, worst ${seconds(Math.max(...times))}` +
    (first === undefined ? '' : `; the first of them: ${JSON.stringify(first)}`)
  );
}

function shotsIn(output: string): string[] {
  return output.split('\n').filter((line) => /runner is taken out of work|runner has ended/.test(line));
}

/**
 * A start, deploys, conversations, and a restart with a herd of cold classic apps, beside processes that burn all the
 * CPU there is. Nothing may be lost, nobody may be apologised to, and no runner may be shot, however long it takes.
 */
export async function reportOverload(print: (text: string) => void): Promise<void> {
  print(`The platform beside ${BURNERS} processes that burn CPU:`);
  await using place = await createPlace();
  await using smsc = await startSmscSimulator({ port: 0, script: { window: 100 }, logger: silentLogger });
  await using _burners = await startBurners(BURNERS);
  const peer = { type: 'smpp', host: '127.0.0.1', port: smsc.port, system_id: 'bench', password: 'bench' };
  await using platform = await PlatformProcess.create(place, { transports: { peer } });
  using phones = new Phones(smsc);
  const start = async (): Promise<number> => {
    const startedAt = performance.now();
    await platform.start();
    return performance.now() - startedAt;
  };
  print(`  ${'first start'.padEnd(34)}${seconds(await start())}`);
  const took = await deployAll(platform.client);
  print(
    `  ${'deploys'.padEnd(34)}${took.length}: p50 ${seconds(quantileOf(took, 0.5))}, worst ${seconds(Math.max(...took))}`,
  );
  const conversations = await phones.talkSteadily(CONVERSATIONS, BEGIN_EVERY_MS, (index) =>
    index % 2 === 0
      ? { number: '8000', steps: COUNTED }
      : { number: clinicNumber(index % HERD), steps: REGISTERED },
  );
  print(shown('SDK and classic apps', conversations));
  const shots = shotsIn(platform.output);
  await platform.kill('SIGKILL');
  print(`  ${'start after a kill'.padEnd(34)}${seconds(await start())}`);
  const herd = await phones.talkSteadily(HERD, 0, (index) => ({
    number: clinicNumber(index),
    steps: REGISTERED.slice(0, 1),
  }));
  print(shown('cold classic apps, all at once', herd));
  shots.push(...shotsIn(platform.output));
  print(`  ${'runners shot or ended'.padEnd(34)}${shots.length}`);
  for (const line of shots) print(`    ${line.slice(0, 200)}`);
}
