import { suggestion } from '@vumi/core';
import type { Command } from 'commander';
import { askOptions, type OptionsSchema } from '../ask-options.ts';
import { path } from '../client.ts';
import { withExample } from '../examples.ts';
import { usageError } from '../exit.ts';
import { table } from '../output.ts';
import { openSession, type Session } from '../session.ts';

interface TransportKind {
  readonly type: string;
  readonly aliases: readonly string[];
  readonly summary: string;
  readonly options: OptionsSchema;
}

/** What kinds there are, and where a transport is found. */
export function addTransportHelp(transport: Command): void {
  withExample(
    transport
      .command('types')
      .argument('[type]')
      .description('list the kinds of transports, or the options of one'),
    'npx vumi transport types http_api',
  ).action(listTypes);
  withExample(
    transport
      .command('urls')
      .argument('<name>')
      .description('show where the network of a transport finds it, secrets included'),
    'npx vumi transport urls web',
  ).action(async (name: string, _options: object, command: Command) => {
    const session = openSession(command);
    const urls = await session.client.list<TransportUrl>(path`/transports/${name}/urls`);
    session.show(urls, () =>
      urls.length === 0
        ? `Nobody calls ${name}: it calls its network.\n`
        : table(
            ['URL', 'THERE'],
            urls.map(({ purpose, url }) => [url, purpose]),
          ) + urls.map(({ paste }) => (paste === undefined ? '' : `\nTo paste: ${paste}\n`)).join(''),
    );
  });
}

interface TransportUrl {
  readonly purpose: string;
  readonly url: string;
  /** What to paste into pages. */
  readonly paste?: string;
}

async function listTypes(type: string | undefined, _options: object, command: Command): Promise<void> {
  const session = openSession(command);
  const kinds = await session.client.list<TransportKind>('/transport-types');
  if (type === undefined) {
    session.show(kinds, () =>
      table(
        ['TYPE', 'WHAT IT IS'],
        kinds.map(({ type, summary }) => [type, summary]),
      ),
    );
    return;
  }
  const kind = kinds.find((one) => one.type === type);
  if (kind === undefined) {
    const names = kinds.map((one) => one.type);
    throw usageError(`there is no transport type "${type}"${suggestion(type, names)}`);
  }
  session.show(kind, () => `${kind.summary}\n\n${describeOptions(kind.options)}`);
}

/** What has no effect is left out. */
function describeOptions({ properties = {}, required = [] }: OptionsSchema): string {
  const lines = Object.entries(properties)
    .filter(([, { deprecated }]) => deprecated !== true)
    .map(([name, { description = '' }]) => {
      const need = required.includes(name) ? ' (required)' : '';
      return `${name}${need}\n    ${description}\n`;
    });
  return lines.join('');
}

/** What a transport of a type needs and nobody has given, as somebody types it. A type that is not known needs nothing. */
export async function askForType(
  { client }: Session,
  type: string,
  given: ReadonlySet<string>,
): Promise<string[]> {
  const kinds = await client.list<TransportKind>('/transport-types');
  const kind = kinds.find((one) => one.type === type || one.aliases.includes(type));
  return kind === undefined ? [] : askOptions(kind.options, given);
}
