import { path, type Client } from '../client.ts';
import { outcomeOf, type Outcome, type RowTarget } from './import-rows.ts';
import type { Row } from './rows.ts';

interface Group {
  readonly key: string;
  readonly name: string;
  readonly query: string | null;
}

/** All groups of an account, by their keys and names. */
export class KnownGroups {
  readonly #client: Client;
  readonly #account: string;
  readonly #byKey: Map<string, Group>;

  private constructor(client: Client, account: string, groups: readonly Group[]) {
    this.#client = client;
    this.#account = account;
    this.#byKey = new Map(groups.map((group) => [group.key, group]));
  }

  static async of(client: Client, account: string): Promise<KnownGroups> {
    return new KnownGroups(client, account, await client.list<Group>(path`/accounts/${account}/groups`));
  }

  /** Of an account that is not there yet. */
  static none(client: Client, account: string): KnownGroups {
    return new KnownGroups(client, account, []);
  }

  get keys(): ReadonlyMap<string, string> {
    const groups = [...this.#byKey.values()];
    return new Map(groups.flatMap(({ key, name }) => [[name, key] as const, [key, key] as const]));
  }

  /** The key of the group of this name, which is made when it is not there. */
  async obtain(name: string, dry: boolean): Promise<string> {
    const known = this.#named(name);
    if (known !== undefined) return known.key;
    await this.#put({ line: 0, fields: { name } }, dry);
    return this.#named(name)?.key ?? name;
  }

  /** Where records of groups go. */
  get target(): RowTarget {
    return {
      batch: 1,
      put: (rows, dry) => Promise.all(rows.map((row) => outcomeOf(() => this.#put(row, dry)))),
    };
  }

  #named(name: string): Group | undefined {
    return [...this.#byKey.values()].find((group) => group.name === name);
  }

  async #put({ fields }: Row, dry: boolean): Promise<Outcome> {
    const name = textOf(fields['name']);
    if (name === null) throw new Error('a group needs a name');
    const given = textOf(fields['key']);
    const body = { name, query: textOf(fields['query']) };
    const known = (given === null ? undefined : this.#byKey.get(given)) ?? this.#named(name);
    if (known !== undefined && known.name === name && known.query === body.query) return 'same';
    const made = await this.#write(known?.key ?? given, body, dry);
    this.#byKey.set(made.key, made);
    return known === undefined ? 'made' : 'changed';
  }

  async #write(key: string | null, body: Omit<Group, 'key'>, dry: boolean): Promise<Group> {
    if (dry) return { key: key ?? body.name, ...body };
    const groups = path`/accounts/${this.#account}/groups`;
    if (key === null) return this.#client.call<Group>('POST', groups, { body });
    return this.#client.call<Group>('PUT', `${groups}/${encodeURIComponent(key)}`, { body });
  }
}

/** Null for nothing. */
function textOf(value: unknown): string | null {
  const text = typeof value === 'string' ? value.trim() : '';
  return text === '' ? null : text;
}
