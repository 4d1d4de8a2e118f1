import { mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { eventually, startTestPlatform, type TestPlatform } from '../platform.ts';
import { vumi } from '../vumi-command.ts';

const root = mkdtempSync(join(tmpdir(), 'vumi-templates-'));
let world: TestPlatform;

beforeAll(async () => {
  symlinkSync(join(import.meta.dirname, '../../node_modules'), join(root, 'node_modules'));
  world = await startTestPlatform({ demo: true });
});
afterAll(async () => {
  await world?.[Symbol.asyncDispose]();
  rmSync(root, { recursive: true });
});

test.each([
  ['hello', [], 'Hello! What is your name?'],
  ['survey', ['--ts'], '1. English\n2. Kiswahili'],
  ['menu', [], 'Clinics\n1. Find a clinic\n2. My clinic\n3. Leave'],
  ['service', ['--ts'], 'What is the number of your order?'],
])('an app made of the template %s is deployed and answers', async (template, flags, text) => {
  const folder = join(root, template);
  const phone = '+27761234567';
  for (const words of [
    ['init', folder, '--template', template, ...flags],
    ['app', 'deploy', folder, '--account', 'demo'],
    [
      'route',
      'set',
      template,
      '--app',
      template,
      '--transport',
      'smsc',
      '--to',
      '12345',
      '--keyword',
      template,
    ],
  ])
    expect(await vumi(world.client, ...words)).toMatchObject({ code: 0, err: '' });
  const said = { from_addr: phone, to_addr: '12345', content: template };
  await world.client.must('POST', '/simulators/smsc/messages', said);
  const got = await eventually(
    async () => {
      const list = `/simulators/smsc/messages?address=${encodeURIComponent(phone)}`;
      return (await world.client.must('GET', list)).items.map(
        ({ content }: { content: string }) => content,
      ) as string[];
    },
    (texts) => texts.some((one) => one.startsWith(text.slice(0, 5))),
  );
  expect(got).toContain(text);
});
