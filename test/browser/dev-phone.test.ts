import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { DevProcess } from '../dev-process.ts';
import { eventually } from '../platform.ts';
import { openBrowser } from './open-browser.ts';

const WAIT_MS = 240_000;
const WORKER = `export default {
  async onConversation(app) {
    const name = await app.ask('Your name?');
    if (name === 'boom') throw new Error('it broke');
    return 'Hello <b>' + name + '</b>';
  },
};
`;

let dev: DevProcess;
let browser: Browser;
let url: string;

beforeAll(async () => {
  dev = await DevProcess.create(WORKER);
  dev.start();
  browser = await openBrowser();
  const address = /phone in the browser: (\S+)/;
  await eventually(
    () => dev.output,
    (output) => address.test(output),
    WAIT_MS,
  );
  url = address.exec(dev.output)?.[1] ?? '';
});
afterAll(async () => {
  await browser?.close();
  await dev?.[Symbol.asyncDispose]();
});

async function openPhone(width: number): Promise<Page> {
  const page = await browser.newPage({ viewport: { width, height: 800 } });
  page.setDefaultTimeout(WAIT_MS);
  await page.goto(url);
  await page.getByPlaceholder('Write to 8864').waitFor();
  return page;
}

async function picture(page: Page, name: string): Promise<void> {
  const path = process.env['VUMI_SCREENSHOT'];
  if (path !== undefined) await page.screenshot({ path: `${path}.${name}.png` });
}

it('writes SMS, has what is saved at once, and shows the log with the lines of the source', async () => {
  const page = await openPhone(1100);
  const say = async (text: string): Promise<void> => {
    await page.getByLabel('Text').fill(text);
    await page.getByRole('button', { name: 'Send' }).click();
  };
  await say('hi');
  await page.getByText('Your name?10 characters, 1 SMS').waitFor();
  await dev.write(WORKER.replace("'Hello ", "'Welcome "));
  await page.getByText(/version 2 in \d+ ms/).waitFor();
  await say('Thandi');
  await page.getByText('Welcome <b>Thandi</b>').first().waitFor();
  await say('hi again');
  await page.locator('#texts li', { hasText: 'Your name?' }).nth(1).waitFor();
  await say('boom');
  await page.getByText(/✗ Error: it broke[^]*> 4 \|/).waitFor();
  await page.getByRole('button', { name: 'Next in time' }).click();
  await page.getByText('nothing is due: no schedule is open').waitFor();
  await picture(page, 'dev-phone');
  await page.close();
});

it('dials, answers and hangs up on a phone of 360 px', async () => {
  const page = await openPhone(360);
  await page.getByRole('button', { name: 'USSD' }).click();
  expect(await page.getByLabel('Code or answer').inputValue()).toBe('*120*8864#');
  await page.getByRole('button', { name: 'Dial' }).click();
  await page.locator('#screen', { hasText: 'Your name?' }).waitFor();
  await picture(page, 'dev-phone-narrow');
  await page.getByLabel('Code or answer').fill('Zanele');
  await page.getByRole('button', { name: 'Send' }).click();
  await page.getByText('and the session has ended').waitFor();
  expect(await page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(360);
  await page.close();
});

it('is nobody else’s: its address is secret, and another name of this machine leads nowhere', async () => {
  const { origin } = new URL(url);
  for (const [address, headers] of [
    [`${origin}/`, {}],
    [`${origin}/another-key/`, {}],
    [url, { host: 'evil.example' }],
  ] as const) {
    const page = await browser.newPage();
    const answer = await page.request.get(address, { headers });
    expect(answer.status()).toBe(404);
    await page.close();
  }
  const page = await browser.newPage();
  const refused = await page.request.post(`${url}sms`, { data: { from: 'me', text: 'hi' } });
  expect(refused.status()).toBe(400);
  expect(await refused.json()).toEqual({ message: 'a number has 3 to 15 digits, such as +27761234567' });
  await page.close();
});
