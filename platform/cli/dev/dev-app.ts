import { errorText, sleep, slugSchema } from '@vumi/core';
import { packApp } from '@vumi/sandbox/pack';
import { path, type Client } from '../client.ts';
import { addressOf, CliError, EXIT, usageError } from '../exit.ts';

/** What an app is reached by while it is worked on. */
interface DevNumbers {
  readonly sms: string;
  readonly ussd: string;
}

export const NUMBERS: DevNumbers = { sms: '8864', ussd: '*120*8864#' };
const SMS = 'smsc';
const USSD = 'ussd';
const LOOK_MS = 50;
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
    for (const [transport, to_addr] of [
      [SMS, NUMBERS.sms],
      [USSD, NUMBERS.ussd],
    ] as const) {
      const body = { app: this.name, transport, to_addr };
      await this.#client.call('PUT', path`/accounts/${this.account}/routes/${`dev-${transport}`}`, { body });
    }
    for (let look = 0; ; look += 1) {
      const missing = await this.#missing();
      if (missing.length === 0 || look === MOST_LOOKS) return missing;
      await sleep(LOOK_MS);
    }
  }

  async #missing(): Promise<string[]> {
    const networks = await this.#client.list<Network>(path`/accounts/${this.account}/transports`);
    return [SMS, USSD].flatMap((name) => {
      const { status = 'not there', message } = networks.find((one) => one.name === name) ?? {};
      return status === 'ok' ? [] : [`${name} is ${status}${message === undefined ? '' : `: ${message}`}`];
    });
  }

  /** What does not compile or load leaves the last version as it is. */
  async deploy(): Promise<Deployed> {
    const began = performance.now();
    try {
      const { zip } = packApp(this.#folder);
      const address = path`/accounts/${this.account}/apps/${this.name}`;
      const made = await this.#client.call<{ version: number; warnings: string[] }>('PUT', address, {
        body: zip,
        // Whoever is in a conversation goes on with what was saved, where it fits.
        query: { self_test: false, talks: 'restart', prove_talks: false },
      });
      return { worked: true, version: made.version, warnings: made.warnings, ms: performance.now() - began };
    } catch (error) {
      if (error instanceof CliError && error.exitCode === EXIT.unreachable) throw error;
      return { worked: false, reason: errorText(error), docs: addressOf(error, this.#client.url) };
    }
  }

  /** What the app logs from now on, line by line. */
  async *logs(signal: AbortSignal): AsyncGenerator<LogRow> {
    const address = path`/accounts/${this.account}/apps/${this.name}/logs`;
    let pending = '';
    for await (const text of this.#client.stream(address, { follow: true, limit: 1 })) {
      if (signal.aborted) return;
      const lines = (pending + text).split('\n');
      pending = lines.pop() ?? '';
      for (const line of lines.filter((one) => one !== '')) yield JSON.parse(line) as LogRow;
    }
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
  readonly timestamp: string;
}
