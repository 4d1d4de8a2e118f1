import type { Platform } from './platform.ts';
import { DEMO_ACCOUNT, DEMO_NUMBER } from './sample-deployer.ts';

/** Where the CLI looks when nobody says otherwise. */
const DEFAULT_URL = 'http://127.0.0.1:8000';

/** One screen: where everything is and what to type next. */
export function banner({ config, api, smpp }: Platform, startMs: number): string {
  const seconds = (startMs / 1000).toFixed(1);
  const parts = (['broker', 'database', 'redis'] as const).map(
    (part) => `${part} ${placeOf(config[part].url)}`,
  );
  const head = `Vumi is ready after ${seconds} s: ${config.roles.join(', ')} (${parts.join(', ')})\n`;
  if (api === null) return head;
  const rows: [string, string][] = [
    ['API', `${api.url}/api/v1    (openapi.json there; token: ${api.adminToken.file ?? 'as given'})`],
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
    ...(api.demo ? [['Pages', api.appUrl({ account: DEMO_ACCOUNT, app: 'quiz' })] as [string, string]] : []),
  ];
  const table = rows.map(([name, text]) => `  ${name.padEnd(6)} ${text}\n`).join('');
  const token = api.adminToken.fresh
    ? `  Token  ${api.adminToken.token}    (shown once, kept in the file)\n`
    : '';
  return `\n${head}\n${table}${token}${api.demo && api.smscPort !== null ? nextSteps(api.url) : ''}\n`;
}

function nextSteps(url: string): string {
  const where = url === DEFAULT_URL ? '' : ` --url ${url}`;
  const rows: readonly [string, string][] = [
    [`npx vumi phone${where} +27761234567 ${DEMO_NUMBER}`, 'a phone: type "hi", or "quiz" and play'],
    [`npx vumi app deploy${where} sample-apps/hello`, 'change it first, then send again'],
    ['npx vumi --help', 'everything else'],
  ];
  const width = Math.max(...rows.map(([command]) => command.length));
  const table = rows.map(([command, what]) => `  ${command.padEnd(width)}    ${what}\n`).join('');
  return `\nNext, in another terminal in this folder:\n${table}\nStop with Ctrl-C.\n`;
}

/** A server without its credentials. */
function placeOf(url: string | undefined): string {
  return url === undefined ? 'embedded' : new URL(url).host;
}
