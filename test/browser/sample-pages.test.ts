import { readFile } from 'node:fs/promises';
import AdmZip from 'adm-zip';
import { moreSampleApps } from '@vumi/sample-apps';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { eventually, startTestPlatform, type TestPlatform } from '../platform.ts';
import { openBrowser } from './open-browser.ts';

let world: TestPlatform;
let browser: Browser;

beforeAll(async () => {
  world = await startTestPlatform({ demo: true });
  browser = await openBrowser();
});

afterAll(async () => {
  await browser?.close();
  await world?.[Symbol.asyncDispose]();
});

/** Deploys a sample app behind a keyword; resolves to the address of its page. */
async function deploy(app: string, keyword: string): Promise<string> {
  const folder = moreSampleApps.find(({ name }) => name === app)?.folder ?? '';
  const zip = new AdmZip();
  zip.addLocalFolder(folder);
  await world.client.must('PUT', `/accounts/demo/apps/${app}`, zip.toBuffer());
  const route = { app, transport: 'smsc', to_addr: '12345', keyword };
  await world.client.must('PUT', `/accounts/demo/routes/${app}`, route);
  return world.platform.api?.appUrl({ account: 'demo', app }) ?? '';
}

/** Says one thing after the other, each when the one before it is answered. */
async function say(phone: string, ...texts: string[]): Promise<void> {
  const list = `/simulators/smsc/messages?address=${encodeURIComponent(phone)}`;
  for (const content of texts) {
    const before = (await world.client.must('GET', list)).items.length;
    const said = { from_addr: phone, to_addr: '12345', content };
    await world.client.must('POST', '/simulators/smsc/messages', said);
    await eventually(
      () => world.client.must('GET', list),
      ({ items }) => items.length > before,
    );
  }
}

/** All that a phone has got. */
async function inbox(phone: string): Promise<string[]> {
  const list = `/simulators/smsc/messages?address=${encodeURIComponent(phone)}`;
  const { items } = await world.client.must('GET', list);
  return items.map(({ content }: { content: string }) => content);
}

/** Nothing is cut off on a phone. */
async function expectNarrow(page: Page): Promise<void> {
  await page.setViewportSize({ width: 360, height: 640 });
  expect(await page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(360);
}

it('the page of the poll counts while people vote', async () => {
  const url = await deploy('poll', 'vote');
  const page = await browser.newPage();
  await page.goto(url);
  await page.getByText('Nobody has voted yet').waitFor();
  await say('+27760000001', 'vote', '1');
  await page.getByText('1 vote', { exact: true }).waitFor();
  await say('+27760000002', 'vote', '2');
  await say('+27760000003', 'vote', '2');
  await page.getByText('3 votes').waitFor();
  expect(await page.getByRole('heading').textContent()).toBe('What does our school need most?');
  expect(await page.locator('.count').allTextContents()).toEqual([
    '1 (33 %)',
    '2 (67 %)',
    '0 (0 %)',
    '0 (0 %)',
  ]);
  await expectNarrow(page);
  await page.close();
});

it('the page of the survey gives its answers to who is signed in, as a file for a spreadsheet', async () => {
  const url = await deploy('survey', 'water');
  await say('+27760000004', 'water', 'yes', '=Nkandla, east', '6', 'river', '45', 'no', 'no');
  await say('+27760000005', 'water', 'yes', 'Eshowe', '3', 'tap', 'yes');
  const page = await browser.newPage();
  expect((await page.goto(url))?.status()).toBe(401);
  const invitation = { name: 'Sister Thandi' };
  const { url: link } = await world.client.must('POST', '/accounts/demo/apps/survey/members', invitation);
  await page.goto(link);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.getByText('2 households have answered.').waitFor();
  const [file] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('link', { name: 'Download all answers' }).click(),
  ]);
  const lines = (await readFile(await file.path(), 'utf8')).split('\r\n');
  expect(lines[0]).toBe('\uFEFFat,village,people,source,minutes,boils,ill');
  expect(
    lines
      .slice(1)
      .map((line) => line.slice(line.indexOf(',') + 1))
      .toSorted(),
  ).toEqual(['"\'=Nkandla, east",6,river,45,false,false', 'Eshowe,3,tap,,,true']);
  await expectNarrow(page);
  await page.close();
});

it('the page of the clinic lists who is registered, the next visit first, as far as the account has granted it', async () => {
  const url = await deploy('clinic', 'mother');
  await say('+27760000006', 'mother', 'Thandi', '2', '24-12-2090');
  await say('+27760000007', 'mother', 'Nomsa with a very long name to show', '1', '3-12-2090');
  const page = await browser.newPage();
  expect((await page.goto(url))?.status()).toBe(401);
  const app = '/accounts/demo/apps/clinic';
  const { url: link } = await world.client.must('POST', `${app}/members`, { name: 'Sister Thandi' });
  await page.goto(link);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.getByText('npx vumi app grant clinic contacts:read --account demo').waitFor();

  await world.client.must('POST', `${app}/grants`, { scopes: ['contacts:read', 'send:contact'] });
  await page.getByText('2 visits').waitFor();
  expect(await page.locator('li strong').allTextContents()).toEqual([
    'Nomsa with a very long name to show',
    'Thandi',
  ]);
  await page.getByText('+27 76 ••• ••06').waitFor();
  expect(await page.locator('li a').count()).toBe(0);
  expect(await page.content()).not.toContain('760000006');
  const picture = process.env['VUMI_SCREENSHOT'];
  await page.getByText('Write to Thandi').click();
  await page.getByLabel('Text to Thandi').fill('Your results are here.');
  if (picture !== undefined) await page.screenshot({ path: `${picture}.clinic.png` });
  const send = page.locator('li', { hasText: 'Thandi' }).getByRole('button', { name: 'Send' });
  await send.dblclick();
  await page.getByText('Sent.').waitFor();
  await eventually(
    () => inbox('+27760000006'),
    (texts) => texts.includes('Your results are here.'),
  );
  await page.getByText('Write to Thandi').click();

  await world.client.must('POST', `${app}/grants`, { scopes: ['contacts:number'] });
  const call = page.getByRole('link', { name: '+27760000006' });
  expect(await call.getAttribute('href')).toBe('tel:+27760000006');
  const { items } = await world.client.must('GET', `${app}/number-uses`);
  expect(items).toMatchObject([{ viewer: 'Sister Thandi' }]);
  await page.getByLabel('Clinic').selectOption('Market');
  await page.getByText('1 visit', { exact: true }).waitFor();
  await expectNarrow(page);
  await world.client.must('DELETE', `${app}/grants/contacts:number`);
  await page.getByText('+27 76 ••• ••06').waitFor();
  expect((await inbox('+27760000006')).filter((text) => text === 'Your results are here.')).toHaveLength(1);
  await page.close();
});

it('what is asked at the help desk is answered on the page of its people, and goes out as SMS', async () => {
  await deploy('helpdesk', 'ask');
  const STAFF = '+27760000010';
  await world.client.must('PUT', '/accounts/demo/apps/helpdesk/config', { staff: [STAFF] });
  await say('+27760000008', 'ask', 'When does the clinic open on the first Saturday of the month?');
  await say('+27760000009', 'ask', 'Is there water?');
  await eventually(
    () => inbox(STAFF),
    (got) => got.some((text) => text.includes('Question 2 waits.')),
  );
  await say(STAFF, 'ask');
  const texts = await inbox(STAFF);
  expect(texts.at(-1)).toContain('2 questions wait:');
  const link = /http\S+\/l\/[\w-]+/.exec(texts.at(-1) ?? '')?.[0] ?? '';
  const page = await browser.newPage();
  await page.goto(link);
  await page.getByRole('button').click();
  await page.getByText('2 questions wait.').waitFor();
  await expectNarrow(page);
  await page.getByLabel('Is there water?').fill('Yes, at the school.');
  await page.getByRole('button', { name: 'Send the answers' }).click();
  await page.getByText('Sent.').waitFor();
  await eventually(
    () => inbox('+27760000009'),
    (got) => got.at(-1) === 'Yes, at the school.\n(You asked: Is there water?)',
  );
  await eventually(
    () => inbox(STAFF),
    (got) => got.at(-1) === '1 answer was sent.',
  );
  await say(STAFF, 'ask');
  expect((await inbox(STAFF)).at(-1)).toContain('1 question waits:');
  expect((await inbox('+27760000008')).at(-1)).toContain('the answer comes by SMS');
  await page.close();
});
