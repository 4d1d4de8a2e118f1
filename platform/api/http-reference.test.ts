import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { createOpenApi } from './openapi.ts';
import { testRoutes } from './platform.fixture.ts';

const DOCUMENT = fileURLToPath(new URL('../../docs/reference/http-api.md', import.meta.url));
const INTRODUCTION = `# The HTTP API

All that can be asked for under \`/api/v1\`, with \`Authorization: Bearer TOKEN\`. The platform describes it in whole, with the
schema of each body and answer, at \`/api/v1/openapi.json\`; clients that are generated from that compile. Who may what:
[access](../access.md) and [the table](../who-may-what.md). What went wrong is answered with one of the
[codes](../errors.md). Lists are \`{ items, next_cursor }\`, paged by \`cursor\`. What the page of an app may ask for at its own
address: [the page](../../sdk/README.md#the-page).

<!-- Made of the routes in platform/api by http-reference.test.ts: run that with --update after a change. -->
`;

interface Schema {
  readonly $ref?: string;
  readonly properties?: Readonly<Record<string, unknown>>;
  readonly required?: readonly string[];
}

interface Operation {
  readonly summary: string;
  readonly description?: string;
  readonly parameters: readonly {
    readonly name: string;
    readonly in: string;
    readonly required: boolean;
    readonly description?: string;
  }[];
  readonly requestBody?: { readonly content?: Readonly<Record<string, { readonly schema?: Schema }>> };
  readonly responses: Readonly<
    Record<
      string,
      { readonly description?: string; readonly content?: Readonly<Record<string, { schema?: Schema }>> }
    >
  >;
}

interface Document {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components: { readonly schemas: Readonly<Record<string, Schema>> };
}

/** Markdown would take `<key>` for an element. */
const plain = (text: string): string => text.replaceAll('<', String.raw`\<`);

const nameOf = ({ $ref }: Schema): string => $ref?.replace('#/components/schemas/', '') ?? '';

function section(path: string, method: string, operation: Operation, document: Document): string {
  const { summary, description = '', parameters } = operation;
  const shown = path.replace('/api/v1', '').replaceAll(/\{(\w+)\}/g, ':$1');
  const facts = [
    ...(description === ''
      ? ['- no token is needed']
      : [`- ${description.replace('Scope', 'scope').replace(/\.$/, '')}`]),
    ...parameters
      .filter((one) => one.in !== 'path')
      .map(
        (one) =>
          `- ${one.in} \`${one.name}\`${one.required ? ', required' : ''}${one.description === undefined ? '' : `: ${plain(one.description)}`}`,
      ),
    ...bodyOf(operation, document),
    ...answersOf(operation),
  ];
  return `\n### ${method.toUpperCase()} ${shown}\n\n${plain(summary).replace(/\.?$/, '.')}\n\n${facts.join('\n')}\n`;
}

function bodyOf({ requestBody }: Operation, document: Document): string[] {
  return Object.entries(requestBody?.content ?? {}).map(([type, { schema = {} }]) => {
    const whole = document.components.schemas[nameOf(schema)] ?? schema;
    const { properties = {}, required = [] } = whole;
    const fields = Object.keys(properties).map((name) => `\`${name}\`${required.includes(name) ? '' : '?'}`);
    return `- body \`${type}\`${fields.length === 0 ? '' : `: ${fields.join(', ')}`}`;
  });
}

function answersOf({ responses }: Operation): string[] {
  return Object.entries(responses)
    .filter(([status]) => status !== 'default')
    .map(([status, { description = '', content = {} }]) => {
      const [first] = Object.values(content);
      const name = nameOf(first?.schema ?? {});
      return `- ${status}${description === '' ? '' : `: ${plain(description)}`}${name === '' ? '' : ` (\`${name}\`)`}`;
    });
}

/** What a path is about: the first word that is no account. */
function topicOf(path: string): string {
  const words = path
    .replace('/api/v1/', '')
    .replace(/^accounts\/\{account\}\//, '')
    .split('/');
  return words.find((word) => word !== '') ?? '';
}

test('docs/reference/http-api.md has each operation, as the routes tell of it', async () => {
  const document = createOpenApi(testRoutes(), 'http://127.0.0.1:8000') as Document;
  const operations = Object.entries(document.paths).flatMap(([path, item]) =>
    Object.entries(item).map(([method, operation]) => ({ path, method, operation })),
  );
  expect(operations.length).toBeGreaterThan(100);
  const topics = [...Map.groupBy(operations, ({ path }) => topicOf(path))].sort(([a], [b]) =>
    a < b ? -1 : 1,
  );
  const text = topics.map(
    ([topic, own]) =>
      `\n## ${topic}\n${own.map(({ path, method, operation }) => section(path, method, operation, document)).join('')}`,
  );
  await expect(INTRODUCTION + text.join('')).toMatchFileSnapshot(DOCUMENT);
});
