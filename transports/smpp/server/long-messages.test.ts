import { silentLogger, smppClientSettingsSchema, VumiError } from '@vumi/core';
import { beforeEach, describe, expect, it } from 'vitest';
import { BLANK_MESSAGE, type MessageBody } from '../codec/pdu.ts';
import { TAG } from '../codec/tags.ts';
import { tlvInteger } from '../codec/tlvs.ts';
import { LongMessages } from './long-messages.ts';
import type { MessageIds } from './message-ids.ts';
import type { PartGroup, PartStore, ServerClient, Submission } from './ports.ts';
import { isRefused, readSubmission, type SubmittedPart } from './submission.ts';

const TIMEOUT_MS = 300_000;
const client: ServerClient = {
  ...smppClientSettingsSchema.parse({}),
  account: 'shop',
  system_id: 'acme',
  password_set_at: '',
};

/** The store's table in memory. */
class MemoryParts implements PartStore {
  readonly groups = new Map<string, { group: PartGroup; at: number; parts: Map<number, unknown> }>();
  now = 0;

  async add(group: PartGroup, part: number, body: unknown): Promise<ReadonlyMap<number, unknown>> {
    const entry = this.groups.get(group.key) ?? { group, at: 0, parts: new Map<number, unknown>() };
    if (!entry.parts.has(part)) {
      entry.parts.set(part, JSON.parse(JSON.stringify(body)));
      entry.at = this.now;
    }
    this.groups.set(group.key, entry);
    return new Map([...entry.parts].toSorted(([a], [b]) => a - b));
  }

  async remove({ key }: PartGroup): Promise<void> {
    this.groups.delete(key);
  }

  async stale(before: number) {
    return [...this.groups.values()]
      .filter(({ at }) => at < before)
      .map(({ group: { systemId, key }, parts }) => ({ systemId, key, parts }));
  }
}

let parts: MemoryParts;
let submitted: Submission[];
let failed: [Submission, string][];
let refusal: Error | null;
let messages: LongMessages;
let number: number;

beforeEach(() => {
  parts = new MemoryParts();
  submitted = [];
  failed = [];
  refusal = null;
  number = 0;
  messages = createMessages();
});

function createMessages(): LongMessages {
  return new LongMessages({
    parts,
    client: () => client,
    clock: () => parts.now,
    logger: silentLogger,
    timeoutMs: TIMEOUT_MS,
    ids: { remember: async () => {} },
    submit: async (_client, submission) => {
      if (refusal !== null) throw refusal;
      submitted.push(submission);
    },
    fail: async (_client, submission, reason) => void failed.push([submission, reason]),
  });
}

const SUBMIT: MessageBody = {
  ...BLANK_MESSAGE,
  command: 'submit_sm',
  sourceAddr: '8000',
  destinationAddr: '27761234567',
};

function read(fields: Partial<MessageBody>): SubmittedPart {
  const submission = readSubmission({ ...SUBMIT, ...fields });
  if (isRefused(submission)) throw new Error(submission.reason);
  return submission;
}

function part(index: number, text: string, reference = 7): SubmittedPart {
  return read({
    esmClass: 0x40,
    registeredDelivery: 1,
    shortMessage: Buffer.concat([Buffer.from([5, 0, 3, reference, 3, index]), Buffer.from(text)]),
  });
}

function fieldsOf(index: number): Partial<MessageBody> {
  const shortMessage = Buffer.from([5, 0, 3, 7, 3, index, 0x78]);
  return { esmClass: 0x40, protocolId: index === 1 ? 0x41 : 0, shortMessage };
}

function ids(index: number): MessageIds {
  return { own: `id-${index}`, told: `id-${index}` };
}

function take(index: number, text: string, reference?: number): Promise<string> {
  number += 1;
  const id = `id-${number}`;
  return messages.take(client, part(index, text, reference), { own: id, told: id });
}

describe('a long message of a client', () => {
  it('is submitted once all parts are there, in whatever order, under the id of its first part', async () => {
    expect(await Promise.all([take(3, 'three'), take(1, 'one '), take(2, 'two ')])).toEqual([
      'id-1',
      'id-2',
      'id-3',
    ]);
    expect(submitted).toMatchObject([{ messageId: 'id-2', content: 'one two three', from: '8000' }]);
    expect(submitted[0]?.receipt?.note.ids).toEqual(['id-2', 'id-3', 'id-1']);
    expect(parts.groups.size).toBe(0);
  });

  it('is sent with the fields of its first part and the TLVs of all', async () => {
    const withTlvs = (index: number, tlvs: MessageBody['tlvs']) =>
      messages.take(client, read({ ...fieldsOf(index), tlvs }), ids(index));
    const more = (value: number) => tlvInteger(TAG.MORE_MESSAGES_TO_SEND, value, 1);
    const vendor = { tag: 0x1400, value: Buffer.from('31373031313538', 'hex') };
    await withTlvs(1, [more(1), vendor, tlvInteger(TAG.USER_MESSAGE_REFERENCE, 1, 2)]);
    await withTlvs(2, [more(1), tlvInteger(TAG.USER_MESSAGE_REFERENCE, 2, 2)]);
    await withTlvs(3, [more(0), { tag: 0x1401, value: Buffer.from([1]) }]);
    expect(submitted[0]?.metadata['smpp']).toMatchObject({
      protocol_id: 0x41,
      tlvs: {
        user_message_reference: 1,
        '0x1400': '31373031313538',
        '0x1401': '01',
        more_messages_to_send: 0,
      },
    });
  });

  it('takes a part that is sent again for the same part', async () => {
    expect(await take(1, 'one ')).toBe('id-1');
    expect(await take(1, 'one ')).toBe('id-1');
    await take(2, 'two ');
    await take(3, 'three');
    expect(submitted).toMatchObject([{ content: 'one two three' }]);
  });

  it('waits in the store, so that another process joins it', async () => {
    await take(1, 'one ');
    await take(2, 'two ');
    messages = createMessages();
    await take(3, 'three');
    expect(submitted).toMatchObject([{ messageId: 'id-1', content: 'one two three' }]);
  });

  it('whose reference came round again has failed, and the new one begins', async () => {
    await take(1, 'old ');
    await take(1, 'one ');
    await take(2, 'two ');
    await take(3, 'three');
    expect(failed).toMatchObject([[{ messageId: 'id-1', content: 'old ' }, 'only 1 of 3 parts came']]);
    expect(submitted).toMatchObject([{ messageId: 'id-2', content: 'one two three' }]);
  });

  it('of which parts are missing has failed after a while, and not before', async () => {
    await take(1, 'one ');
    parts.now = TIMEOUT_MS;
    await messages.sweep();
    expect(failed).toEqual([]);
    parts.now = TIMEOUT_MS + 1;
    await messages.sweep();
    expect(failed).toMatchObject([[{ receipt: { note: { ids: ['id-1'] } } }, 'only 1 of 3 parts came']]);
    expect(parts.groups.size).toBe(0);
  });

  it('that is whole but was not submitted, for something was killed, is submitted later', async () => {
    await take(1, 'one ');
    await take(2, 'two ');
    refusal = new VumiError('broker.unavailable', 'RabbitMQ is away');
    await expect(take(3, 'three')).rejects.toThrow('away');
    refusal = null;
    parts.now = TIMEOUT_MS + 1;
    await messages.sweep();
    expect(submitted).toMatchObject([{ messageId: 'id-1', content: 'one two three' }]);
    expect(failed).toEqual([]);
  });

  it('that is refused as a whole is told of for the parts that were taken', async () => {
    await take(1, 'one ');
    await take(2, 'two ');
    refusal = new VumiError('route.none', 'no route');
    await expect(take(3, 'three')).rejects.toThrow('no route');
    expect(failed).toMatchObject([[{ messageId: 'id-1' }, 'no route']]);
    expect(parts.groups.size).toBe(0);
  });
});
