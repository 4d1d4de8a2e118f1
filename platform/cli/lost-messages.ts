import { sleep } from '@vumi/core';
import { path, type Client } from './client.ts';
import { CliError, EXIT } from './exit.ts';

const LOOK_MS = 100;
const MOST_SEEN = 100;
/** Accounts and routes that a hint is made of, and routes that it names. */
const MOST_ACCOUNTS = 20;
const MOST_NAMED = 8;
const LONGEST_TEXT = 40;

interface Message {
  readonly message_id: string;
  readonly transport_name: string | null;
  readonly to_addr: string | null;
  readonly content: string | null;
}

interface Route {
  readonly transport: string;
  readonly to_addr: string | null;
  readonly keyword: string | null;
  readonly app: string | null;
  readonly smpp_client: string | null;
  readonly connector: string | null;
}

/** What a phone has sent and nobody gets, because no route leads on: whoever waits for an answer to it is told so at once. */
export class LostMessages {
  readonly #client: Client;
  readonly #from: string;
  readonly #seen = new Set<string>();
  #mayLook = true;

  private constructor(client: Client, from: string) {
    this.#client = client;
    this.#from = from;
  }

  /** What was lost before is old. */
  static async begin(client: Client, from: string): Promise<LostMessages> {
    const lost = new LostMessages(client, from);
    await lost.#look();
    return lost;
  }

  /** What to do about those that were lost since the last look. */
  async look(): Promise<string[]> {
    return Promise.all((await this.#look()).map((message) => this.#told(message)));
  }

  /** Only administrators see what has no account: for others there is nothing here. */
  async #look(): Promise<Message[]> {
    if (!this.#mayLook) return [];
    try {
      const query = { status: 'unrouted', address: this.#from, limit: MOST_SEEN };
      const found = await this.#client.list<Message>('/messages', { query, limit: MOST_SEEN });
      const fresh = found.filter(({ message_id }) => !this.#seen.has(message_id));
      for (const { message_id } of fresh) this.#seen.add(message_id);
      return fresh;
    } catch (error) {
      if (!(error instanceof CliError)) throw error;
      if (error.code !== undefined) this.#mayLook = false;
      return [];
    }
  }

  async #told({ transport_name, to_addr, content }: Message): Promise<string> {
    const transport = transport_name ?? 'its transport';
    const number = to_addr ?? 'a number that is not known';
    const text = content === null || content === '' ? '' : ` with the text "${shortened(content)}"`;
    const routes = (await this.#routes()).filter((route) => route.transport === transport);
    const named = routes.slice(0, MOST_NAMED).map(routeText);
    const rest = routes.length > MOST_NAMED ? `, and ${routes.length - MOST_NAMED} more` : '';
    const there =
      named.length === 0
        ? `over ${transport} none leads anywhere`
        : `over ${transport} there are ${named.join(', ')}${rest}`;
    const to = to_addr === null ? '' : ` --to '${to_addr}'`;
    return `nobody gets this: no route leads from ${number}${text} to an app; ${there}. Make one: npx vumi route set NAME --app APP --transport ${transport}${to}`;
  }

  async #routes(): Promise<Route[]> {
    const accounts = await this.#client.list<{ name: string }>('/accounts', { limit: MOST_ACCOUNTS });
    const lists = accounts.map(({ name }) => this.#client.list<Route>(path`/accounts/${name}/routes`));
    return (await Promise.all(lists)).flat();
  }
}

function shortened(text: string): string {
  return text.length > LONGEST_TEXT ? `${text.slice(0, LONGEST_TEXT)}...` : text;
}

function routeText({ to_addr, keyword, app, smpp_client: client, connector }: Route): string {
  const word = keyword === null ? '' : ` with "${keyword}"`;
  return `${to_addr ?? 'every number'}${word} (to ${app ?? client ?? connector})`;
}

/**
 * The answer to what a phone at this number does, such as dialling. Throws as soon as it is known that nobody gets it: networks
 * would wait for an answer.
 */
export async function answeredOrLost<T>(client: Client, from: string, act: () => Promise<T>): Promise<T> {
  const lost = await LostMessages.begin(client, from);
  const answer = act().then((value) => ({ value }));
  // Somebody who was told that it is lost hears of nothing else.
  answer.catch(() => {});
  for (;;) {
    const known = await Promise.race([answer, sleep(LOOK_MS).then(() => null)]);
    if (known !== null) return known.value;
    const [hint] = await lost.look();
    if (hint !== undefined) throw new CliError(EXIT.refused, hint);
  }
}
