import { afterEach, beforeEach, expect, test } from 'vitest';
import { DevProcess } from '../dev-process.ts';

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
