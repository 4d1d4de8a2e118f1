import type { LookupAddress } from 'node:dns';
import { lookup, Resolver } from 'node:dns/promises';
import { readFile } from 'node:fs/promises';
import { Lane } from '@vumi/core';

/** For a name server to answer, and how often it is asked. */
const RESOLVER = { timeout: 2000, tries: 2 };
/**
 * The system's own look-up blocks a thread for as long as its name servers are silent, and the process has four, which
 * files and decompression need too.
 */
const SYSTEM_AT_ONCE = 2;
/** Apps that ask for ever other hosts while nobody answers fill no memory. */
const MOST_UNDER_WAY = 200;

const HOSTS_FILE = '/etc/hosts';

/** What is asked of the system now, by host: who asks for the same waits for the same. */
const underWay = new Map<string, Promise<readonly LookupAddress[]>>();
const system = new Lane();

/**
 * All addresses of a host. Name servers are asked without a thread; what stands in the file of hosts, which goes before
 * them, and what they do not know is asked of the system.
 */
export async function findAddresses(host: string): Promise<readonly LookupAddress[]> {
  if (await isInHostsFile(host)) return askSystem(host);
  const found = await askNameServers(host);
  return found.length > 0 ? found : askSystem(host);
}

async function isInHostsFile(host: string): Promise<boolean> {
  const hosts = await readFile(HOSTS_FILE, 'utf8').catch(() => '');
  return hosts.split('\n').some((line) => line.replace(/#.*/, '').split(/\s+/).slice(1).includes(host));
}

async function askNameServers(host: string): Promise<readonly LookupAddress[]> {
  // Made anew: the system's name servers may be others by now.
  const resolver = new Resolver(RESOLVER);
  const [four, six] = await Promise.allSettled([resolver.resolve4(host), resolver.resolve6(host)]);
  return [
    ...(four.status === 'fulfilled' ? four.value.map((address) => ({ address, family: 4 })) : []),
    ...(six.status === 'fulfilled' ? six.value.map((address) => ({ address, family: 6 })) : []),
  ];
}

function askSystem(host: string): Promise<readonly LookupAddress[]> {
  const known = underWay.get(host);
  if (known !== undefined) return known;
  if (underWay.size >= MOST_UNDER_WAY)
    return Promise.reject(new Error('too many hosts are being looked up at once; try again later'));
  const asked = system
    .run(SYSTEM_AT_ONCE, () => lookup(host, { all: true }))
    .finally(() => underWay.delete(host));
  underWay.set(host, asked);
  return asked;
}
