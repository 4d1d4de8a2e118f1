import { describeMoves, type RouteProof } from '@vumi/core';
import type { Command } from 'commander';
import { path } from '../client.ts';
import { withExample } from '../examples.ts';
import { usageError } from '../exit.ts';
import { table } from '../output.ts';
import { openSession, type Session } from '../session.ts';

interface Route {
  readonly name: string;
  readonly app: string | null;
  readonly smpp_client: string | null;
  readonly connector: string;
  readonly transport: string;
  readonly to_addr: string | null;
  readonly keyword: string | null;
  readonly prefix: string | null;
  readonly endpoint: string;
  readonly default: boolean;
  readonly weight: number | null;
  readonly failover: number | null;
  readonly assigned: boolean;
}

interface SetOptions {
  readonly acceptMoved?: boolean;
  readonly app?: string;
  readonly smppClient?: string;
  readonly interface?: string;
  readonly connector?: string;
  readonly transport: string;
  readonly to?: string;
  readonly keyword?: string;
  readonly prefix?: string;
  readonly endpoint?: string;
  readonly default?: boolean;
  readonly weight?: string;
  readonly failover?: string;
}

export function addRouteCommands(program: Command): void {
  const route = program
    .command('route')
    .description('routes: which app, SMPP client or other connector gets what is sent to an address');
  addSet(route);
  withExample(
    route.command('list').description('list the routes of an account'),
    'npx vumi route list',
  ).action(async (_options: object, command: Command) => {
    const session = openSession(command);
    const account = await session.account();
    const routes = await session.client.list<Route>(path`/accounts/${account}/routes`);
    session.show(routes, () =>
      routes.length === 0
        ? `No routes in ${account} yet. Make one: npx vumi route set NAME --app APP --transport TRANSPORT --to NUMBER\n`
        : table(
            ['ROUTE', 'TRANSPORT', 'TO', 'KEYWORD', 'FROM', 'LEADS TO', 'ENDPOINT', 'STATE'],
            routes.map((one) => [
              one.name,
              one.transport,
              one.to_addr ?? 'any',
              one.keyword,
              sender(one),
              target(one),
              one.endpoint,
              state(one),
            ]),
          ),
    );
  });
  withExample(
    route.command('rm').argument('<name>').description('remove a route'),
    'npx vumi route rm join',
  ).action(async (name: string, _options: object, command: Command) => {
    const session = openSession(command);
    await session.client.call('DELETE', path`/accounts/${await session.account()}/routes/${name}`);
    session.show({ removed: name }, () => `Route ${name} is gone.\n`);
  });
}

function addSet(route: Command): void {
  const set = route
    .command('set')
    .argument('<name>')
    .description('make a route or change it')
    .option('--app <app>', 'the app that answers')
    .option('--smpp-client <system_id>', 'the SMPP client that gets the messages instead of an app')
    .option('--interface <name>', 'the interface that gets them; see "npx vumi interface list"')
    .option(
      '--connector <name>',
      'another connector instead, such as that of an HTTP relay; administrators only',
    )
    .requiredOption('--transport <transport>', 'where the messages come from; see "npx vumi transport list"')
    .option('--to <address>', 'the short code or number that people write to (default: any)')
    .option('--keyword <word>', 'only messages that start with this word')
    .option('--prefix <digits>', 'only senders whose number starts so, such as +27')
    .option('--endpoint <name>', 'the endpoint of the app that leaves by it (default: "default")')
    .option('--default', 'what could leave by several routes leaves by this one')
    .option('--weight <n>', 'its part of the users, where several routes match the same messages')
    .option('--failover <n>', 'its place among them: taken when all of a lower one are down (default: 0)')
    .option('--accept-moved', 'also where it takes messages that another app got in the last 30 days');
  withExample(
    set,
    'npx vumi route set hello --app hello --transport smsc --to 12345',
    'npx vumi route set join --app quiz --transport smsc --to 12345 --keyword join',
    'npx vumi route set hello-sms --app hello --transport mno --to 8000 --endpoint sms',
    'npx vumi route set acme --smpp-client acme --transport smsc --to 8000',
    'npx vumi route set news --interface news --transport smsc --to 8003',
    'npx vumi route set shop --connector relay1 --transport smsc --to 8001',
    'npx vumi route set spare --app clinic2 --transport smsc --to 8002 --failover 1',
  ).action(async (name: string, options: SetOptions, command: Command) => {
    const session = openSession(command);
    const {
      to,
      smppClient,
      interface: door,
      weight,
      failover,
      connector: named,
      acceptMoved,
      ...others
    } = options;
    const connector = door === undefined ? named : `interface:${door}`;
    const targets = [options.app, smppClient, door, named].filter((one) => one !== undefined);
    if (targets.length !== 1) {
      throw usageError(
        'say where the messages go: --app APP, --smpp-client SYSTEM_ID, --interface NAME, or --connector NAME',
      );
    }
    const shares = { weight: wholeNumber('--weight', weight), failover: wholeNumber('--failover', failover) };
    const body = { smpp_client: smppClient, connector, to_addr: to, ...others, ...shares };
    const address = path`/accounts/${await session.account()}/routes/${name}`;
    const query = acceptMoved === true ? '?accept_moved=true' : '';
    const made = await session.client.call<Route & { proof?: RouteProof }>('PUT', `${address}${query}`, {
      body,
    });
    const advice = await missingTransport(session, options.transport);
    session.show(made, () => `${describe(made)} → ${target(made)}\n${advice}${tellProof(made.proof)}`);
  });
}

/** What was found before it was set, a line each; a platform of an earlier version says nothing of it. */
function tellProof(proof: RouteProof | undefined): string {
  if (proof === undefined) return '';
  const { warnings, history } = proof;
  const lines = warnings.map(({ message }) => message);
  if (history === null) lines.push('what was written there of late could not be read in time');
  else if (history.moved > 0) lines.push(describeMoves(history));
  return lines.map((line) => `note: ${line}\n`).join('');
}

/** A route may come before its transport, but a slip looks the same. Only administrators may look. */
async function missingTransport({ client }: Session, name: string): Promise<string> {
  const transports = await client.list<{ name: string }>('/transports').catch(() => null);
  if (transports === null || transports.some((one) => one.name === name)) return '';
  return `There is no transport "${name}" yet: npx vumi transport set ${name} --type smpp host=… port=…\n`;
}

function wholeNumber(option: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  if (!/^\d{1,7}$/.test(text)) throw usageError(`${option} is a whole number, not "${text}"`);
  return Number(text);
}

function target({ app, smpp_client, connector }: Route): string {
  if (app !== null) return app;
  return smpp_client === null ? `connector ${connector}` : `SMPP client ${smpp_client}`;
}

function state({ assigned, default: isDefault, weight, failover }: Route): string {
  if (!assigned) return "does nothing: the number is not this account's";
  return [
    isDefault ? 'default' : '',
    weight === null ? '' : `weight ${weight}`,
    failover === null ? '' : `failover ${failover}`,
  ]
    .filter((word) => word !== '')
    .join(', ');
}

function sender(route: Route): string {
  return route.prefix === null ? 'any' : `${route.prefix}…`;
}

function describe({ to_addr, keyword, transport, prefix, endpoint }: Route): string {
  const what = keyword === null ? 'messages' : `messages that start with "${keyword}"`;
  const from = prefix === null ? '' : ` from ${prefix}…`;
  const way = endpoint === 'default' ? '' : `, endpoint ${endpoint}`;
  return `${what}${from} to ${to_addr ?? 'any address'} on ${transport}${way}`;
}
