import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually, type Client } from '../platform.ts';
import { NUMBER, Tenants } from './tenants.ts';

let tenants: Tenants;
let victim: Client;
let evil: Client;

const newPhone = (): string => tenants.newPhone();
const say = (phone: string, content: string): Promise<string> => tenants.say(phone, content);

beforeAll(async () => {
  tenants = await Tenants.start();
  ({ victim, evil } = tenants);
}, 120_000);

afterAll(() => tenants[Symbol.asyncDispose]());

describe('what accounts see of the platform', () => {
  const write = (tenantClient: Client, account: string, from_addr: string, content: string) =>
    tenantClient.call('POST', `/accounts/${account}/phone/messages`, { from_addr, to_addr: NUMBER, content });
  const inbox = async (
    tenantClient: Client,
    account: string,
    phone: string,
  ): Promise<{ content: string }[]> => {
    const path = `/accounts/${account}/phone/messages?address=${encodeURIComponent(phone)}`;
    return (await tenantClient.must('GET', path)).items;
  };

  it('reach the own apps, and no words or conversations of another account', async () => {
    const phone = newPhone();
    expect((await write(victim, 'victim', phone, 'help')).status).toBe(201);
    const answered = await eventually(
      () => inbox(victim, 'victim', phone),
      (items) => items.length === 1,
    );
    expect(answered[0]?.content).toContain('victim');
    for (const content of ['help', 'what the victim is asked', 'STOP', 'evil STOP help']) {
      const isOwn = content.startsWith('evil');
      expect([content, (await write(evil, 'evil', phone, content)).status]).toEqual([
        content,
        isOwn ? 201 : 409,
      ]);
    }
    expect((await write(evil, 'victim', phone, 'help')).status).toBe(404);
  });

  it('show what the own account has sent, and nothing of others', async () => {
    const phone = newPhone();
    await say(phone, 'help');
    await eventually(
      () => inbox(victim, 'victim', phone),
      (items) => items.length === 1,
    );
    expect(await inbox(evil, 'evil', phone)).toEqual([]);
    expect((await evil.call('GET', '/simulators/smsc/messages')).status).toBe(403);
  });

  it('transports that an account uses are shown without what they say', async () => {
    expect((await evil.must('GET', '/accounts/evil/transports')).items).toEqual([
      { name: 'smsc', type: 'smpp', status: 'ok' },
    ]);
    expect((await evil.call('GET', '/transports')).status).toBe(403);
    expect((await evil.call('GET', '/accounts/victim/transports')).status).toBe(404);
  });

  it('tokens of another account are not there', async () => {
    const [own] = (await victim.must('GET', '/accounts/victim/tokens')).items as { id: string }[];
    const path = `/accounts/evil/tokens/${own?.id}`;
    for (const [method, at] of [
      ['DELETE', path],
      ['PATCH', path],
      ['POST', `${path}/rotate`],
      ['GET', '/accounts/victim/tokens'],
      ['GET', '/accounts/victim/audit'],
    ] as const) {
      const body = method === 'PATCH' ? { label: 'mine' } : undefined;
      expect([method, (await evil.call(method, at, body)).status]).toEqual([method, 404]);
    }
    expect((await victim.call('GET', '/accounts/victim')).status).toBe(200);
  });
});
