import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { createUpCommand, parseArguments } from './arguments.ts';
import { loadConfig } from './config.ts';
import { SETTINGS, type Setting } from './settings.ts';
import { createSmscCommand, parseSmscArguments } from './smsc-arguments.ts';

const DOCUMENT = fileURLToPath(new URL('../../docs/settings.md', import.meta.url));
const INTRODUCTION = `# Settings of the platform

Settings come from a YAML file (\`vumi up --config FILE\`), from environment variables and from flags; a flag wins over a
variable, a variable over the file. A setting that nobody knows is an error that names the nearest known one. In the file
a dot is a section: \`http.port\` is

\`\`\`yaml
http:
  port: 8000
\`\`\`

<!-- Made of platform/host/config-schema.ts by settings.test.ts: run that with -u after a change. -->
`;

function section(setting: Setting): string {
  const { path, description, choices, byDefault, variable, flag } = setting;
  const facts = [
    choices === undefined ? [] : `- ${choices}`,
    byDefault === undefined ? [] : `- default: \`${byDefault}\``,
    variable === undefined ? [] : `- variable: \`${variable}\``,
    flag === undefined ? [] : `- flag: \`${flag}\``,
  ].flat();
  const list = facts.length === 0 ? '' : `\n${facts.join('\n')}\n`;
  return `\n## \`${path.join('.')}\`\n\n${description}\n${list}`;
}

describe('the settings of the platform', () => {
  test('docs/settings.md has each of them, as the schema tells of it', async () => {
    await expect(INTRODUCTION + SETTINGS.map(section).join('')).toMatchFileSnapshot(DOCUMENT);
  });

  test.each(SETTINGS.map((setting) => [setting.path.join('.'), setting] as const))(
    '%s is described',
    (_path, { description }) => {
      expect(description.length).toBeGreaterThan(5);
    },
  );

  test('no variable and no flag means two of them', () => {
    for (const names of [SETTINGS.map(({ variable }) => variable), SETTINGS.map(({ flag }) => flag)]) {
      const given = names.filter((name) => name !== undefined);
      expect(given.length).toBeGreaterThan(5);
      expect(new Set(given).size).toBe(given.length);
    }
  });
});

describe('vumi up', () => {
  test.each(SETTINGS.filter(({ flag, variable }) => flag !== undefined || variable !== undefined))(
    'tells in its help of $path',
    ({ flag, variable }) => {
      let help = '';
      createUpCommand()
        .configureOutput({ writeOut: (text) => void (help += text) })
        .outputHelp();
      if (flag !== undefined) expect(help).toContain(flag);
      if (variable !== undefined) expect(help).toContain(variable);
    },
  );

  test('puts each flag where its setting belongs', async () => {
    const args = '--data-dir there --roles transports,dispatch,sandbox,api,smpp --http-port 1 --smsc-port 2';
    const flags = parseArguments([...args.split(' '), '--smpp-port=3', '--log-level', 'info', '--no-demo']);
    expect(await loadConfig(flags ?? {}, {})).toMatchObject({
      data_dir: expect.stringMatching(/\/there$/) as string,
      http: { port: 1 },
      simulators: { smsc: { port: 2 } },
      smpp_server: { port: 3 },
      log_level: 'info',
      demo: false,
    });
  });

  test.each([
    [['--htp-port', '1'], "unknown option '--htp-port' (Did you mean --http-port?)"],
    [['--http-port'], "option '--http-port <port>' argument missing"],
    [['now'], 'too many arguments'],
  ])('refuses %j in words', (args, text) => {
    expect(() => parseArguments(args)).toThrow(
      expect.objectContaining({ code: 'config.invalid', message: expect.stringContaining(text) as string }),
    );
  });
});

describe('vumi smsc', () => {
  test.each([
    [['run', '--port', '2776', '--http-port', '8002', '--log-level', 'info']],
    [['--smsc-port', '2776', '--http-port=8002', '--log-level', 'info']],
  ])('takes %j', (args) => {
    expect(parseSmscArguments(args)?.flags).toEqual({
      smscPort: '2776',
      httpPort: '8002',
      logLevel: 'info',
    });
  });

  test('refuses a key without its certificate', () => {
    expect(() => parseSmscArguments(['--tls-key', 'key.pem'])).toThrow('--tls-cert');
  });

  test('says in its help where its phones are', () => {
    expect(createSmscCommand().helpInformation()).toContain('--http-port <port>');
  });
});
