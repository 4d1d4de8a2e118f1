import { existsSync } from 'node:fs';
import { DEMO_ACCOUNT, DEMO_NUMBER, type DemoState } from '@vumi/demo';
import type { Config } from './config-schema.ts';
import type { Platform } from './platform.ts';

/** Where the CLI looks when nobody says otherwise. */
const DEFAULT_URL = 'http://127.0.0.1:8000';

/** One screen: where everything is and, as far as it works, what to type next. */
export function banner({ config, api, smpp }: Platform, startMs: number, demo: DemoState | null): string {
  const seconds = (startMs / 1000).toFixed(1);
  const parts = (['broker', 'database', 'redis'] as const).map(
    (part) => `${part} ${placeOf(config[part].url)}`,
  );
  const head = `Vumi is ready after ${seconds} s: ${config.roles.join(', ')} (${parts.join(', ')})\n`;
  const note = halfConfigured(config);
  if (api === null) return head + note;
  const rows: [string, string][] = [
    ['API', `${api.url}/api/v1    (openapi.json there; token: ${api.adminToken.file ?? 'as given'})`],
    ['Docs', `${api.url}/docs/`],
    ['Data', config.data_dir],
    ...(api.smscPort === null
      ? []
      : [['SMSC', `127.0.0.1:${api.smscPort} (simulator, SMPP)`] as [string, string]]),
    ...(smpp?.port == null
      ? []
      : [
          ['SMPP', `${config.smpp_server?.host}:${smpp.port} (your own SMPP clients bind here)`] as [
            string,
            string,
          ],
        ]),
    ...(answers(demo, 'quiz')
      ? [['Pages', api.appUrl({ account: DEMO_ACCOUNT, app: 'quiz' })] as [string, string]]
      : []),
  ];
  const table = rows.map(([name, text]) => `  ${name.padEnd(6)} ${text}\n`).join('');
  const token = api.adminToken.fresh
    ? `  Token  ${api.adminToken.token}    (shown once, kept in the file)\n`
    : '';
  const next = demo === null || api.smscPort === null ? '' : demoText(api.url, demo);
  return `\n${head}${note}\n${table}${token}${next}\n`;
}

/** What to type next, or what there is to wait for. */
export function demoText(url: string, demo: DemoState): string {
  if (demo.missing.length === 0) return nextSteps(url, demo);
  const missing = demo.missing.map((line) => `  ${line}\n`).join('');
  return `\nThe sample apps do not answer yet; trying again, and saying so here when they do:\n${missing}`;
}

const SAMPLE = 'sample-apps/hello';

function answers(demo: DemoState | null, app: string): boolean {
  return demo?.answering.some(({ name }) => name === app) ?? false;
}

function nextSteps(url: string, demo: DemoState): string {
  const where = url === DEFAULT_URL ? '' : ` --url ${url}`;
  const words = [
    ...(answers(demo, 'hello') ? ['"hi"'] : []),
    ...(answers(demo, 'quiz') ? ['"quiz" and play'] : []),
  ];
  const phone = `npx vumi phone${where} +27761234567 ${DEMO_NUMBER}`;
  const rows: readonly [string, string][] = [
    ...(words.length === 0 ? [] : [[phone, `a phone: type ${words.join(', or ')}`] as [string, string]]),
    // Where the platform was installed as a package they lie elsewhere.
    ...(answers(demo, 'hello') && existsSync(SAMPLE)
      ? [[`npx vumi app deploy${where} ${SAMPLE}`, 'change it first, then send again'] as [string, string]]
      : [['npx vumi init my-app', 'an app of your own, with tests'] as [string, string]]),
    ['npx vumi --help', 'everything else'],
  ];
  const width = Math.max(...rows.map(([command]) => command.length));
  const table = rows.map(([command, what]) => `  ${command.padEnd(width)}    ${what}\n`).join('');
  return `\nNext, in another terminal in this folder:\n${table}\nStop with Ctrl-C.\n`;
}

/** Some parts on servers and others in this process: it works, but no other process can share the work. */
function halfConfigured(config: Pick<Config, 'broker' | 'database' | 'redis'>): string {
  const parts = ['broker', 'database', 'redis'] as const;
  const embedded = parts.filter((part) => config[part].url === undefined);
  if (embedded.length === 0 || embedded.length === parts.length) return '';
  const variables = embedded.map((part) => `VUMI_${part.toUpperCase()}_URL`).join(' and ');
  return `  Note   ${embedded.join(' and ')} ${embedded.length > 1 ? 'are' : 'is'} still embedded in this process: set ${variables} as well, or no other process can share its work\n`;
}

/** A server without its credentials. */
function placeOf(url: string | undefined): string {
  return url === undefined ? 'embedded' : new URL(url).host;
}
