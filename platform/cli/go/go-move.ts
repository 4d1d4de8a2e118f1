import { createHash } from 'node:crypto';
import { basename } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import AdmZip from 'adm-zip';
import { errorText } from '@vumi/core';
import { NO_TIME } from '@vumi/sandbox/pack';
import { orNone, path, type Client } from '../client.ts';
import { allOptouts } from '../commands/optouts.ts';
import { contactTarget } from '../records/contacts.ts';
import { KnownGroups } from '../records/groups.ts';
import type { ImportReport, RowTarget } from '../records/import-rows.ts';
import { kvTarget } from '../records/kv.ts';
import { optoutTarget } from '../records/optouts.ts';
import { readInto } from '../records/run-import.ts';
import type { GoConfig } from './go-config.ts';
import type { GoFolder } from './go-folder.ts';
import { routeName, type GoRoute } from './go-route.ts';

/** What is to be moved, and what it is to be called. */
export interface GoChoices {
  readonly found: GoFolder;
  readonly account: string;
  readonly app: string;
  /** The app's file as text. */
  readonly code: string;
  readonly config: GoConfig;
  readonly routes: readonly GoRoute[];
}

/** One thing that was done, or would be. */
export interface GoStep {
  readonly step: string;
  readonly outcome: 'made' | 'changed' | 'same' | 'refused';
  readonly detail: string;
  /** Of a file of records. */
  readonly report?: ImportReport;
}

interface App {
  readonly active_version: number | null;
  readonly config: Record<string, unknown>;
}

interface Version {
  readonly version: number;
  readonly sha256: string;
  readonly active: boolean;
}

interface Deployment extends Version {
  readonly warnings: readonly string[];
}

interface Route {
  readonly name: string;
  readonly app: string | null;
  readonly transport: string;
  readonly to_addr: string | null;
  readonly keyword: string | null;
  readonly endpoint?: string;
  readonly assigned?: boolean;
}

function bundleOf({ found, code }: GoChoices): Buffer {
  const zip = new AdmZip();
  const parts = { 'workers/worker.js': code, 'package.json': found.packageJson, 'vumi.json': found.manifest };
  for (const [name, text] of Object.entries(parts))
    if (text !== null) zip.addFile(name, Buffer.from(text)).header.time = NO_TIME;
  return zip.toBuffer();
}

/** Moves an app of Vumi Go with what belongs to it. Done again it changes nothing more. */
export class GoMove {
  /** What cannot be done, or is still to be done by hand. */
  readonly cannot: string[];
  readonly #client: Client;
  readonly #choices: GoChoices;
  readonly #dry: boolean;
  readonly #base: string;

  constructor(client: Client, choices: GoChoices, dry: boolean) {
    this.#client = client;
    this.#choices = choices;
    this.#dry = dry;
    this.#base = path`/accounts/${choices.account}`;
    this.cannot = [...choices.found.cannot];
  }

  /** Each step as soon as it is done. */
  async *steps(): AsyncGenerator<GoStep> {
    const isNewAccount = (await orNone(this.#client.call('GET', this.#base))) === null;
    yield await this.#account(isNewAccount);
    const before = isNewAccount ? null : await orNone(this.#client.call<App>('GET', this.#appPath));
    yield await this.#deploy(before);
    const config = await this.#config(before);
    yield config;
    // Which libraries fit shows only with the configuration.
    if (config.outcome !== 'same' && !this.#dry) await this.#deployOnce();
    yield* this.#records(isNewAccount, before === null);
    yield* this.#routes(isNewAccount);
  }

  get #appPath(): string {
    return `${this.#base}/apps/${this.#choices.app}`;
  }

  async #account(isNew: boolean): Promise<GoStep> {
    const { account } = this.#choices;
    if (isNew && !this.#dry) await this.#client.call('POST', '/accounts', { body: { name: account } });
    return { step: 'account', outcome: isNew ? 'made' : 'same', detail: account };
  }

  async #deploy(before: App | null): Promise<GoStep> {
    const { app } = this.#choices;
    const step = { step: 'app', detail: app };
    if (before !== null && (await this.#isDeployed())) return { ...step, outcome: 'same' };
    const outcome = before === null ? 'made' : 'changed';
    if (this.#dry) return { ...step, outcome };
    const { version, warnings } = await this.#deployOnce();
    return { ...step, outcome, detail: [`${app}, version ${version}`, ...warnings].join('\n    ') };
  }

  async #isDeployed(): Promise<boolean> {
    const sha256 = createHash('sha256').update(bundleOf(this.#choices)).digest('hex');
    const versions = await this.#client.list<Version>(`${this.#appPath}/versions`);
    return versions.some((version) => version.active && version.sha256 === sha256);
  }

  #deployOnce(): Promise<Deployment> {
    return this.#client.call<Deployment>('PUT', this.#appPath, { body: bundleOf(this.#choices) });
  }

  async #config(before: App | null): Promise<GoStep> {
    const { values, notes } = this.#choices.config;
    const current = before?.config ?? {};
    const next = { ...current, ...values };
    const keys = Object.keys(values).filter((key) => !isDeepStrictEqual(current[key], values[key]));
    if (keys.length === 0) return { step: 'config', outcome: 'same', detail: Object.keys(values).join(', ') };
    if (!this.#dry) await this.#client.call('PUT', `${this.#appPath}/config`, { body: next });
    const detail = [keys.join(', '), ...notes].join('\n    ');
    return { step: 'config', outcome: Object.keys(current).length === 0 ? 'made' : 'changed', detail };
  }

  async *#records(isNewAccount: boolean, isNewApp: boolean): AsyncGenerator<GoStep> {
    const { found, account, app } = this.#choices;
    const client = this.#client;
    const isNew = isNewAccount && this.#dry;
    const groups = isNew ? KnownGroups.none(client, account) : await KnownGroups.of(client, account);
    for (const file of found.data.groups) yield await this.#file('groups', file, groups.target);
    const people = (into: readonly string[]): RowTarget =>
      contactTarget({ client, account, groups: groups.keys, into, isNew });
    for (const file of found.data.contacts) yield await this.#file('contacts', file, people([]));
    for (const file of found.members) {
      const name = basename(file).replace(/\.[a-z]+$/i, '');
      const key = await groups.obtain(name, this.#dry);
      yield await this.#file(`contacts of the group ${name}`, file, people([key]));
    }
    const known = isNew ? [] : await allOptouts(client, account);
    for (const file of found.data.optouts)
      yield await this.#file('opt-outs', file, optoutTarget(client, account, known));
    for (const file of found.data.kv)
      yield await this.#file('kv', file, kvTarget({ client, account, app, isNew: isNewApp }));
    if (found.data.optouts.length > 0)
      this.cannot.push('opt-outs have the time of this import; when Vumi Go heard of them is not kept');
  }

  async #file(step: string, file: string, target: RowTarget): Promise<GoStep> {
    const report = await readInto({ what: step, file, target, flags: { dryRun: this.#dry } });
    const { made, changed, same, refused } = report;
    const outcome = refused.length > 0 ? 'refused' : made > 0 ? 'made' : changed > 0 ? 'changed' : 'same';
    const detail = `${file}: ${made} new, ${changed} changed, ${same} the same, ${refused.length} refused`;
    return { step, outcome, detail, report };
  }

  async *#routes(isNewAccount: boolean): AsyncGenerator<GoStep> {
    const { app, account, config, routes } = this.#choices;
    const known = isNewAccount && this.#dry ? [] : await this.#client.list<Route>(`${this.#base}/routes`);
    const own = known.filter((route) => route.app === app);
    for (const wanted of routes) yield await this.#route(wanted, known);
    const led = new Set([
      ...own.map(({ endpoint = 'default' }) => endpoint),
      ...routes.map(({ endpoint }) => endpoint),
    ]);
    for (const endpoint of config.endpoints) {
      if (led.has(endpoint)) continue;
      this.cannot.push(
        `endpoint "${endpoint}" leads nowhere yet: npx vumi route set ${routeName(app, endpoint)} --account ${account} --app ${app} --transport TRANSPORT --to NUMBER${
          endpoint === 'default' ? '' : ` --endpoint ${endpoint}`
        }`,
      );
    }
  }

  async #route(wanted: GoRoute, known: readonly Route[]): Promise<GoStep> {
    const { app } = this.#choices;
    const name = routeName(app, wanted.endpoint);
    const { endpoint, transport, to, keyword } = wanted;
    const body = { app, transport, to_addr: to, keyword: keyword?.toLowerCase() ?? null, endpoint };
    const before = known.find((route) => route.name === name);
    const word = keyword === null ? '' : `, keyword ${keyword}`;
    const step = {
      step: 'route',
      detail: `${name}: ${endpoint} at ${to ?? 'any number'} on ${transport}${word}`,
    };
    if (before !== undefined && isDeepStrictEqual(body, pick(before))) return { ...step, outcome: 'same' };
    const outcome = before === undefined ? 'made' : 'changed';
    return this.#dry ? { ...step, outcome } : this.#putRoute(name, body, { ...step, outcome });
  }

  async #putRoute(name: string, body: ReturnType<typeof pick>, step: GoStep): Promise<GoStep> {
    try {
      const made = await this.#client.call<Route>('PUT', `${this.#base}/routes/${name}`, { body });
      if (made.assigned === false)
        this.cannot.push(
          `${body.to_addr ?? 'the transport'} is not this account's: npx vumi number assign ${body.to_addr ?? 'NUMBER'} --transport ${body.transport} --account ${this.#choices.account}`,
        );
      return step;
    } catch (error) {
      return { ...step, outcome: 'refused', detail: `${step.detail}: ${errorText(error)}` };
    }
  }
}

function pick({ app, transport, to_addr, keyword, endpoint = 'default' }: Route) {
  return { app, transport, to_addr, keyword, endpoint };
}
