import { formatTimestamp, VumiError } from '@vumi/core';
import { readSmppTime } from '../codec/smpp-time.ts';
import { readText, type PartText } from '../inbound/incoming-text.ts';
import { KeyedLock } from '../../sending/keyed-lock.ts';
import { readElements } from '../text/user-data-header.ts';
import { carriedText, joinFields } from './carried-fields.ts';
import type { IdBook, MessageIds } from './message-ids.ts';
import type { PartGroup, ServerClient, SmppServerPorts, Submission } from './ports.ts';
import { wantedEvents } from './receipt.ts';
import { charsetTableOf, type SubmittedPart } from './submission.ts';

/** A part as the store keeps it. */
interface StoredPart extends Omit<SubmittedPart, 'octets' | 'header'>, MessageIds {
  readonly at: number;
  /** Base64, as are the elements of its header. */
  readonly octets: string;
  readonly elements: string;
}

/** Groups that one sweep ends. */
const SWEPT = 100;

export interface LongMessagesPorts extends Pick<
  SmppServerPorts,
  'parts' | 'submit' | 'fail' | 'client' | 'clock' | 'logger'
> {
  readonly ids: Pick<IdBook, 'remember'>;
  readonly timeoutMs: number;
}

/**
 * Takes what clients submit. The parts of a long message become one message: each is durable before it is answered,
 * and the answer to the last one waits for the whole to be queued.
 */
export class LongMessages {
  readonly #ports: LongMessagesPorts;
  readonly #lock = new KeyedLock();

  constructor(ports: LongMessagesPorts) {
    this.#ports = ports;
  }

  /** Resolves with the id to tell when the part is safe. */
  async take(client: ServerClient, part: SubmittedPart, ids: MessageIds): Promise<string> {
    const { octets, header, ...rest } = part;
    const stored: StoredPart = {
      ...rest,
      ...ids,
      at: this.#ports.clock(),
      octets: octets.toString('base64'),
      elements: header.elements.toString('base64'),
    };
    if (part.concatenation === null) {
      await this.#submit(client, [stored]);
      return ids.told;
    }
    const group = { systemId: client.system_id, key: keyOf(part) };
    const release = await this.#lock.acquire(`${group.systemId} ${group.key}`);
    try {
      return await this.#add(client, group, stored);
    } finally {
      release();
    }
  }

  /** Ends the long messages of which nothing came for too long. */
  async sweep(): Promise<void> {
    const { parts, timeoutMs, clock, client: find } = this.#ports;
    for (const { parts: found, ...group } of await parts.stale(clock() - timeoutMs, SWEPT)) {
      const client = find(group.systemId);
      if (client !== null) await this.#end(client, [...found.values()] as StoredPart[]);
      await parts.remove(group);
    }
  }

  async #add(client: ServerClient, group: PartGroup, part: StoredPart): Promise<string> {
    const { parts } = this.#ports;
    const { part: number = 1, total = 1 } = part.concatenation ?? {};
    const found = (await parts.add(group, number, part)) as ReadonlyMap<number, StoredPart>;
    const kept = found.get(number) ?? part;
    if (kept.octets !== part.octets) {
      // The reference came round again: the message that had it before is not completed any more.
      await this.#end(client, [...found.values()]);
      await parts.remove(group);
      return this.#add(client, group, part);
    }
    if (found.size === total) {
      await this.#complete(client, group, [...found.values()]);
      await parts.remove(group);
    }
    // A part that was sent again keeps the id of the first time.
    return kept.told;
  }

  /** When the whole is refused, the client hears so of the parts that were taken before; the last one is refused. */
  async #complete(client: ServerClient, group: PartGroup, parts: readonly StoredPart[]): Promise<void> {
    try {
      await this.#submit(client, parts);
    } catch (error) {
      if (!isFinal(error)) throw error;
      await this.#ports.fail(client, submissionOf(client, parts), error.message);
      await this.#ports.parts.remove(group);
      throw error;
    }
  }

  /** A whole message that was not queued, because something was killed, is queued now; of others the client is told. */
  async #end(client: ServerClient, parts: readonly StoredPart[]): Promise<void> {
    const { total = 1 } = parts[0]?.concatenation ?? {};
    let reason = `only ${parts.length} of ${total} parts came`;
    if (parts.length === total) {
      try {
        return await this.#submit(client, parts);
      } catch (error) {
        if (!isFinal(error)) throw error;
        reason = error.message;
      }
    }
    this.#ports.logger.warn({ systemId: client.system_id, reason }, 'a long message of a client failed');
    await this.#ports.fail(client, submissionOf(client, parts), reason);
  }

  async #submit(client: ServerClient, parts: readonly StoredPart[]): Promise<void> {
    const submission = submissionOf(client, parts);
    const told = parts.map((part) => part.told);
    await Promise.all([
      this.#ports.ids.remember(client.system_id, submission.messageId, told),
      this.#ports.submit(client, submission),
    ]);
  }
}

function isFinal(error: unknown): error is VumiError {
  return error instanceof VumiError && !error.retry;
}

function submissionOf(client: ServerClient, parts: readonly StoredPart[]): Submission {
  const [first] = parts;
  if (first === undefined) throw new TypeError('a message has at least one part');
  const texts = parts.map(textOf);
  const table = charsetTableOf(client);
  const { content, lossy } = readText(texts, table);
  const smpp = { ...joinFields(parts.map(({ fields }) => fields)), ...carriedText(texts, { table, lossy }) };
  const asking = parts.filter(({ registeredDelivery }) => wantedEvents(registeredDelivery).length > 0);
  const events = [...new Set(asking.flatMap((part) => wantedEvents(part.registeredDelivery)))];
  const { source, destination, at } = first;
  return {
    messageId: first.own,
    from: source.address,
    to: destination.address,
    content,
    metadata: {
      smpp_client: client.system_id,
      ...(parts.length > 1 ? { smpp_parts: parts.length } : {}),
      smpp,
      ...endOf(smpp.validity_period, first.at),
    },
    receipt:
      events.length === 0
        ? null
        : {
            events,
            note: {
              ids: asking.map(({ told }) => told),
              source,
              destination,
              at,
              text: content.slice(0, 20),
            },
          },
  };
}

/** A message whose validity ends before the network takes it is not sent any more. */
function endOf(validityPeriod: string | undefined, at: number): { readonly expires_at?: string } {
  const end = readSmppTime(validityPeriod ?? '', at);
  return end === null ? {} : { expires_at: formatTimestamp(end) };
}

function textOf({ octets, elements, dataCoding }: StoredPart): PartText {
  return {
    octets: Buffer.from(octets, 'base64'),
    dataCoding,
    header: readElements(Buffer.from(elements, 'base64')),
  };
}

/** What the parts of one message have in common (spec smpp §5 point 45). */
function keyOf({ concatenation, source, destination }: SubmittedPart): string {
  const { kind, reference, total } = concatenation ?? {};
  return JSON.stringify([kind, reference, total, source.address, destination.address]);
}
