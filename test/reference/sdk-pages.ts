import type { Example } from './examples.ts';
import { membersOf, type SdkMember } from './sdk-members.ts';

interface Page {
  /** Of the file in docs/reference/sdk. */
  readonly name: string;
  readonly title: string;
  readonly about: string;
  readonly module: '@vumi/sdk' | '@vumi/sdk/testing';
  /** Files of the SDK, or of the core, whose exports are on it. */
  readonly files: readonly string[];
}

const PAGES: readonly Page[] = [
  {
    name: 'app',
    title: 'The app',
    about: 'What an app is made by, what its handlers get, and what they can ask of the platform.',
    module: '@vumi/sdk',
    files: ['sdk/app.ts', 'sdk/state.ts', 'sdk/http.ts', 'sdk/log.ts', 'sdk/metrics.ts', 'sdk/schedule.ts'],
  },
  {
    name: 'messages',
    title: 'Messages',
    about: 'What users send, what is sent to them, and what becomes of it.',
    module: '@vumi/sdk',
    files: [
      'sdk/message.ts',
      'sdk/rich.ts',
      'sdk/event.ts',
      'sdk/messages.ts',
      'sdk/segments.ts',
      'platform/core/text/preview.ts',
      'platform/core/text/national-languages.ts',
    ],
  },
  {
    name: 'conversations',
    title: 'Conversations',
    about: 'One function over many messages: [how they work](../../conversations.md).',
    module: '@vumi/sdk',
    files: [
      'sdk/talks/talk.ts',
      'sdk/talks/parsers.ts',
      'sdk/talks/conversations.ts',
      'sdk/talks/opening.ts',
      'sdk/talks/days.ts',
      'sdk/talks/durations.ts',
      'sdk/talks/recorder.ts',
      'sdk/talks/words.ts',
    ],
  },
  {
    name: 'people',
    title: 'People',
    about: 'Contacts, groups, identities, opt-outs, and links to the page of an app.',
    module: '@vumi/sdk',
    files: ['sdk/contacts.ts', 'sdk/groups.ts', 'sdk/identity.ts', 'sdk/optouts.ts', 'sdk/links.ts'],
  },
  {
    name: 'languages',
    title: 'Languages',
    about: 'Texts in the language of their reader: [how translations are made](../../languages.md).',
    module: '@vumi/sdk',
    files: ['sdk/languages/lazy-text.ts'],
  },
  {
    name: 'testing',
    title: 'The test kit',
    about: 'A platform around an app, for tests: [how to test](../../testing-apps.md).',
    module: '@vumi/sdk/testing',
    files: ['sdk/testing/api.ts', 'sdk/testing/index.ts', 'sdk/testing/scenario.ts'],
  },
];

const ENTRIES = { '@vumi/sdk': 'sdk/index.ts', '@vumi/sdk/testing': 'sdk/testing/index.ts' } as const;
/** What `vumi wall` is made of: no test needs it. */
const OF_THE_COMMAND = 'sdk/testing/wall/';
/** Whose members are each told of by an example, also those that are no methods. */
const TOLD_WHOLLY = new Set(['AppDefinition', 'Conversations', 'World', 'Phone']);

interface OnPage extends SdkMember {
  readonly page: Page;
}

/** All that authors can name, with the page that it is on. Throws where it has none. */
export function publicMembers(): OnPage[] {
  return Object.entries(ENTRIES).flatMap(([module, entry]) =>
    membersOf(entry)
      .filter(({ isInternal, file }) => !isInternal && !file.startsWith(OF_THE_COMMAND))
      .map((member) => {
        const page = PAGES.find((one) => one.module === module && one.files.includes(member.file));
        if (page === undefined)
          throw new Error(`no page of the reference has ${member.file} (${member.name})`);
        return Object.assign(member, { page });
      }),
  );
}

/** What has no example though it has to have one, or no text. */
export function untold(all: readonly OnPage[]): string[] {
  return all.flatMap((member) => {
    const members = all.filter(({ page }) => page.module === member.page.module);
    const isUsed = usersOf(member.name, members).length > 0;
    const inside = member.members.flatMap((one) =>
      one.kind === 'method' || TOLD_WHOLLY.has(member.name) ? lacks(one, true) : [],
    );
    return [
      ...(member.kind === 'value' ? lacks(member, !isClass(member)) : isUsed ? [] : lacks(member, false)),
      ...inside,
    ];
  });
}

/** Made by the platform and never by authors: its text says where it comes from. */
function isClass({ signatures: [signature = ''] }: SdkMember): boolean {
  return signature.startsWith('class') && !signature.includes('extends');
}

function lacks({ name, text, examples }: SdkMember, needsExample: boolean): string[] {
  return [
    ...(text === '' ? [`${name}: text`] : []),
    ...(needsExample && examples.length === 0 ? [`${name}: example`] : []),
  ];
}

/** Members that take or give something of a type. */
function usersOf(type: string, members: readonly SdkMember[]): string[] {
  const named = new RegExp(String.raw`\b${type}\b`);
  return members
    .flatMap((member) => [member, ...member.members])
    .filter(
      ({ name, signatures }) =>
        name !== type && !name.startsWith(`${type}.`) && signatures.some((one) => named.test(one)),
    )
    .map(({ name }) => name);
}

export function examplesOf(members: readonly SdkMember[]): Example[] {
  return members
    .flatMap((member) => [member, ...member.members])
    .flatMap(({ name, file, examples }) =>
      examples.map((code) => ({ name, code, part: partOf(file, code) })),
    );
}

function partOf(file: string, code: string): Example['part'] {
  if (file.startsWith('sdk/testing/')) return 'test';
  if (code.includes('export default')) return 'app';
  return file.startsWith('sdk/talks/') ? 'conversation' : 'message';
}

const WHERE: Readonly<Record<Example['part'], string>> = {
  message: 'in `onMessage`',
  conversation: 'in `onConversation`',
  app: 'a whole app',
  test: 'in a test',
};

/** The pages of the reference by their names in docs/reference/sdk. */
export function referencePages(
  members: readonly OnPage[],
  before: Readonly<Record<string, string>>,
): Map<string, string> {
  const pages = new Map<string, string>();
  for (const page of PAGES) {
    const all = members.filter((member) => member.page.module === page.module);
    const own = all.filter((member) => member.page.name === page.name);
    const sorted = page.files.flatMap((file) => own.filter((member) => member.file === file));
    const [intro, sections] = [
      before[page.name] ?? '',
      sorted.map((member) => section(member, all)).join(''),
    ];
    pages.set(
      `${page.name}.md`,
      `# ${page.title}\n\n${page.about}\n\n${imported(page, sorted)}\n${MADE}${intro}${sections}`,
    );
  }
  pages.set('README.md', index(members));
  return pages;
}

const MADE =
  '\n<!-- Made of the JSDoc in sdk/ by test/reference/sdk-reference.test.ts: run that with --update after a change. -->\n';

function imported({ module }: Page, members: readonly SdkMember[]): string {
  const values = members
    .filter(({ kind, signatures: [signature = ''] }) => kind === 'value' && !signature.startsWith('class'))
    .map(({ name }) => name);
  const types = members.find(({ kind }) => kind === 'type')?.name;
  return values.length > 0
    ? `\`\`\`ts\nimport { ${values.join(', ')} } from '${module}';\n\`\`\``
    : `\`\`\`ts\nimport type { ${types} } from '${module}';\n\`\`\``;
}

function index(members: readonly OnPage[]): string {
  const rows = PAGES.map(({ name, title, module, about }) => {
    const own = members.filter(({ page }) => page.name === name);
    const list = own
      .map((one) => `[\`${one.name}\`](${name}.md#${anchorOf(headingOf(one.name, members))})`)
      .join(', ');
    return `\n## [${title}](${name}.md)\n\n${about} From \`${module}\`.\n\n${list}\n`;
  });
  return `# Reference of the SDK\n\nEverything that an app, and a test of an app, can import: made of the types and their JSDoc, as editors show it. Each example
is compiled and run by a test: a line such as \`// → 3\` is the value of the one that it ends; \`// >\` is what a user writes then,
\`// <\` what he is shown, and \`// wait 1 hour\` that time goes on. In the examples the app is configured with \`greeting\`, it has
the secret \`api_key\`, and \`https://example.org\` answers it.

[How apps are written](../../../sdk/README.md) tells the same in the order in which one needs it.\n${MADE}${rows.join('')}`;
}

function anchorOf(heading: string): string {
  return heading
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}\s_-]/gu, '')
    .replaceAll(' ', '-');
}

/** A type that differs from another name by its case only, such as `Text`, says that it is one: anchors have no case. */
function headingOf(name: string, all: readonly SdkMember[]): string {
  const own = all.find((one) => one.name === name);
  const hasTwin = all.some((one) => one.name !== name && one.name.toLowerCase() === name.toLowerCase());
  const isNamedFirst = own?.kind === 'value' && !own.signatures[0]?.startsWith('class ');
  return hasTwin && !isNamedFirst ? `The type ${name}` : name;
}

function section(member: OnPage, all: readonly OnPage[]): string {
  const { name, kind, signatures, text, members } = member;
  const isData = members.length > 0 && members.every((one) => one.kind === 'property');
  const head = `\n## ${headingOf(name, all)}\n${text === '' ? '' : `\n${text}\n`}`;
  const users = usersOf(name, all).filter((user) => !members.some((one) => one.name === user));
  const used =
    kind === 'type' && users.length > 0
      ? `\nUsed by ${users.map((user) => linkTo(user, all, member)).join(', ')}.\n`
      : '';
  if (isData && !TOLD_WHOLLY.has(name))
    return `${head}${code(`${signatures.join('\n')} {\n${members.map((one) => `  ${one.signatures[0]?.replaceAll('\n', '\n  ')};`).join('\n')}\n}`)}${described(members)}${used}${errorsAndExample(member)}`;
  return `${head}${code(signatures.join('\n'))}${used}${errorsAndExample(member)}${members.map((one) => subsection(one, all, member)).join('')}`;
}

function described(members: readonly SdkMember[]): string {
  const told = members.filter(({ text }) => text !== '');
  if (told.length === 0) return '';
  return `\n${told.map(({ name, text }) => `- \`${shortName(name)}\`: ${text.replaceAll(/\s*\n\s*/g, ' ')}`).join('\n')}\n`;
}

const shortName = (name: string): string => name.replace(/^[^.]*\./, '');

function subsection(member: SdkMember, all: readonly OnPage[], owner: OnPage): string {
  const { name, signatures, text } = member;
  const types = all.filter(
    (one) =>
      one.members.length > 0 &&
      signatures.some((signature) => new RegExp(String.raw`\b${one.name}\b`).test(signature)),
  );
  const others = types.filter((one) => one.name !== owner.name);
  const see =
    others.length === 0 ? '' : `\nTypes: ${others.map((one) => linkTo(one.name, all, owner)).join(', ')}.\n`;
  return `\n### ${name}\n${text === '' ? '' : `\n${text}\n`}${code(signatures.join('\n'))}${see}${errorsAndExample(member)}`;
}

function linkTo(name: string, all: readonly OnPage[], from: OnPage): string {
  const owner = all.find((one) => one.name === name || one.members.some((inner) => inner.name === name));
  const page = owner === undefined || owner.page === from.page ? '' : `${owner.page.name}.md`;
  const isTold =
    owner?.name === name ||
    owner?.members.some(({ kind }) => kind === 'method') === true ||
    TOLD_WHOLLY.has(owner?.name ?? '');
  return `[\`${name}\`](${page}#${anchorOf(headingOf(isTold ? name : (owner?.name ?? name), all))})`;
}

function errorsAndExample({ errors, examples, file }: SdkMember): string {
  const failing = errors.map((text) => `\n**Errors:** ${text.replaceAll(/\s*\n\s*/g, ' ')}\n`).join('');
  const shown = examples.map((text) => `\nExample, ${WHERE[partOf(file, text)]}:\n${code(text)}`).join('');
  return failing + shown;
}

function code(text: string): string {
  return `\n\`\`\`ts\n${text}\n\`\`\`\n`;
}
