import { expect, it } from 'vitest';
import { startTcpProxy } from '../contract/tcp-proxy.ts';
import { createPlace, eventually, type Place } from '../platform.ts';
import { PlatformProcess } from '../platform-process.ts';

const SERVERS = ['broker', 'database', 'redis'] as const;
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
  const readiness = async (): Promise<number> => (await fetch(`${platform.client.url}/readyz`)).status;

  expect(await readiness()).toBe(200);
  line.sever();
  await eventually(readiness, (status) => status === 503, 20_000);
  line.mend();
  await eventually(readiness, (status) => status === 200, 20_000);
});

function section(place: Place, part: Server): { url: string } {
  return place.settings[part] as { url: string };
}

function urlOf(place: Place, part: Server): URL {
  return new URL(section(place, part).url);
}
