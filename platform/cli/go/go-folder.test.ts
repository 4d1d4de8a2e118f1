import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { goConfig } from './go-config.ts';
import { readGoFolder, type GoFolder } from './go-folder.ts';
import { parseGoRoute, routeName } from './go-route.ts';

const APP = 'new InteractionMachine(api, new App());';

function folderOf(files: Record<string, string>): GoFolder {
  const folder = mkdtempSync(join(tmpdir(), 'vumi-go-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), text);
  }
  return readGoFolder(folder);
}

const names = (files: readonly string[]): string[] => files.map((file) => basename(file));

test('what lies in a folder is known by its name and by what is in it', () => {
  const found = folderOf({
    'go-app-ussd.js': APP,
    'go-app-sms.js': 'api.on_inbound_message = f;',
    'Gruntfile.js': APP,
    'src/app.js': APP,
    'server.js': 'require("http")',
    'config/config_ussd.qa.json': '{"name": "ussd"}',
    'config/chw_af.json': '{"": {}}',
    'config/reports.json': '{}',
    'package.json': '{}',
    'contacts-export.csv': '',
    'contacts.xls': '',
    'groups.json': '[]',
    'groups/mothers.csv': '',
    'opt_outs.txt': '',
    'data/kv-dump.ndjson': '',
    'README.md': '',
  });
  expect(names(found.scripts)).toEqual(['go-app-sms.js', 'go-app-ussd.js']);
  expect(names(found.configs)).toEqual(['config_ussd.qa.json']);
  expect(found.catalogues).toMatchObject([{ prefix: 'chw', language: 'af' }]);
  expect(names(found.data.contacts)).toEqual(['contacts-export.csv']);
  expect(names(found.data.groups)).toEqual(['groups.json']);
  expect(names(found.members)).toEqual(['mothers.csv']);
  expect(names(found.data.optouts)).toEqual(['opt_outs.txt']);
  expect(names(found.data.kv)).toEqual(['kv-dump.ndjson']);
  expect(found.cannot.join('\n')).toMatch(/contacts\.xls is a spreadsheet[^]*reports\.json/);
  expect(found.packageJson).toBe('{}');
});

test('a conversation that Vumi Go exported has code and configuration in it', () => {
  const config = {
    jsbox: { javascript: APP, source_url: '' },
    jsbox_app_config: {
      config: { key: 'config', value: '{"name": "kept"}', source_url: '' },
      'translation.zul': { key: 'translation.zul', value: '{}', source_url: '' },
    },
  };
  const found = folderOf({
    'conversation.json': JSON.stringify({ conversation_type: 'jsbox', name: 'Clinic', config }),
  });
  expect(found.conversation).toMatchObject({ name: 'Clinic', script: APP });
  const built = goConfig(found, { app: 'clinic', script: null, code: APP, config: null });
  expect(built).toEqual({
    values: { config: { name: 'kept' }, 'translation.zul': '{}' },
    endpoints: ['default'],
    notes: [],
  });
});

test('a configuration gets what the toolkit needs and what the code sends by', () => {
  const found = folderOf({
    'go-app-chw.js': APP,
    'config.json': '{"endpoints": {"sms": {"delivery_class": "sms"}}}',
    'config/chw_af.json': '{"": {"a": 1}}',
    'config/clinic_zu.json': '{"": {}}',
  });
  const code = "im.outbound.send({ endpoint: 'sms' }); im.outbound.send({ endpoint: 'push', to: x });";
  const { values, endpoints, notes } = goConfig(found, {
    app: 'chw',
    script: found.scripts[0] ?? '',
    code,
    config: found.configs[0] ?? '',
  });
  expect(values).toEqual({
    config: { name: 'chw', endpoints: { sms: { delivery_class: 'sms' }, push: { delivery_class: 'sms' } } },
    'translation.af': { '': { a: 1 } },
  });
  expect(endpoints).toEqual(['default', 'sms', 'push']);
  expect(notes.join('\n')).toMatch(/config\.name[^]*"chw"[^]*endpoints\.push is added/);
});

test('a configuration that is none is told', () => {
  const found = folderOf({ 'go-app.js': APP });
  const broken = join(found.folder, 'mine.json');
  writeFileSync(broken, '[1]');
  expect(() => goConfig(found, { app: 'a', script: null, code: '', config: broken })).toThrow(
    'not a JSON object',
  );
  expect(() => readGoFolder(join(found.folder, 'nothing'))).toThrow('there is no folder');
});

test.each([
  ['smsc:12345', { endpoint: 'default', transport: 'smsc', to: '12345', keyword: null }],
  ['default=ussd:*120*1#', { endpoint: 'default', transport: 'ussd', to: '*120*1#', keyword: null }],
  ['sms=mno:8000:join', { endpoint: 'sms', transport: 'mno', to: '8000', keyword: 'join' }],
  ['sms=mno', { endpoint: 'sms', transport: 'mno', to: null, keyword: null }],
])('%s is a route', (text, route) => {
  expect(parseGoRoute(text)).toEqual(route);
});

test('what is no route is told, and routes have names of their own', () => {
  expect(() => parseGoRoute('=x:1')).toThrow('ENDPOINT=TRANSPORT:NUMBER');
  expect([routeName('clinic', 'default'), routeName('clinic', 'SMS')]).toEqual(['clinic', 'clinic-sms']);
});
