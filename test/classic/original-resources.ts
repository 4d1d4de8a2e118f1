import type { OriginalTurn } from './original-sandbox.ts';
import { Refused, UnknownCommand, type Command } from './original-commands.ts';
import { OriginalRecords } from './original-records.ts';

type Reply = Command & { success: boolean };

const METRIC = /^[a-zA-Z][a-zA-Z0-9._-]{0,100}$/;
const AGGREGATOR = /^(sum|avg|min|max|last)$/;
const MOST_HTTP_BYTES = 128 * 1024;

interface Place {
  kv: Map<string, unknown>;
  records: OriginalRecords;
}

/** What the parent of the original did with the commands of a run, as its description says (spec sandbox-api §2). */
export class OriginalResources {
  /** As the last run that ended well has left it. */
  #kept: Place = { kv: new Map(), records: new OriginalRecords() };
  #now: Place | null = null;
  #sent: Command[] = [];

  async answer(command: Command, turn: OriginalTurn): Promise<Reply> {
    this.#now ??= copyOf(this.#kept);
    const [resource, action = ''] = String(command['cmd']).split(/\.(.*)/, 2);
    try {
      return {
        success: true,
        ...(await this.#carryOut(resource ?? '', action, { command, turn, place: this.#now })),
      };
    } catch (error) {
      if (error instanceof Refused) return { success: false, reason: error.message };
      throw error;
    }
  }

  /** What users get of a run that has ended, and what is kept. */
  end(well: boolean): { sent: Command[]; kv: Record<string, unknown> } {
    if (well) this.#kept = this.#now ?? this.#kept;
    const sent = well ? this.#sent : [];
    this.#now = null;
    this.#sent = [];
    return { sent, kv: Object.fromEntries(this.#kept.kv) };
  }

  async #carryOut(
    resource: string,
    action: string,
    { command, turn, place }: { command: Command; turn: OriginalTurn; place: Place },
  ): Promise<Command> {
    switch (resource) {
      case 'config':
        return { value: turn.config[String(command['key'])] ?? null };
      case 'log':
        if ((command['msg'] ?? null) === null) throw new Refused('Value expected for msg');
        return {};
      case 'kv':
        return kv(action, command, place.kv);
      case 'http':
        return http(action, command);
      case 'metrics':
        return fire(action, command);
      case 'outbound':
        this.#sent.push(outbound(action, command, turn));
        return {};
      default:
        return place.records.answer(`${resource}.${action}`, command, turn.now);
    }
  }
}

function copyOf({ kv, records }: Place): Place {
  return { kv: structuredClone(kv), records: new OriginalRecords(records) };
}

function kv(action: string, command: Command, values: Map<string, unknown>): Command {
  const key = String(command['key']);
  const before = values.get(key) ?? null;
  if (action === 'get') return { value: before };
  if (action === 'delete') return { existed: values.delete(key) };
  if (action === 'set') {
    values.set(key, command['value'] ?? null);
    return {};
  }
  if (action !== 'incr') throw new UnknownCommand(action);
  const sum = Number(before ?? 0) + Number(command['amount'] ?? 1);
  if (!Number.isInteger(sum)) throw new Refused('value is not an integer or out of range');
  values.set(key, sum);
  return { value: sum };
}

async function http(method: string, { url, headers, data }: Command): Promise<Command> {
  if (typeof url !== 'string') throw new Refused('No URL given');
  const given = Object.entries((headers ?? {}) as Record<string, string[]>).map(([name, values]) => [
    name,
    String(values),
  ]);
  const body = typeof data === 'string' ? { body: data } : {};
  let text: string;
  let code: number;
  try {
    const response = await fetch(url, {
      method: method.toUpperCase(),
      headers: Object.fromEntries(given) as Record<string, string>,
      ...body,
    });
    code = response.status;
    text = await response.text();
  } catch {
    throw new Refused(UNREACHABLE);
  }
  if (text.length > MOST_HTTP_BYTES)
    throw new Refused(`Received more bytes, maximum of ${MOST_HTTP_BYTES} bytes allowed.`);
  return { code, body: text };
}

/** Stands for what a network says. */
export const UNREACHABLE = 'the service is not there';

function fire(action: string, { store = 'default', metric, value, agg }: Command): Command {
  if (action !== 'fire') throw new UnknownCommand(action);
  if (!METRIC.test(String(store))) throw new Refused(`Invalid store name: u'${String(store)}'.`);
  if (!METRIC.test(String(metric))) throw new Refused(`Invalid metric name: u'${String(metric)}'.`);
  if (value === null || !Number.isFinite(Number(value))) throw new Refused('Invalid metric value None.');
  if (!AGGREGATOR.test(String(agg))) throw new Refused(`Invalid metric aggregator u'${String(agg)}'.`);
  return {};
}

function outbound(action: string, command: Command, turn: OriginalTurn): Command {
  const { content } = command;
  if (content === undefined) throw new Refused("'content' must be given in replies.");
  if (content !== null && typeof content !== 'string')
    throw new Refused("'content' must be unicode or null.");
  if (action === 'reply_to') return { ...reply(command, turn), to_addr: turn.body['from_addr'] };
  if (action === 'reply_to_group')
    return { ...reply(command, turn), to_addr: turn.body['group'] === null ? turn.body['from_addr'] : null };
  if (action === 'send_to' || action === 'send_to_endpoint') return send(command, turn);
  throw new UnknownCommand(action);
}

function reply({ content, in_reply_to, continue_session = true }: Command, { body }: OriginalTurn): Command {
  if (in_reply_to === body['message_id']) return { content, end: continue_session === false };
  throw new Refused(`Could not find original message with id: u'${String(in_reply_to)}'`);
}

function send({ content, to_addr, endpoint = 'default' }: Command, { config }: OriginalTurn): Command {
  const { endpoints = {} } = JSON.parse(config['config'] ?? '{}') as { endpoints?: object };
  if (String(endpoint) in endpoints) return { content, to_addr, endpoint, end: false };
  throw new Refused(`Endpoint u'${String(endpoint)}' not configured`);
}
