import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { defineScenario, openWorld, type Phone, type World } from '@vumi/sdk/testing';
import { expect } from 'vitest';

/** What an example is a part of. */
type Part =
  /** A handler of messages. */
  | 'message'
  /** A conversation. */
  | 'conversation'
  /** It is a whole app. */
  | 'app'
  /** A test, with a world in which the app of the examples is deployed. */
  | 'test';

export interface Example {
  /** Whose: `Contacts.get`. */
  readonly name: string;
  readonly part: Part;
  readonly code: string;
}

type Step = { readonly kind: 'say' | 'wait'; readonly text: string; readonly expected: string[] };

/** What the examples of the SDK find: configuration, a secret, and what answers at https://example.org. */
const SURROUNDINGS = {
  config: { greeting: 'Welcome' },
  secrets: { api_key: 'k-123' },
  replies: {
    rates: { status: 200, json: { usd: 18.2 } },
    orders: { status: 201, json: { id: 7 } },
  },
};

const USER = '+27761234567';
const STEP = /^\s*\/\/ (>|<|wait) ?(.*)$/;
const VALUE = /^(\s*)(?:const (\w+) = )?(.*?);? *\/\/ → (.+)$/;

/** Lines of code, without the dialogue below them; what is claimed of a value is said aloud. */
function spoken(code: string, say: string): string {
  return code
    .split('\n')
    .filter((line) => !STEP.test(line))
    .map((line, index) => {
      const [, indent = '', name, expression = ''] = VALUE.exec(line) ?? [];
      if (expression === '') return line;
      const value = name ?? expression;
      const kept = name === undefined ? '' : `const ${name} = ${expression}; `;
      return `${indent}${kept}${say}(${index}, ${value});`;
    })
    .join('\n');
}

/** Each claim, `// → value`, by its line. */
function claims(code: string): Map<number, unknown> {
  const lines = code.split('\n').filter((line) => !STEP.test(line));
  return new Map(
    lines.flatMap((line, index) => {
      const [, , , , value] = VALUE.exec(line) ?? [];
      return value === undefined ? [] : [[index, valueOf(value)] as const];
    }),
  );
}

function valueOf(text: string): unknown {
  // oxlint-disable-next-line no-new-func, typescript/no-implied-eval -- it is a value of our own documentation
  return new Function(`return (${text});`)() as unknown;
}

/** The dialogue of an example. It begins with a word of the user, `hi` where none is told. */
function stepsOf({ code }: Example): Step[] {
  const lines = code.split('\n').flatMap((line) => {
    const [, sign, text = ''] = STEP.exec(line) ?? [];
    return sign === undefined ? [] : [{ sign, text }];
  });
  if (lines[0]?.sign !== '>') lines.unshift({ sign: '>', text: 'hi' });
  const steps: Step[] = [];
  for (const { sign, text } of lines) {
    if (sign === '<') steps.at(-1)?.expected.push(text);
    else steps.push({ kind: sign === '>' ? 'say' : 'wait', text, expected: [] });
  }
  return steps;
}

/** The app that an example is, or is a part of; `names` are those that it may import, as it would: `type Parser`. */
export function appOf({ part, code }: Example, names: readonly string[]): string {
  if (part === 'app') return code;
  const used = names.filter((name) => isNamed(name.replace('type ', ''), code));
  const imports = `import { ${['defineApp', ...used].join(', ')} } from '@vumi/sdk';\n`;
  const head = part === 'message' ? 'async onMessage(message, app)' : 'async onConversation(app)';
  return `${imports}\nexport default defineApp({\n  ${head} {\n${indented(code, 4)}\n  },\n});\n`;
}

function isNamed(name: string, code: string): boolean {
  return name !== 'defineApp' && new RegExp(String.raw`(?<![.\w'])${name}\b(?!\s*:|')`).test(code);
}

/** The same of a test, to be read by a compiler. */
export function testOf({ code }: Example): string {
  return `import { defineScenario, openWorld, type Phone, type World } from '@vumi/sdk/testing';\nimport { expect } from 'vitest';\n
export async function run(world: World, thandi: Phone): Promise<void> {\n${indented(code, 2)}\n}\nvoid [defineScenario, openWorld, expect];\n`;
}

function indented(code: string, by: number): string {
  return code.replaceAll(/^(?=.)/gm, ' '.repeat(by));
}

/** Runs an example in a world of its own. Rejects where it does or shows something else than it says. */
export async function runExample(example: Example, names: readonly string[]): Promise<void> {
  if (example.part === 'test') return runTest(example);
  const folder = mkdtempSync(join(tmpdir(), 'vumi-example-'));
  try {
    await runApp(example, names, folder);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

async function runApp(example: Example, names: readonly string[], folder: string): Promise<void> {
  const steps = stepsOf(example);
  const isDialled = steps.some(({ text }) => text.startsWith('*'));
  mkdirSync(join(folder, 'workers'));
  const said = {
    ...example,
    code: spoken(example.code, "((at, value) => app.log.info('→', { at, value }))"),
  };
  writeFileSync(join(folder, 'workers/worker.ts'), appOf(said, names));
  writeFileSync(join(folder, 'index.html'), '<p>A page</p>');
  writeFileSync(join(folder, 'vumi.json'), JSON.stringify({ languages: ['en', 'zu'], endpoints: ['sms'] }));
  const { config, secrets, replies } = SURROUNDINGS;
  await using world = await openWorld(folder, {
    config,
    secrets,
    transport: isDialled ? 'ussd' : 'sms',
    checks: { isolates: false },
  });
  for (const [name, reply] of Object.entries(replies)) {
    for (const method of ['GET', 'POST']) world.http.on(method, `https://example.org/${name}`, reply);
  }
  await follow(world, world.phone(USER), steps);
  const shown = world.log.filter(({ text }) => text === '→').map(({ fields }) => fields);
  for (const [at, expected] of claims(example.code)) {
    const values = shown.filter((fields) => fields?.['at'] === at).map((fields) => fields?.['value'] ?? null);
    if (!values.some((value) => isDeepStrictEqual(value, expected)))
      throw new Error(`line ${at + 1} says ${JSON.stringify(expected)}, and it is ${JSON.stringify(values)}`);
  }
}

async function follow(world: World, phone: Phone, steps: readonly Step[]): Promise<void> {
  for (const { kind, text, expected } of steps) {
    const before = world.sends.length;
    if (kind === 'wait') await world.advance(text as '1 hour');
    else if (text.startsWith('*')) await phone.dial(text);
    else if (text === 'hang up') await phone.hangUp();
    else await phone.text(text);
    if (expected.length === 0) continue;
    const got = world.sends.slice(before).map((sent) => sent.text);
    expect(got.join('\n').split('\n'), `after "${text}"`).toEqual(expected);
  }
}

/** The app that tests in examples talk with. */
export const APP_OF_EXAMPLES = `import { defineApp, integer } from '@vumi/sdk';

export default defineApp({
  async onConversation(app) {
    const name = await app.ask('Your name?', { id: 'name', within: '1 day', remind: [{ after: '2 hours', endpoint: 'sms' }] });
    const area = await app.choose('Where do you live?', { city: 'In a city', farm: 'On a farm' });
    const age = await app.ask('How old are you?', { id: 'age', as: integer({ min: 10, max: 120 }) });
    await app.user.set('profile', { name, area, age });
    await app.contacts.updateExtra((await app.contacts.getOrCreate(app.address)).key, { area });
    await app.metrics.sum('registrations', 1);
    await app.schedule.once('checkup', { in: 86400, user: app.address });
    app.log.info('registered', { area });
    const clinic = await app.http.request('https://api.example.org/clinics/42');
    await app.send(app.address, \`Your clinic: \${clinic.json<{ name: string }>().name}\`, { endpoint: 'sms' });
    return \`Thank you, \${name}. \${app.config['goodbye'] ?? ''}\`;
  },
  async onSchedule(timer, app) {
    await app.send(timer.user ?? '', 'Time for your check-up.', { endpoint: 'sms' });
  },
  screens: {
    async photo(app) {
      const { kind } = await app.link<{ kind: string }>('/photo', { ask: true, text: 'Show us:', examples: [{ kind: 'cut' }] });
      return \`Thank you for the \${kind}.\`;
    },
  },
  interrupts: { photo: 'photo' },
});
`;

async function runTest(example: Example): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'vumi-example-app-'));
  mkdirSync(join(folder, 'workers'));
  writeFileSync(join(folder, 'workers/worker.ts'), APP_OF_EXAMPLES);
  writeFileSync(join(folder, 'index.html'), '<p>A page</p>');
  writeFileSync(join(folder, 'vumi.json'), JSON.stringify({ endpoints: ['sms'] }));
  try {
    await using world = await openWorld(folder, { transport: 'ussd', checks: { isolates: false } });
    world.http.on('GET', 'https://api.example.org/clinics/42', { json: { name: 'Site C' } });
    const said = new Map<number, unknown>();
    // Who writes a test is in the folder of his app.
    const code = spoken(example.code, 'say').replaceAll("'.'", JSON.stringify(folder));
    const run = new AsyncFunction('world', 'thandi', 'openWorld', 'defineScenario', 'expect', 'say', code);
    await run(world, world.phone(USER), openWorld, defineScenario, expect, (at: number, value: unknown) =>
      said.set(at, value),
    );
    for (const [at, expected] of claims(example.code))
      expect(said.get(at), `line ${at + 1}`).toEqual(expected);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

const AsyncFunction = (async () => {}).constructor as new (
  ...text: readonly string[]
) => (...given: readonly unknown[]) => Promise<void>;
