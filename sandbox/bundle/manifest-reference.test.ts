import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { manifestSchema } from './manifest.ts';

const DOCUMENT = fileURLToPath(new URL('../../docs/reference/manifest.md', import.meta.url));
const INTRODUCTION = `# vumi.json

What an app says of itself, in a file beside its \`workers/\`. All of it is optional; a key that nobody knows refuses the
bundle. Editors check it while it is written: \`vumi init\` names [the schema](../../sdk/vumi.schema.json) in it.
What the keys do is told where apps are written: [the bundle](../../sdk/README.md#the-bundle).

<!-- Made of sandbox/bundle/manifest.ts by manifest-reference.test.ts: run that with --update after a change. -->
`;

interface Field {
  readonly type?: string;
  readonly description?: string;
  readonly default?: unknown;
  readonly enum?: readonly string[];
  readonly const?: unknown;
  readonly pattern?: string;
  readonly items?: Field;
  readonly anyOf?: readonly Field[];
  readonly properties?: Readonly<Record<string, Field>>;
  readonly required?: readonly string[];
  readonly maxItems?: number;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly minimum?: number;
}

function section(name: string, field: Field, isRequired: boolean): string {
  const { description, properties = {}, required = [] } = field;
  const facts = [kindOf(field), isRequired ? 'required' : '', defaultOf(field)].filter((fact) => fact !== '');
  const told =
    description === undefined
      ? ''
      : `\n${description.replaceAll('<', String.raw`\<`).replace(/\.?$/, '.')}\n`;
  const inside = Object.entries(properties).map(([key, inner]) =>
    section(`${name}.${key}`, inner, required.includes(key)),
  );
  return `\n## \`${name}\`\n${told}\n${facts.map((fact) => `- ${fact}`).join('\n')}\n${inside.join('')}`;
}

function kindOf(field: Field): string {
  if (field.anyOf !== undefined) return field.anyOf.map(kindOf).join(', or ');
  if (field.const !== undefined) return `\`${JSON.stringify(field.const)}\``;
  if (field.enum !== undefined) return field.enum.map((one) => `\`${JSON.stringify(one)}\``).join(' or ');
  if (field.type === 'array') return `a list of at most ${field.maxItems}: ${kindOf(field.items ?? {})}`;
  if (field.type === 'string') return textOf(field);
  if (field.type === 'integer') return `a whole number, ${field.minimum ?? 1} or more`;
  return field.type === 'boolean' ? '`true` or `false`' : 'an object';
}

function textOf({ maxLength, pattern }: Field): string {
  const long = maxLength === undefined ? '' : ` of at most ${maxLength} characters`;
  return `a text${long}${pattern === undefined ? '' : ` that matches \`${pattern}\``}`;
}

function defaultOf({ default: byDefault }: Field): string {
  return byDefault === undefined ? '' : `default: \`${JSON.stringify(byDefault)}\``;
}

test('docs/reference/manifest.md has each key of vumi.json, as its schema tells of it', async () => {
  const schema = z.toJSONSchema(manifestSchema, { io: 'input', unrepresentable: 'any' }) as Field;
  const sections = Object.entries(schema.properties ?? {}).map(([key, field]) => section(key, field, false));
  expect(sections.length).toBeGreaterThan(10);
  await expect(INTRODUCTION + sections.join('')).toMatchFileSnapshot(DOCUMENT);
});
