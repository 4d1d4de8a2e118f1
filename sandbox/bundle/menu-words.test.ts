import { describe, expect, it } from 'vitest';
import { compileApp } from './compile-app.ts';
import { menuWordsIn } from './menu-words.ts';

async function wordsIn(lines: readonly string[], other: Readonly<Record<string, string>> = {}) {
  const files = { 'workers/worker.js': lines.join('\n'), ...other };
  const { worker } = await compileApp('workers/worker.js', new Map(Object.entries(files)));
  return menuWordsIn(worker).map(({ word, place, by }) => `${word} ${place.replace('workers/', '')} ${by}`);
}

describe('words of menus', () => {
  it('are options with their numbers, what they accept, interrupts and keys, each with its place', async () => {
    const lines = [
      `import { defineApp, t } from '@vumi/sdk';`,
      `import { AREAS } from './areas.js';`,
      `export default defineApp({`,
      `  back: true,`,
      `  interrupts: { help: 'Call.', 'call me': 'desk' },`,
      `  async onConversation(app) {`,
      `    const area = await app.choose('Where?', AREAS);`,
      `    const what = await app.choose('What?', [`,
      `      { value: 1, label: t('Find'), accept: ['look', 'seek'] }, { value: 2, label: area }]);`,
      `    if (await app.confirm('Sure?')) return what;`,
      `  },`,
      `});`,
    ];
    const areas = `export const AREAS = { city: 'In a city', farm: 'Farm' };`;
    expect(await wordsIn(lines, { 'workers/areas.js': areas })).toEqual([
      '0 worker.js:4 back',
      'help worker.js:5 interrupts',
      'call me worker.js:5 interrupts',
      '1 worker.js:7 choose "In a city"',
      'In a city worker.js:7 choose "In a city"',
      '2 worker.js:7 choose "Farm"',
      'Farm worker.js:7 choose "Farm"',
      '1 worker.js:8 choose "Find"',
      'Find worker.js:8 choose "Find"',
      'look worker.js:8 choose "Find"',
      'seek worker.js:8 choose "Find"',
      '2 worker.js:8 choose',
      'yes worker.js:10 confirm',
      'no worker.js:10 confirm',
    ]);
  });

  it('are what a reply of onMessage waits for', async () => {
    const lines = [
      `export default { async onMessage(message) {`,
      `  await message.reply('Sure?', { waits: { takes: ['si', 'no'], seconds: 60 } });`,
      `} };`,
    ];
    expect(await wordsIn(lines)).toEqual(['si worker.js:2 takes', 'no worker.js:2 takes']);
  });

  it('are not known where they are made at run time, or the name stands for several things', async () => {
    const lines = [
      `let options = { a: 'Apple' };`,
      `export default { async onConversation(app) {`,
      `  options = await app.state.get('options');`,
      `  await app.choose('Which?', options);`,
      `  return app.choose('Which?', Object.fromEntries([['b', 'Berry']]));`,
      `} };`,
    ];
    expect(await wordsIn(lines)).toEqual([]);
  });

  it('are none of an app without questions, nor of code that cannot be read', async () => {
    expect(
      await wordsIn([`export default { async onMessage(message) { await message.reply('hi'); } };`]),
    ).toEqual([]);
    const map = JSON.stringify({ version: 3, sources: [], mappings: '', names: [] });
    const deep = `x = ${'['.repeat(100_000)}${']'.repeat(100_000)}; app.choose('', {})`;
    expect(menuWordsIn({ code: deep, map })).toEqual([]);
    const wide = `x = [${'1,'.repeat(300_000)}1]; app.choose('', {})`;
    expect(menuWordsIn({ code: wide, map })).toEqual([]);
    expect(menuWordsIn({ code: 'app.choose(', map })).toEqual([]);
    expect(menuWordsIn({ code: `app.choose('', { a: 'A' })`, map: null })).toEqual([]);
  });
});
