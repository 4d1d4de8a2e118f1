import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { shareSnapshots } from '../template.ts';

const VUMI = fileURLToPath(new URL('../../platform/cli/vumi.js', import.meta.url));
const FLAGS = ['--no-node-snapshot', '--disable-warning=ExperimentalWarning'];
const WORKER = `export default {
  async onConversation(app) {
    const name = await app.ask('Your name?');
    if (name === 'boom') throw new Error('it broke');
    return 'Hello ' + name;
  },
};
`;
/** The platform starts in it, on a machine that may be busy. */
const PATIENCE = { timeout: 240_000, interval: 100 };

let place: string;
let folder: string;
let child: ChildProcess;
let output: string;

beforeEach(async () => {
  place = await mkdtemp(join(tmpdir(), 'vumi-dev-'));
  folder = join(place, 'clinic');
  await mkdir(folder);
  await mkdir(join(folder, 'workers'));
  await mkdir(join(folder, '.vumi'));
  await shareSnapshots(join(folder, '.vumi'));
  await write(WORKER);
  output = '';
});

afterEach(async () => {
  if (child.exitCode === null && child.signalCode === null) {
    const gone = once(child, 'exit');
    child.kill('SIGTERM');
    await gone;
  }
  await rm(place, { recursive: true, force: true });
});

/** As editors do: whoever watches the file that was there hears no more of it. */
async function write(worker: string): Promise<void> {
  const file = join(folder, 'workers/worker.js');
  await writeFile(`${file}~`, worker);
  await rename(`${file}~`, file);
}

function start(...words: string[]): void {
  child = spawn(process.execPath, [...FLAGS, VUMI, 'dev', folder, ...words], {
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  for (const stream of [child.stdout, child.stderr])
    stream?.setEncoding('utf8').on('data', (text: string) => {
      output += text;
    });
}

const says = (text: string | RegExp): Promise<void> => expect.poll(() => output, PATIENCE).toMatch(text);
const type = (line: string): void => void child.stdin?.write(`${line}\n`);

test('what is saved answers at once, and what does not compile leaves the last version', async () => {
  start();
  await says(/you are \+27761234567, writing to 8864/);
  type('hi');
  await says('< Your name?');
  await write(WORKER.replace("'Hello '", "'Welcome, '"));
  await says(/version 2 in \d+ ms/);
  type('Thandi');
  await says('< Welcome, Thandi');
  await write(WORKER.replace("'Hello ' +", "'Hello ' ++ ;"));
  await says(/✗ workers\/worker\.js:5:\d+/);
  await says(/> 5 \| {5}return 'Hello ' \+\+ ; name;/);
  type('hi again');
  await says(/< Your name\?[^]*< Your name\?/);
  // Another question before it: nobody stays with code that is not there any more.
  await write(
    WORKER.replace('const name', "const from = await app.ask('From?', { id: 'from' }); const name"),
  );
  await says(/version 3 in \d+ ms/);
  type('Thandi');
  await says(/< [^]*From\?/);
  type('Eshowe');
  await says(/(?:< Your name\?[^]*){3}/);
  type('boom');
  await says(/✗ Error: it broke[^]*> 4 \| {5}if \(name === 'boom'\)/);
  child.stdin?.end();
  const [code] = (await once(child, 'exit')) as [number | null];
  expect(code).toBe(0);
});

test('with --ussd each line is a screen of a session', async () => {
  start('--ussd');
  await says(/dialling \*120\*8864#/);
  type('');
  await says('< Your name?');
  type('Thandi');
  await says('< Hello Thandi  (the session has ended)');
});
