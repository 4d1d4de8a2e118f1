import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connectRabbitBroker } from '@vumi/broker';
import { EXCHANGES, silentLogger } from '@vumi/core';
import { Redis } from 'ioredis';
import { expect, it } from 'vitest';
import { stringify } from 'yaml';
import { runSql } from '../contract/store-place.ts';
import { createPlace, eventually, startPlatformAt, zipOf } from '../platform.ts';
import { vumiCommand } from '../vumi-command.ts';

const WORKER = `
import { defineApp } from '@vumi/sdk';
export default defineApp({
  async onMessage(message, app) {
    await message.reply('#' + (await app.user.increment('seen')), { end: true });
  },
});
`;
const PHONE = '+27761234567';

it('a platform on servers is the same after its backup went into an empty database and an empty Redis', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'vumi-backup-'));
  await using stack = new AsyncDisposableStack();
  stack.defer(() => rm(folder, { recursive: true, force: true }));
  const place = stack.use(await createPlace());
  const { database, redis } = place.settings as {
    readonly database: { readonly url: string };
    readonly redis: { readonly url: string; readonly prefix: string };
  };
  const file = join(folder, 'vumi.yaml');
  await writeFile(file, stringify({ ...place.settings, log_level: 'warn' }));
  const vumi = (...words: string[]) => vumiCommand({}, ...words, '--config', file);
  const say = async (content: string, count: number): Promise<string> => {
    await using started = await startPlatformAt(place);
    const { client, platform } = started;
    const config = { host: '127.0.0.1', port: platform.api?.smscPort, system_id: 'x', password: 'x' };
    await client.must('PUT', '/transports/smsc', { type: 'smpp', config });
    if ((await client.call('GET', '/accounts/clinic')).status === 404) {
      await client.must('POST', '/accounts', { name: 'clinic' });
      await client.must('PUT', '/accounts/clinic/apps/count', zipOf({ 'workers/worker.js': WORKER }));
      await client.must('PUT', '/accounts/clinic/routes/count', {
        app: 'count',
        transport: 'smsc',
        to_addr: '8000',
      });
    }
    // The transport takes a moment to bind.
    await eventually(
      () => client.call('POST', '/simulators/smsc/messages', { from_addr: PHONE, to_addr: '8000', content }),
      ({ status }) => status < 300,
      60_000,
    );
    const sent = `/accounts/clinic/messages?direction=outbound&address=${encodeURIComponent(PHONE)}`;
    const replies = await eventually(
      async () => (await client.must('GET', sent)).items as { content: string; status: string }[],
      (all) => all.length === count && all.every(({ status }) => status !== 'queued'),
      60_000,
    );
    return replies.map((reply) => reply.content).join(' ');
  };
  expect(await say('one', 1)).toBe('#1');
  const backup = join(folder, 'backup');
  expect(await vumi('backup', backup)).toMatchObject({
    code: 0,
    out: expect.stringMatching(/keys of Redis\n(?:.*\n)*nothing waits in queues of RabbitMQ/) as string,
  });

  const full = await vumi('restore', backup, '--force');
  expect(full).toMatchObject({ code: 2 });
  expect(full.err).toContain('Redis has keys');
  const keys = new Redis(redis.url);
  for await (const found of keys.scanStream({ match: `${redis.prefix}*` })) {
    if ((found as string[]).length > 0) await keys.unlink(found as string[]);
  }
  await keys.quit();
  expect((await vumi('restore', backup, '--force')).err).toContain('the database is not empty');
  await runSql(database.url, 'drop schema public cascade; create schema public');
  expect((await vumi('restore', backup, '--force')).err).toBe('');
  expect(await say('two', 2)).toBe('#2 #1');

  // Nothing runs that would take them.
  const { url, namespace } = place.settings['broker'] as { url: string; namespace: string };
  await using broker = await connectRabbitBroker({
    url,
    namespace,
    queueType: 'quorum',
    acceptsOtherTypes: true,
    logger: silentLogger,
  });
  for (const _ of [1, 2, 3]) await broker.publish('smsc.outbound', '{}', EXCHANGES.messages);
  const { out } = await vumi('backup', join(folder, 'another'));
  expect(out).toContain(
    'WARNING: 3 messages wait in queues of RabbitMQ and are not in it: 3 in smsc.outbound;',
  );
});
