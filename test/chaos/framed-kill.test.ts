import { TruteqDouble } from '@vumi/transports/testing';
import { expect, it } from 'vitest';
import { createPlace, eventually, zipOf } from '../platform.ts';
import { PlatformProcess } from '../platform-process.ts';

const COUNT = 1000;
const AT_ONCE = 50;
const SILENT = 'export default { onMessage() {} };';

interface Sent {
  readonly id: string;
  readonly content: string;
}

/** A network of frames has no ids by which it would tell that a message comes again: the ledger alone does (decision 0003). */
it('kill -9 in the middle of 1,000 framed messages loses none, and sends none twice', async () => {
  await using place = await createPlace();
  await using double = await TruteqDouble.open();
  const transports = { truteq: { type: 'truteq', ...double.config } };
  await using platform = await PlatformProcess.create(place, { transports });
  await platform.start();
  const { client } = platform;
  await client.must('POST', '/accounts', { name: 'clinic' });
  await client.must('PUT', '/accounts/clinic/apps/news', zipOf({ 'workers/worker.js': SILENT }));
  const route = { app: 'news', transport: 'truteq', to_addr: '8000' };
  await client.must('PUT', '/accounts/clinic/routes/news', route);

  const sent: Sent[] = [];
  const send = async (index: number): Promise<void> => {
    const content = `n${index}`;
    const to_addr = `+2776${String(index).padStart(7, '0')}`;
    const { message_id: id } = await client.must('POST', '/accounts/clinic/messages', {
      to_addr,
      content,
      app: 'news',
    });
    sent.push({ id, content });
  };
  for (let first = 0; first < COUNT; first += AT_ONCE) {
    await Promise.all(Array.from({ length: AT_ONCE }, (_, index) => send(first + index)));
    // While some wait in the queue, and one for its answer.
    if (first !== 200 && first !== 600) continue;
    const before = double.got.length;
    await eventually(
      () => double.got.length,
      (count) => count > before,
    );
    await platform.kill('SIGKILL');
    await platform.start();
  }

  const outcomeOf = async ({ id }: Sent): Promise<string> => {
    const { body } = await client.call('GET', `/accounts/clinic/messages/${id}`);
    const [event] = (body.events ?? []) as { event_type: string; outcome?: string }[];
    return event?.event_type ?? '';
  };
  const outcomes = new Map<string, string>();
  for (const message of sent) {
    outcomes.set(message.content, await eventually(() => outcomeOf(message), Boolean, 60_000));
  }
  const got = double.got.map(({ content }) => content);
  expect(new Set(got).size).toBe(got.length);
  const acknowledged = [...outcomes].filter(([, outcome]) => outcome === 'ack').map(([content]) => content);
  expect(acknowledged.filter((content) => !got.includes(content))).toEqual([]);
  // At each kill one SMS waited for its answer, and the last answers were not yet on the disk: of those nobody knows.
  expect(acknowledged.length).toBeGreaterThanOrEqual(COUNT - 20);
  expect([...outcomes.values()].filter((outcome) => outcome !== 'ack' && outcome !== 'nack')).toEqual([]);
});
