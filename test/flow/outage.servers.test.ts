import { expect, it } from 'vitest';
import { startTcpProxy } from '../contract/tcp-proxy.ts';
import { createPlace, eventually, type Place } from '../platform.ts';
import { PlatformProcess } from '../platform-process.ts';

const SERVERS = ['broker', 'database', 'redis'] as const;
/** What `/readyz` calls them. */
const PARTS = { broker: 'broker', database: 'database', redis: 'state' } as const;
type Server = (typeof SERVERS)[number];

it.each(SERVERS)('a platform without its %s is not ready until it is back', async (part) => {
  await using place = await createPlace();
  const url = urlOf(place, part);
  await using line = await startTcpProxy({ host: url.hostname, port: Number(url.port) });
  url.port = String(line.port);
  await using platform = await PlatformProcess.create(place, {
    [part]: { ...section(place, part), url: url.href },
  });
  await platform.start();
  const failing = async (): Promise<string> => {
    const response = await fetch(`${platform.client.url}/readyz`);
    const { parts } = (await response.json()) as { parts: Record<string, { ok: boolean }> };
    const names = Object.keys(parts).filter((name) => parts[name]?.ok === false);
    return `${response.status} ${names.join(' ')}`;
  };

  expect(await failing()).toBe('200 ');
  line.sever();
  await eventually(failing, (said) => said === `503 ${PARTS[part]}`, 60_000);
  // It lives: who asks that need not start it anew.
  expect((await fetch(`${platform.client.url}/healthz`)).status).toBe(200);
  line.mend();
  await eventually(failing, (said) => said === '200 ', 60_000);
});

function section(place: Place, part: Server): { url: string } {
  return place.settings[part] as { url: string };
}

function urlOf(place: Place, part: Server): URL {
  return new URL(section(place, part).url);
}
