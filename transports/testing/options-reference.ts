import { z } from 'zod';

interface OptionSchema {
  readonly description?: string;
  readonly type?: string;
  readonly enum?: readonly unknown[];
  readonly properties?: Readonly<Record<string, OptionSchema>>;
  readonly required?: readonly string[];
}

const INTRODUCTION = [
  "Made of the schema: a test fails when it is stale. Times are seconds. The names are Vumi's where Vumi has them. An",
  'unknown option is an error.',
].join('\n');

/** The reference of options in Markdown: one line each, in groups. */
export function renderReference(
  types: readonly string[],
  groups: Readonly<Record<string, z.core.$ZodLooseShape>>,
  more = '',
): string {
  const title = `# Options of the transport${types.length > 1 ? 's' : ''} ${types.map((type) => `\`${type}\``).join(' and ')}`;
  const sections = Object.entries(groups).map(([name, shape]) => {
    const schema = z.toJSONSchema(z.strictObject(shape), { io: 'input', unrepresentable: 'any' });
    return `## ${name}\n\n${renderObject(schema as OptionSchema, '')}`;
  });
  return `${[title, INTRODUCTION + more, ...sections].join('\n\n')}\n`;
}

function renderObject({ properties = {}, required = [] }: OptionSchema, indent: string): string {
  const lines = Object.entries(properties).map(([name, option]) => {
    const kind = [kindOf(option), ...(required.includes(name) ? ['required'] : [])].join(', ');
    const line = `${indent}- \`${name}\`${kind === '' ? '' : ` (${kind})`}: ${option.description ?? ''}.`;
    const inner = option.properties === undefined ? '' : `\n${renderObject(option, `${indent}  `)}`;
    return line + inner;
  });
  return lines.join('\n');
}

function kindOf({ type, enum: choices }: OptionSchema): string {
  if (choices !== undefined && choices.length <= 5)
    return choices.map((choice) => `\`${String(choice)}\``).join(' | ');
  return type ?? '';
}
