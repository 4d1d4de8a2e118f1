import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { loadConfig } from './config.ts';
import { prepareDataFolder } from './data-folder.ts';

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'vumi-config-'));
});
afterAll(() => rm(folder, { recursive: true }));

async function fileOf(yaml: string): Promise<string> {
  const file = join(folder, 'vumi.yaml');
  await writeFile(file, yaml);
  return file;
}

test('flags win over the environment, the environment over the file, the file over defaults', async () => {
  const config = await fileOf(
    '{http: {port: 1, host: 0.0.0.0}, simulators: {smsc: {port: 1}}, log_level: warn}',
  );
  const env = { VUMI_HTTP_PORT: '2', VUMI_SMSC_PORT: '2' };
  expect(await loadConfig({ config, smscPort: '3' }, env)).toMatchObject({
    http: { host: '0.0.0.0', port: 2 },
    simulators: { smsc: { host: '127.0.0.1', port: 3 } },
    log_level: 'warn',
  });
});

test.each([
  ['an unknown section', 'brokr: {}', '"brokr"; did you mean "broker"'],
  ['an unknown setting', 'broker: {ulr: x}', '"broker.ulr"; did you mean "url"'],
  [
    'an unknown type of transport',
    'transports: {mno: {type: telepathy}}',
    '"transports.mno.type": there is no',
  ],
  [
    'a transport without an option',
    'transports: {mno: {type: smpp, port: 1, system_id: a, password: a}}',
    '"transports.mno.host" is missing',
  ],
  [
    'an unknown option of a transport',
    'transports: {mno: {type: smpp, host: a, port: 1, system_id: a, password: a, windw: 1}}',
    '"transports.mno.windw"; did you mean "window"',
  ],
  ['what is no YAML', 'broker: [', 'is not YAML'],
])('%s is an error that names it', async (_, yaml, text) => {
  await expect(loadConfig({ config: await fileOf(yaml) }, {})).rejects.toThrow(text);
});

test('a mistyped variable is an error, one of somebody else is not', async () => {
  await expect(loadConfig({}, { VUMI_HTTP_PRT: '1' })).rejects.toThrow('did you mean VUMI_HTTP_PORT');
  await expect(loadConfig({}, { VUMI_PORT: 'tcp://10.0.0.1:8000' })).resolves.toMatchObject({
    http: { port: 8000 },
  });
});

test('a data folder that cannot be made is an error that says what to change', async () => {
  await expect(prepareDataFolder(join(await fileOf(''), 'data'))).rejects.toThrow('VUMI_DATA_DIR');
});
