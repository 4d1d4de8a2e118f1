import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { DevProcess } from '../dev-process.ts';
import { vumiCommand } from '../vumi-command.ts';

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

let dev: DevProcess;
beforeEach(async () => {
  dev = await DevProcess.create(WORKER);
});
afterEach(() => dev[Symbol.asyncDispose]());

const says = (text: string | RegExp): Promise<void> => expect.poll(() => dev.output, PATIENCE).toMatch(text);

test('what is saved answers at once, and what does not compile leaves the last version', async () => {
  dev.start();
  await says(/you are \+27761234567, writing to 8864/);
  expect(dev.output).not.toContain('no network');
  dev.type('hi');
  await says('< Your name?');
  await dev.write(WORKER.replace("'Hello '", "'Welcome, '"));
  await says(/version 2 in \d+ ms/);
  dev.type('Thandi');
  await says('< Welcome, Thandi');
  await dev.write(WORKER.replace("'Hello ' +", "'Hello ' ++ ;"));
  await says(/✗ workers\/worker\.js:5:\d+/);
  await says(/> 5 \| {5}return 'Hello ' \+\+ ; name;/);
  dev.type('hi again');
  await says(/< Your name\?[^]*< Your name\?/);
  // Another question before it: nobody stays with code that is not there any more.
  await dev.write(
    WORKER.replace('const name', "const from = await app.ask('From?', { id: 'from' }); const name"),
  );
  await says(/version 3 in \d+ ms/);
  dev.type('Thandi');
  await says(/< [^]*From\?/);
  dev.type('Eshowe');
  await says(/(?:< Your name\?[^]*){3}/);
  dev.type('boom');
  await says(/✗ Error: it broke[^]*> 4 \| {5}if \(name === 'boom'\)/);
  expect(await dev.end()).toBe(0);
});

test('what nobody gets is said at once, by SMS and of a code that is dialled', async () => {
  dev.start();
  await says('writing to 8864');
  const url = /(http:[^ ]*) · you are/.exec(dev.output)?.[1] ?? '';
  const page = /in the browser: (.*)/.exec(dev.output)?.[1] ?? '';
  const dialled = await fetch(`${page}ussd`, {
    method: 'POST',
    body: JSON.stringify({ from: '+27761234567', dial: '*999#' }),
  });
  const { message } = (await dialled.json()) as { message: string };
  expect(message).toMatch(
    /nobody gets this: no route leads from \*999# to an app; over ussd there are \*120\*8864# \(to clinic\)\. Make one: /,
  );
  const place = { VUMI_URL: url, VUMI_DATA_DIR: dev.data };
  const { code, err } = await vumiCommand(place, 'phone', '+27761234567', '999', 'hello');
  expect(err).toMatch(/no route leads from 999 with the text "hello" to an app; over smsc there are 8864 /);
  expect(code).toBe(1);
});

test('another one on the same folder is refused, and the first is found as before', async () => {
  dev.start();
  await says('writing to 8864');
  const place = join(dev.data, 'dev.yaml');
  const before = await readFile(place, 'utf8');
  const { code, err } = await vumiCommand({}, 'dev', join(dev.data, '../..'));
  expect([code, err]).toEqual([1, expect.stringMatching(/belongs to process \d+; stop that process/)]);
  expect(await readFile(place, 'utf8')).toBe(before);
  expect((await readdir(dev.data)).filter((name) => name.endsWith('.yaml'))).toEqual(['dev.yaml']);
});

test('with --ussd each line is a screen of a session', async () => {
  dev.start('--ussd');
  await says(/dialling \*120\*8864#/);
  dev.type('');
  await says('< Your name?');
  dev.type('Thandi');
  await says('< Hello Thandi  (the session has ended)');
});

const ECHO = `export default {
  async onMessage(message, app) {
    app.log.warn('hello', { item: 7 });
    await message.reply('first');
    await app.send(message.from_addr, 'by the way', { endpoint: 'news' });
  },
};
`;

test('an app of onMessage answers with what was saved, and can send by its endpoints', async () => {
  await dev.write(ECHO);
  await dev.writeFile('vumi.json', JSON.stringify({ endpoints: ['news'] }));
  dev.start();
  await says(/writing to 8864/);
  dev.type('one');
  await says('< first');
  await says('hello  {"item":7}');
  await says('< by the way');
  await dev.write(ECHO.replace('first', 'second'));
  await says(/version 2 in/);
  dev.type('two');
  await says('< second');
  expect(dev.output).not.toContain('has no route');
});

const DAYS = `const DAY = 86_400_000;
const daysOf = async (app) => Math.round((app.now - (await app.state.get('began'))) / DAY);

export default {
  async onConversation(app) {
    await app.state.set('began', app.now);
    await app.schedule.repeat('report', { every: 86_400 });
    const name = await app.ask('Your name?', { within: '3 days', remind: ['2 days'], otherwise: 'nobody' });
    return 'Hello ' + name + ' after ' + (await daysOf(app)) + ' days';
  },
  async onSchedule(timer, app) {
    app.log.info(timer.name + ' of day ' + (await daysOf(app)));
  },
};
`;

/** What a handler has scheduled is there a moment after its answer: until then nothing is due. */
async function fires(what: RegExp): Promise<void> {
  const idle = (): number => dev.output.match(/nothing is due/g)?.length ?? 0;
  while (!what.test(dev.output)) {
    const before = idle();
    dev.type('/t');
    await expect.poll(() => what.test(dev.output) || idle() > before, PATIENCE).toBe(true);
  }
}

test('days need not be waited for: each "/t" brings what is due next, and the app has that time', async () => {
  await dev.write(DAYS);
  dev.start();
  await says(/writing to 8864 · Ctrl-T or \/t fires what is due next/);
  dev.type('/t');
  await says('nothing is due: no schedule is open');
  dev.type('hi');
  await says('< Your name?');
  await fires(/schedule "report", which comes again, due in (23 h 59 min|1 d), fired now/);
  await says('report of day 1');
  dev.type('/t');
  await says(/reminder of start\/ask number 1 for \+27761234567, due in (23 h 59 min|1 d), fired now/);
  await says(/< Your name\?[^]*< Your name\?/);
  await says('report of day 2');
  dev.type('/t');
  await says(/end of the wait of start\/ask number 1 for \+27761234567, due in/);
  await says('< Hello nobody after 3 days');
  await says('report of day 3');
  expect(dev.output.match(/report of day/g)).toHaveLength(3);
  expect(await dev.end()).toBe(0);
  // What has happened stays past.
  dev.start();
  await says(/the clock of the app is (2 d 23 h|3 d) ahead, as it was left/);
  dev.type('/t');
  await says('report of day 4');
  expect(dev.output.match(/report of day/g)).toHaveLength(4);
});
