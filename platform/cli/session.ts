import type { Command } from 'commander';
import { createClient, type Client } from './client.ts';
import { readEnvironment } from './environment.ts';
import { usageError } from './exit.ts';
import { write, writeJson } from './output.ts';

/** The options that every command takes. */
interface GlobalOptions {
  readonly url?: string;
  readonly token?: string;
  readonly account?: string;
  readonly json?: boolean;
}

/** What a command works with. */
export interface Session {
  readonly client: Client;
  readonly json: boolean;
  /** The account to act on: the one that was named, or the only one that the token opens. */
  account(): Promise<string>;
  /** Prints the value as JSON where --json asks for it, otherwise as people read it. */
  show(value: unknown, text: () => string): void;
}

export function openSession(command: Command): Session {
  const options: GlobalOptions = command.optsWithGlobals();
  const environment = readEnvironment();
  const url = options.url ?? environment.url;
  if (!URL.canParse(url)) throw usageError(`"${url}" is not a URL; write it like http://127.0.0.1:8000`);
  const client = createClient(url, options.token ?? environment.tokenFor(url));
  const json = options.json ?? false;
  return {
    client,
    json,
    account: async () => options.account ?? environment.account ?? onlyAccount(client),
    show: (value, text) => (json ? writeJson(value) : write(text())),
  };
}

async function onlyAccount(client: Client): Promise<string> {
  const accounts = await client.list<{ name: string }>('/accounts');
  const [first] = accounts;
  if (first === undefined)
    throw usageError('there is no account yet; make one with "npx vumi account create NAME"');
  if (accounts.length === 1) return first.name;
  const names = accounts.map(({ name }) => name);
  throw usageError(
    `say which account with --account or VUMI_ACCOUNT: ${names.slice(0, 10).join(', ')}${names.length > 10 ? ', …' : ''}`,
  );
}
