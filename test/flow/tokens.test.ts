import { once } from 'node:events';
import { request, type IncomingMessage } from 'node:http';
import { text as readAll } from 'node:stream/consumers';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { Client, createPlace, startPlatformAt, zipOf, type Place, type TestPlatform } from '../platform.ts';

const PAGE_APP = {
  'index.html': '<p>scores',
  'vumi.json': '{"frontend": {"scopes": ["state:read:scores"]}}',
  'workers/worker.js': 'export default { async onMessage(message) { await message.reply("hi"); } };',
};

let place: Place;
let world: TestPlatform;

beforeAll(async () => {
  place = await createPlace();
  world = await startPlatformAt(place);
  await world.client.must('POST', '/accounts', { name: 'clinic' });
  await world.client.must('PUT', '/accounts/clinic/apps/app', zipOf(PAGE_APP));
});

afterAll(async () => {
  await world[Symbol.asyncDispose]();
  await place[Symbol.asyncDispose]();
});

/** At the app's own origin. `fetch` would not let the Host header differ from the address. */
async function atPage(
  method: string,
  path: string,
  token?: string,
): Promise<{ status: number; text: string }> {
  const { port } = new URL(world.client.url);
  const headers = {
    host: `clinic--app.apps.localhost:${port}`,
    ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
  };
  const sent = request({ port, method, path: `/api/v1${path}`, headers, agent: false }).end();
  const [response] = (await once(sent, 'response')) as [IncomingMessage];
  return { status: response.statusCode ?? 0, text: await readAll(response) };
}

it("a revoked token is refused, and its followed log ends; the account's trail has it", async () => {
  const { id, token } = await world.client.must('POST', '/accounts/clinic/tokens', { label: 'ci' });
  const tenant = new Client(world.client.url, token as string);
  const response = await fetch(`${world.client.url}/api/v1/accounts/clinic/apps/app/logs?follow=true`, {
    headers: { authorization: `Bearer ${tenant.token}` },
  });
  expect(response.status).toBe(200);
  const over = response.text().then(
    () => 'ended',
    () => 'cut off',
  );
  await world.client.must('DELETE', `/accounts/clinic/tokens/${id}`);
  expect((await tenant.call('GET', '/accounts/clinic')).status).toBe(401);
  expect(await over).toBe('cut off');
  const { items } = await world.client.must('GET', '/accounts/clinic/audit');
  expect(items[0]).toMatchObject({ action: 'token.revoked', actor: 'administrator', details: { id } });
});

it("another administrator's token ends the one before, and the tokens of pages with it", async () => {
  const issued = JSON.parse((await atPage('POST', '/token')).text) as { token: string };
  expect((await atPage('GET', '/state/scores', issued.token)).status).toBe(200);
  const extra = await world.client.must('POST', '/tokens', { label: 'prometheus' });
  const before = world.client;
  await world[Symbol.asyncDispose]();
  world = await startPlatformAt(place, { admin_token: 'another-administrators-token' });
  expect((await new Client(world.client.url, before.token).call('GET', '/accounts')).status).toBe(401);
  expect((await atPage('GET', '/state/scores', issued.token)).status).toBe(401);
  for (const token of ['another-administrators-token', extra.token as string]) {
    expect((await new Client(world.client.url, token).call('GET', '/accounts')).status).toBe(200);
  }
});
