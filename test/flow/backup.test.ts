import { appendFile, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createPlace, eventually, zipOf, type Client, type Place } from '../platform.ts';
import { PlatformProcess } from '../platform-process.ts';
import { SmscPeer } from '../smsc-peer.ts';
import { vumiCommand } from '../vumi-command.ts';

const WORKER = `
import { defineApp } from '@vumi/sdk';
export default defineApp({
  async onMessage(message, app) {
    await message.reply('re: ' + message.content + ' #' + (await app.user.increment('seen')), { end: true });
  },
});
`;
const phones = Array.from({ length: 1200 }, (_, index) => `2776${String(index).padStart(7, '0')}`);

interface Listed {
  readonly message_id: string;
  readonly direction: string;
  readonly from_addr: string;
  readonly to_addr: string;
  readonly status: string;
}

const onFolder = (dataDir: string) => ({ VUMI_DATA_DIR: dataDir, VUMI_LOG_LEVEL: 'warn' });

/** As people type it, on the embedded parts of a folder. */
async function vumi(dataDir: string, ...words: string[]): Promise<string> {
  const { code, out, err } = await vumiCommand(onFolder(dataDir), ...words);
  if (code !== 0) throw new Error(`vumi ${words.join(' ')} ended with ${code}: ${err}`);
  return out;
}

async function allMessages(client: Client): Promise<Listed[]> {
  const found: Listed[] = [];
  let cursor = '';
  for (;;) {
    const page = await client.must('GET', `/accounts/clinic/messages?limit=500${cursor}`);
    found.push(...(page.items as Listed[]));
    if (page.next_cursor === null) return found;
    cursor = `&cursor=${encodeURIComponent(String(page.next_cursor))}`;
  }
}

function startAt(place: Place, peer: SmscPeer): Promise<PlatformProcess> {
  const transport = {
    type: 'smpp',
    host: '127.0.0.1',
    port: peer.port,
    system_id: 'vumi',
    password: 'secret',
  };
  return PlatformProcess.create(place, { transports: { peer: transport } });
}

describe('a backup', () => {
  let folder: string;
  let backup: string;
  /** Taken by the platform before the backup began. */
  const taken: string[] = [];

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'vumi-backup-'));
    backup = join(folder, 'monday');
    await using place = await createPlace();
    await using peer = await SmscPeer.start({ window: 50 });
    await using platform = await startAt(place, peer);
    await platform.start();
    const { client } = platform;
    await client.must('POST', '/accounts', { name: 'clinic' });
    await client.must('PUT', '/accounts/clinic/apps/echo', zipOf({ 'workers/worker.js': WORKER }));
    await client.must('PUT', '/accounts/clinic/routes/echo', {
      app: 'echo',
      transport: 'peer',
      to_addr: '8000',
    });
    await eventually(() => peer.isBound, Boolean);
    const acknowledged: string[] = [];
    const said = phones.map((phone) =>
      peer.deliver(phone, '8000', 'hi').then(() => acknowledged.push(phone)),
    );
    await eventually(
      () => peer.submitted.length,
      (seen) => seen >= 200,
      60_000,
    );
    taken.push(...acknowledged);
    const told = await vumi(String(place.settings['data_dir']), 'backup', backup);
    expect(told).toContain('the platform stood still');
    // It goes on, and nothing is lost of what it did meanwhile.
    await Promise.all(said);
    await eventually(
      () => peer.submitted.length,
      (seen) => seen === phones.length,
      60_000,
    );
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  it('that was taken under load has all that was acknowledged before, and each user is answered once', async () => {
    await using peer = await SmscPeer.start({ window: 50 });
    const dataDir = join(folder, 'data');
    await vumi(dataDir, 'restore', backup);
    const place = { settings: { data_dir: dataDir }, env: {}, async [Symbol.asyncDispose]() {} };
    await using platform = await startAt(place, peer);
    await platform.start();
    const { client } = platform;
    const settled = await eventually(
      () => allMessages(client),
      (all) => {
        const replies = all.filter(({ direction }) => direction === 'outbound');
        const asked = all.filter(({ direction }) => direction === 'inbound');
        return replies.length === asked.length && replies.every(({ status }) => status !== 'queued');
      },
      60_000,
    );
    const asked = settled
      .filter(({ direction }) => direction === 'inbound')
      .map(({ from_addr }) => from_addr);
    const answered = settled
      .filter(({ direction }) => direction === 'outbound')
      .map(({ to_addr }) => to_addr);
    expect(taken.length).toBeGreaterThan(0);
    expect(taken.filter((phone) => !asked.includes(phone))).toEqual([]);
    expect(new Set(asked).size).toBe(asked.length);
    expect(answered.toSorted()).toEqual(asked.toSorted());
    expect(peer.submitted.filter(({ text }) => text !== 're: hi #1')).toEqual([]);
    expect(new Set(peer.submitted.map(({ to }) => to)).size).toBe(peer.submitted.length);
  });

  it('that is damaged, of a folder in use or over another one is refused', async () => {
    const refused = async (dataDir: string, ...words: string[]): Promise<string> =>
      (await vumiCommand(onFolder(dataDir), ...words)).err;
    expect(await refused(join(folder, 'data'), 'restore', backup)).toContain('--force');
    expect(await refused(join(folder, 'other'), 'backup', join(folder, 'none'))).toContain('holds no Vumi');
    expect(await refused(join(folder, 'data'), 'backup', backup)).toContain('is not empty');
    expect(await vumi(join(folder, 'data'), 'restore', backup, '--force')).toContain('.before-');
    await appendFile(join(backup, 'data/state/state.sqlite'), ' ');
    expect(await refused(join(folder, 'new'), 'restore', backup)).toContain(
      'state.sqlite is not what was written',
    );
    const noBackup = await refused(join(folder, 'new'), 'restore', folder);
    expect(noBackup).toContain('is no whole backup');
    expect(noBackup).toContain('name the folder that "vumi backup" wrote');
  });
});
