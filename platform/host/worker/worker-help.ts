import type { WorkerType } from '@vumi/runtime';
import { describeOptions, type OptionHelp } from './option-names.ts';

const PLACEMENTS: Readonly<Record<WorkerType['placement'], string>> = {
  one: 'of several processes that run it, one at a time does',
  each: 'each process that runs it has its own',
  shared: 'processes that run it share its queues',
};

/** All types, one on a line. */
export function listTypes(types: readonly WorkerType[]): string {
  const sorted = types.toSorted((a, b) => (a.type < b.type ? -1 : 1));
  const width = Math.max(...sorted.map(({ type }) => type.length));
  return sorted.map(({ type, summary }) => `${type.padEnd(width)}  ${oneLine(summary)}\n`).join('');
}

/** What there is to know of one. `more`: options that stand beside its own, such as a router's. */
export function describeType(type: WorkerType): string {
  const { aliases, needs, placement } = type;
  const facts = [
    `${type.type}: ${oneLine(type.summary)}`,
    ...(aliases.length === 0
      ? []
      : [`In Vumi: ${aliases.filter((alias) => alias.includes('.')).join(', ')}`]),
    `Placement: ${PLACEMENTS[placement]}${needs.includes('store') ? '; needs a database' : ''}`,
  ];
  return `${facts.join('\n')}\n\nOptions:\n${describeOptions(type.configSchema).map(describeOption).join('')}`;
}

function describeOption({ name, kind, required, default: standard, description }: OptionHelp): string {
  const marks = [kind, required ? 'required' : null, standard === null ? null : `default ${standard}`];
  const text = description === '' ? '' : `      ${oneLine(description)}\n`;
  return `  ${name} (${marks.filter((mark) => mark !== null).join(', ')})\n${text}`;
}

function oneLine(text: string): string {
  return text.replaceAll(/\s+/g, ' ').replace(/\.$/, '');
}
