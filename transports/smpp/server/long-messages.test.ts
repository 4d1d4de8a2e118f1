import { createUserMessage, silentLogger, smppClientSettingsSchema, VumiError } from '@vumi/core';
import { beforeEach, describe, expect, it } from 'vitest';
import { BLANK_MESSAGE, type MessageBody } from '../codec/pdu.ts';
import { STATUS } from '../codec/statuses.ts';
import { smppConfigSchema } from '../config.ts';
import { composePart } from '../outbound/compose-part.ts';
import { Composer } from '../outbound/compose.ts';
import { LongMessages } from './long-messages.ts';
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

function take(index: number, text: string, reference?: number): Promise<string> {
  number += 1;
  const id = `id-${number}`;
  return messages.take(client, part(index, text, reference), { own: id, told: id });
}

describe('what a client wants beside the text', () => {
  it.each([
    ['nothing', { shortMessage: Buffer.from('hi') }, undefined],
    ['flash', { shortMessage: Buffer.from('hi'), dataCoding: 0xf0 }, { message_class: 0 }],
    [
      'priority and an end',
      { shortMessage: Buffer.from('hi'), priorityFlag: 2, validityPeriod: '000001000000000R' },
      { priority_flag: 2, validity_period: '000001000000000R' },
    ],
    [
      'octets for a port',
      { esmClass: 0x40, dataCoding: 0xf5, shortMessage: Buffer.from('0605040b8423f00aff', 'hex') },
      { data_coding: 0xf5, octets: '0aff', destination_port: 0x0b84, source_port: 0x23f0 },
    ],
  ])('%s reaches a transport that speaks SMPP', async (_, fields, smpp) => {
    await messages.take(client, read(fields), { own: 'id-x', told: 'id-x' });
    expect(submitted.at(-1)?.metadata['smpp']).toEqual(smpp);
    const message = createUserMessage({
      from_addr: '8000',
      to_addr: '27761234567',
      content: submitted.at(-1)?.content ?? null,
      transport_metadata: { ...submitted.at(-1)?.metadata },
    });
    const config = smppConfigSchema.parse({ host: 'a', port: 1, system_id: 'a', password: 'a' });
    const composed = new Composer(config).compose(message);
    if (composed.kind !== 'ready') throw new Error(composed.reason);
    expect(composePart(composed.submission, 0, 0)).toMatchObject(fields);
  });

  it('and what cannot reach the phone is refused', () => {
    const header = Buffer.from('0570030102030a', 'hex');
    const submission = readSubmission({ ...SUBMIT, esmClass: 0x40, shortMessage: header });
    expect(submission).toMatchObject({ status: STATUS.RINVESMCLASS });
  });
});

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
