import type { Command } from 'commander';
import { path } from '../client.ts';
import { withExample } from '../examples.ts';
import { openSession } from '../session.ts';

interface Account {
  readonly private_services: readonly string[];
}

/** `vumi account private-services`: what is open to the apps of one account beside the public internet. */
export function addPrivateServices(account: Command): void {
  const command = account
    .command('private-services')
    .argument('<name>')
    .argument('[service...]', 'all of them: hosts and networks with their ports (default: 80 and 443)')
    .option('--none', 'open nothing: its apps call public hosts only')
    .description('show or set what its apps may call by HTTP beside public hosts');
  withExample(
    command,
    'npx vumi account private-services acme clinic-db:8080 10.20.0.0/16:80,8000-8010',
    'npx vumi account private-services acme --none',
  ).action(async (name: string, services: string[], { none }: { none?: boolean }, command: Command) => {
    const session = openSession(command);
    const address = path`/accounts/${name}`;
    const changes = services.length > 0 || none === true;
    const found = changes
      ? await session.client.call<Account>('PATCH', address, { body: { private_services: services } })
      : await session.client.call<Account>('GET', address);
    session.show(found, () => servicesText(name, found.private_services));
  });
}

function servicesText(name: string, services: readonly string[]): string {
  if (services.length === 0) return `The apps of ${name} call public hosts only.\n`;
  return `The apps of ${name} call public hosts and\n${services.map((service) => `  ${service}\n`).join('')}`;
}
