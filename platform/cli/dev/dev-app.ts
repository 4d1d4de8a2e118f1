import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { errorText, sleep, slugSchema } from '@vumi/core';
import { packApp } from '@vumi/sandbox/pack';
import { path, type Client } from '../client.ts';
import { addressOf, CliError, EXIT, usageError } from '../exit.ts';

/** What an app is reached by while it is worked on. */
export interface DevNumbers {
  readonly sms: string;
  readonly ussd: string;
}

export const NUMBERS: DevNumbers = { sms: '8864', ussd: '*120*8864#' };
const SMS = 'smsc';
const USSD = 'ussd';
/** Numbers that are tried where another app has one already. */
const MOST_NUMBERS = 20;
const LOOK_MS = 50;
/** What a deploy warns of (sandbox/no-route.ts). */
const NO_ROUTE = 'has no route to send by';
const MOST_LOOKS = 200;

/** As the transports of an account are told. */
interface Network {
  readonly name: string;
  readonly status?: string;
  readonly message?: string;
}

type Deployed =
  | {
      readonly worked: true;
      readonly version: number;
      readonly ms: number;
      readonly warnings: readonly string[];
    }
  /** `docs`: where the platform tells what the reason's code means. */
  | { readonly worked: false; readonly reason: string; readonly docs: string | undefined };

/** An app on a platform: deployed again and again, and reached by two numbers. */
export class DevApp {
  readonly name: string;
  readonly account: string;
  readonly #client: Client;
  readonly #folder: string;
  readonly #routes = new Set<string>();
  /** The zip of the version that is there. */
  #last: Buffer | null = null;
  #numbers = NUMBERS;

  constructor(client: Client, folder: string, account: string) {
    this.#client = client;
    this.#folder = folder;
    this.account = account;
    this.name = nameOf(folder);
  }

  /** An account, and two networks to the simulators, on a platform that is our own. */
  async prepare(smscPort: number): Promise<void> {
    const { items } = await this.#client.call<{ items: { name: string }[] }>('GET', '/accounts');
    if (!items.some(({ name }) => name === this.account))
      await this.#client.call('POST', '/accounts', { body: { name: this.account } });
    const config = { host: '127.0.0.1', port: smscPort, system_id: 'dev', password: 'dev' };
    await this.#client.call('PUT', path`/transports/${SMS}`, { body: { type: 'smpp', config } });
    await this.#client.call('PUT', path`/transports/${USSD}`, {
      body: { type: 'africastalking_ussd', config: {} },
    });
  }

  /** Leads numbers to the app, once it has a version, and waits a while for their networks: what is not there says why. */
  async connect(): Promise<readonly string[]> {
    const sms = await this.#lead('sms', SMS, 'default');
    const ussd = await this.#lead('ussd', USSD, 'default');
    this.#numbers = { sms, ussd };
    for (const endpoint of endpointsIn(this.#folder))
      await this.#lead(`endpoint-${endpoint}`, endpoint.includes('ussd') ? USSD : SMS, endpoint);
    for (let look = 0; ; look += 1) {
      const missing = await this.#missing();
      if (missing.length === 0 || look === MOST_LOOKS) return missing;
      await sleep(LOOK_MS);
    }
  }

  /** By what the app is reached; known once it is connected. */
  get numbers(): DevNumbers {
    return this.#numbers;
  }

  /** Nobody else's app is led to by what was only tried. */
  async disconnect(): Promise<void> {
    for (const route of this.#routes)
      await this.#client.call('DELETE', path`/accounts/${this.account}/routes/${route}`);
  }

  /** Sets a route for an endpoint of the app on the first number that no other app has; answers that number. */
  async #lead(what: string, transport: string, endpoint: string): Promise<string> {
    const route = `dev-${this.name}-${what}`;
    const address = path`/accounts/${this.account}/routes/${route}`;
    for (let tried = 0; ; tried += 1) {
      const number = String(Number(NUMBERS.sms) + tried);
      const to_addr = transport === USSD ? `*120*${number}#` : number;
      try {
        // What the app writes by itself, such as a reminder, goes by SMS: a phone cannot be dialled.
        const body = { app: this.name, transport, to_addr, endpoint, default: what === 'sms' };
        await this.#client.call('PUT', address, { body });
        this.#routes.add(route);
        return to_addr;
      } catch (error) {
        const isTaken = error instanceof CliError && error.code === 'route.conflict';
        if (!isTaken || tried === MOST_NUMBERS) throw error;
      }
    }
  }

  async #missing(): Promise<string[]> {
    const networks = await this.#client.list<Network>(path`/accounts/${this.account}/transports`);
    return [SMS, USSD].flatMap((name) => {
      const { status = 'not there', message } = networks.find((one) => one.name === name) ?? {};
      return status === 'ok' ? [] : [`${name} is ${status}${message === undefined ? '' : `: ${message}`}`];
    });
  }

  /** What does not compile or load leaves the last version as it is. Null: nothing that is deployed has changed. */
  async deploy(): Promise<Deployed | null> {
    const began = performance.now();
    try {
      const { zip } = packApp(this.#folder);
      if (this.#last?.equals(zip) === true) return null;
      this.#last = zip;
      const address = path`/accounts/${this.account}/apps/${this.name}`;
      const made = await this.#client.call<{ version: number; warnings: string[] }>('PUT', address, {
        body: zip,
        // Whoever is in a conversation goes on with what was saved, where it fits.
        query: { self_test: false, talks: 'restart', prove_talks: false },
      });
      // Its endpoints get routes of ours, once it is there.
      const warnings = made.warnings.filter((warning) => !warning.includes(NO_ROUTE));
      return { worked: true, version: made.version, warnings, ms: performance.now() - began };
    } catch (error) {
      if (error instanceof CliError && error.exitCode === EXIT.unreachable) throw error;
      // Saved again it is tried again: it may have been the platform's trouble.
      this.#last = null;
      return { worked: false, reason: errorText(error), docs: addressOf(error, this.#client.url) };
    }
  }

  /** What the app logs from now on, line by line. */
  async *logs(signal: AbortSignal): AsyncGenerator<LogRow> {
    const address = path`/accounts/${this.account}/apps/${this.name}/logs`;
    // What an earlier run of this command has shown is old.
    const old = await this.#client.call<{ next_cursor: string | null }>('GET', address, {
      query: { limit: 1 },
    });
    const query = { follow: true, after: old.next_cursor ?? undefined };
    let pending = '';
    for await (const text of this.#client.stream(address, query)) {
      if (signal.aborted) return;
      const lines = (pending + text).split('\n');
      pending = lines.pop() ?? '';
      for (const line of lines.filter((one) => one !== '')) yield JSON.parse(line) as LogRow;
    }
  }
}

/** Beside "default". What is no list is the platform's to refuse. */
function endpointsIn(folder: string): string[] {
  try {
    const { endpoints } = JSON.parse(readFileSync(join(folder, 'vumi.json'), 'utf8')) as {
      endpoints?: unknown;
    };
    return Array.isArray(endpoints) ? endpoints.map(String).filter((name) => name !== 'default') : [];
  } catch {
    return [];
  }
}

function nameOf(folder: string): string {
  const { name } = packApp(folder);
  if (slugSchema.safeParse(name).success) return name;
  throw usageError(`no app can be called "${name}": give it another name in vumi.json, { "name": "clinic" }`);
}

interface LogRow {
  readonly level: string;
  readonly text: string;
  readonly fields?: Readonly<Record<string, unknown>> | null;
  readonly timestamp: string;
}
