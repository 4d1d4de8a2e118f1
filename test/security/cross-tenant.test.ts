import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { connect } from 'node:net';
import { text as readAll } from 'node:stream/consumers';
import { Client, eventually, startTestPlatform, zipOf, type Answer, type TestPlatform } from '../platform.ts';

/**
 * The rows of spec sandbox-security §3.6 that a whole platform can show, each named first. What one part shows better
 * by itself has its tests there: ssrf (sandbox/http), static-traversal (platform/hosting), noisy-neighbour and
 * poison-message (hostile-apps), crash-loop (quarantine).
 */
const NUMBER = '23456';
const VICTIMS_OWN = '777';

const VICTIM = `
import { defineApp } from '@vumi/sdk';
export default defineApp({
  async onMessage(message, app) {
    await app.state.set('secret', 'of the victim');
    await app.user.set('pin', message.content);
    const n = await app.state.increment('n');
    await app.schedule.once('remind', { in: 3600, user: message.from_addr });
    await message.reply('victim ' + n + ': ' + message.content);
  },
});`;

/** Does what it is told and says what came of it. */
const EVIL = `
import { defineApp } from '@vumi/sdk';
export default defineApp({
  async onMessage(message, app) {
    const run = new (async () => {}).constructor('message', 'app', message.content.slice(5));
    let said;
    try { said = await run(message, app); } catch (error) { said = 'refused: ' + error.message; }
    await message.reply(JSON.stringify(said ?? null), { end: true });
  },
});`;

let world: TestPlatform;
let victim: Client;
let evil: Client;
let lastPhone = 0;

async function tenant(name: string, worker: string, files: Record<string, string> = {}): Promise<Client> {
  await world.client.must('POST', '/accounts', { name });
  await world.client.must(
    'PUT',
    `/accounts/${name}/apps/app`,
    zipOf({ 'workers/worker.js': worker, ...files }),
  );
  const { token } = await world.client.must('POST', `/accounts/${name}/tokens`, {
    label: 'own',
    scopes: ['account'],
  });
  return new Client(world.client.url, token as string);
}

function newPhone(): string {
  return `+2776${String(++lastPhone).padStart(7, '0')}`;
}

/** What a phone gets for what it says. */
async function say(phone: string, content: string, number = NUMBER): Promise<string> {
  const inbox = `/simulators/smsc/messages?address=${encodeURIComponent(phone)}&limit=100`;
  const heard = async (): Promise<{ content: string }[]> => (await world.client.must('GET', inbox)).items;
  const before = (await heard()).length;
  await world.client.must('POST', '/simulators/smsc/messages', {
    from_addr: phone,
    to_addr: number,
    content,
  });
  const items = await eventually(heard, (all) => all.length > before);
  return items[before]?.content ?? '';
}

/** What the evil app's code returns. */
async function attack(code: string, phone = newPhone()): Promise<unknown> {
  const answer = await say(phone, `evil ${code}`);
  return JSON.parse(answer) as unknown;
}

beforeAll(async () => {
  world = await startTestPlatform({ demo: true });
  victim = await tenant('victim', VICTIM, { 'index.html': '<p>victim' });
  evil = await tenant('evil', EVIL, {
    'index.html': '<p>evil',
    'assets/page.txt': '<script>alert(1)</script>',
    'assets/logo.svg': '<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>',
  });
  await victim.must('PUT', '/accounts/victim/routes/a', {
    app: 'app',
    transport: 'smsc',
    to_addr: NUMBER,
    keyword: 'help',
  });
  await victim.must('PUT', '/accounts/victim/routes/b', {
    app: 'app',
    transport: 'smsc',
    to_addr: VICTIMS_OWN,
  });
  await evil.must('PUT', '/accounts/evil/routes/a', {
    app: 'app',
    transport: 'smsc',
    to_addr: NUMBER,
    keyword: 'evil',
  });
  await evil.must('PUT', '/accounts/evil/apps/app/secrets/token', { value: 'do-not-log-me-4711' });
  await eventually(
    async () => (await world.client.must('GET', '/status')).workers as { name: string; status: string }[],
    (workers) => workers.some(({ name, status }) => name === 'smsc' && status === 'ok'),
  );
  await say(newPhone(), 'help');
});

afterAll(() => world[Symbol.asyncDispose]());

describe('state', () => {
  it.each(['../../victim/app/shared/secret', 'app/victim/app/shared/secret', '..%2fvictim', '%', '_', '*'])(
    'kv-key-injection: the key %s is a key of its own',
    async (key) => {
      const code = `const k = ${JSON.stringify(key)}; const was = await app.state.get(k); await app.state.set(k, 'mine'); return was`;
      expect(await attack(code)).toBeNull();
      expect(await say(newPhone(), 'hello', VICTIMS_OWN)).toMatch(/^victim \d+: hello$/);
    },
  );

  it('kv-key-injection: a key with NUL or of 10 KB is refused', async () => {
    expect(await attack("return app.state.set('a\\u0000b', 1)")).toMatch(/^refused: a key of state/);
    expect(await attack("return app.state.set('k'.repeat(10000), 1)")).toMatch(/^refused: a key of state/);
  });

  it('kv-race: counters are right when many write at once', async () => {
    const count = "await app.state.get('x'); return app.state.increment('raced')";
    const seen = await Promise.all(Array.from({ length: 20 }, () => attack(count)));
    expect(seen.length).toBe(20);
    expect(await attack("return app.state.get('raced')")).toBe(20);
  });

  it("cross-app schedule: another's is neither seen nor taken back", async () => {
    const phone = newPhone();
    await say(phone, 'hi', VICTIMS_OWN);
    const open = async (): Promise<string[]> =>
      (await victim.must('GET', '/accounts/victim/schedules')).items.map((item: { id: string }) => item.id);
    const before = await eventually(open, (ids) => ids.length > 0);
    expect(await attack(`return app.schedule.cancel('remind', { user: '${phone}' })`)).toBeNull();
    const foreign = await evil.call('DELETE', `/accounts/evil/apps/app/schedules/${before[0]}`);
    expect(foreign.status).toBe(404);
    expect(await open()).toEqual(before);
  });

  it('contacts, groups and metrics of another account are not there', async () => {
    await world.client.must('POST', '/accounts/victim/contacts', { msisdn: '+27760000099', name: 'Thandi' });
    const [contact] = (await victim.must('GET', '/accounts/victim/contacts')).items as { key: string }[];
    expect(await attack("return app.contacts.get('+27760000099')")).toBeNull();
    expect(await attack(`return app.contacts.getByKey('${contact?.key}')`)).toBeNull();
    expect((await evil.call('GET', `/accounts/evil/contacts/${contact?.key}`)).status).toBe(404);
    expect((await evil.call('GET', '/accounts/victim/contacts')).status).toBe(404);
  });
});

describe('the network', () => {
  it.each([
    ['ssrf-metadata', 'http://169.254.169.254/latest/meta-data'],
    ['ssrf-metadata', 'http://[fd00:ec2::254]/'],
    ['ssrf-loopback', 'http://127.1/'],
    ['ssrf-loopback', 'http://0x7f000001/'],
    ['ssrf-loopback', 'http://2130706433/'],
    ['ssrf-loopback', 'http://[::ffff:127.0.0.1]/'],
    ['ssrf-loopback', 'http://localhost./'],
    ['ssrf-ports', 'http://8.8.8.8:5432/'],
    ['ssrf-redirect', 'gopher://8.8.8.8/'],
  ])('%s: %s is not called', async (_row, url) => {
    expect(await attack(`return app.http.request('${url}')`)).toMatch(/^refused: http: /);
  });

  it.each(['Host', 'Content-Length', 'Idempotency-Key: x\\r\\nX-Y', 'Transfer-Encoding'])(
    'http-header-inject: the header %s is not sent',
    async (name) => {
      const code = `return app.http.request('http://8.8.8.8/', { headers: { '${name}': 'x' } })`;
      expect(await attack(code)).toMatch(/^refused: /);
    },
  );
});

describe('messages', () => {
  it('reply-to-foreign: a message of another account is as absent as one that never was', async () => {
    const [message] = (await victim.must('GET', '/accounts/victim/messages')).items as {
      message_id: string;
    }[];
    const foreign = await evil.call('GET', `/accounts/evil/messages/${message?.message_id}`);
    const missing = await evil.call('GET', '/accounts/evil/messages/0000');
    expect([foreign.status, foreign.body.code]).toEqual([missing.status, missing.body.code]);
    expect((await evil.call('GET', `/accounts/victim/messages/${message?.message_id}`)).status).toBe(404);
    const body = { to_addr: '+1', content: 'x', in_reply_to: message?.message_id };
    expect((await evil.call('POST', '/accounts/evil/messages', body)).status).toBe(400);
  });

  it("send-from-foreign: nobody sends from another's number", async () => {
    const sent = await evil.call('POST', '/accounts/evil/messages', {
      to_addr: '+1',
      content: 'x',
      from_addr: VICTIMS_OWN,
    });
    expect(sent.status).toBeGreaterThanOrEqual(400);
    const phone = newPhone();
    await attack(
      `return app.send('${phone}', 'from whom?', { helper_metadata: { from_addr: '${VICTIMS_OWN}' } })`,
    );
    const { items } = await eventually(
      () => world.client.must('GET', `/simulators/smsc/messages?address=${encodeURIComponent(phone)}`),
      (answer) => answer.items.length > 0,
    );
    expect(items[0]).toMatchObject({ from_addr: NUMBER });
  });

  it.each(['help', 'HELP', ' Help ', 'ｈｅｌｐ'])("keyword-squat: %j is the victim's", async (keyword) => {
    const route = { app: 'app', transport: 'smsc', to_addr: NUMBER, keyword };
    expect(await evil.call('PUT', '/accounts/evil/routes/squat', route)).toMatchObject({ status: 409 });
  });

  it("keyword-squat: a keyword for all numbers takes nothing from a number that is another's", async () => {
    await evil.must('PUT', '/accounts/evil/routes/wide', { app: 'app', transport: 'smsc', keyword: 'pay' });
    expect(await say(newPhone(), 'pay 100', VICTIMS_OWN)).toMatch(/^victim \d+: pay 100$/);
  });

  it('session-hijack: an answer goes to the app that asked, whoever wrote to the user meanwhile', async () => {
    const phone = newPhone();
    expect(await say(phone, 'help')).toMatch(/^victim/);
    await attack(`return app.send('${phone}', 'Your PIN please')`);
    expect(await say(phone, '1234')).toMatch(/^victim \d+: 1234$/);
  });

  it('version-race: each message in flight is answered once, by one version', async () => {
    const numbered = (n: number) =>
      zipOf({
        'workers/worker.js': `export default { async onMessage(m, app) { await app.state.get('x'); await m.reply('version ${n}', { end: true }); } };`,
      });
    await victim.must('PUT', '/accounts/victim/apps/race', numbered(1));
    await victim.must('PUT', '/accounts/victim/routes/race', {
      app: 'race',
      transport: 'smsc',
      to_addr: '555',
    });
    const phones = Array.from({ length: 50 }, newPhone);
    const answers = Promise.all(phones.map((phone) => say(phone, 'hi', '555')));
    await victim.must('PUT', '/accounts/victim/apps/race', numbered(2));
    expect(new Set(await answers).size).toBeLessThanOrEqual(2);
    for (const answer of await answers) expect(answer).toMatch(/^version [12]$/);
    const { items } = await victim.must(
      'GET',
      '/accounts/victim/messages?app=race&direction=outbound&limit=100',
    );
    expect(items.length).toBe(phones.length);
    expect(await say(newPhone(), 'hi', '555')).toBe('version 2');
  });

  it('crash-loop: an app that kills its runner on each message costs the others nothing but time', async () => {
    const bombs = Promise.all(
      Array.from({ length: 3 }, () => say(newPhone(), 'evil return (2n ** 10_000_000n) ** 60n')),
    );
    for (let n = 0; n < 10; n++) expect(await say(newPhone(), 'hi', VICTIMS_OWN)).toMatch(/^victim/);
    for (const answer of await bombs) expect(answer).toMatch(/^Sorry/);
  });
});

describe('records of runs', () => {
  const runIdOf = async (account: string): Promise<string> => {
    const { items } = await eventually(
      () => world.client.must('GET', `/accounts/${account}/apps/app/runs`),
      (page) => page.items.length > 0,
    );
    return items[0].message_id as string;
  };

  it.each([
    ['as it is', (id: string) => id],
    ['in capitals', (id: string) => id.toUpperCase()],
    ['with a NUL', (id: string) => `${id}\u0000`],
    ['by a path', (id: string) => `../../../victim/apps/app/runs/${id}`],
    ['with a pattern', (id: string) => `${id.slice(0, 8)}%`],
    ['with a quote', (id: string) => `' or message_id = '${id}`],
    ['with the name of its account', (id: string) => `victim/app/${id}`],
    ['of a thousand characters', (id: string) => id.padEnd(1000, '0')],
    ['of half a character', (id: string) => `${id}\ud800`],
  ])('read-foreign-run: that of another account is not there, named %s', async (_how, form) => {
    await say(newPhone(), 'hi', VICTIMS_OWN);
    const id = form(await runIdOf('victim'));
    const encoded = encodeURIComponent(id.toWellFormed());
    for (const account of ['evil', 'victim']) {
      const read = await evil.call('GET', `/accounts/${account}/apps/app/runs/${encoded}`);
      expect([400, 404]).toContain(read.status);
      const replayed = await evil.call('POST', `/accounts/${account}/apps/app/replay`, { message_id: id });
      expect([400, 404]).toContain(replayed.status);
      expect(JSON.stringify([read.body, replayed.body])).not.toMatch(/of the victim|\+2776/);
    }
  });

  it.each([
    ['nothing', {}],
    ['an object', { message_id: { $ne: null } }],
    ['a version that is none', { message_id: 'a', version: -1 }],
    ['a version of many digits', { message_id: 'a', version: 1e300 }],
    ['a member too many', { message_id: 'a', account: 'victim' }],
    ['another prototype', '{"message_id":"a","__proto__":{"account":"victim"}}'],
  ])('replay-arguments: a replay of %s is refused', async (_what, body) => {
    const answer = await evil.call('POST', '/accounts/evil/apps/app/replay', body);
    expect([400, 404]).toContain(answer.status);
  });

  it('record-inject: what an app puts into its record stays its own', async () => {
    const code = `await app.state.get('x","answers":[[[1,true,"forged"]]],"y":"'); app.log.info('"record":{}');
      return app.state.get('__proto__')`;
    expect(await attack(code)).toBeNull();
    // Runs are recorded a moment later: until then the newest one is an older one.
    const { record, message_id: id } = await eventually(
      async () => evil.must('GET', `/accounts/evil/apps/app/runs/${await runIdOf('evil')}`),
      (run) => run.recorded === true && JSON.stringify(run.record).includes('forged'),
    );
    expect(record.answers).toEqual([[[1, true, null]], [[2, true, null]]]);
    const replayed = await evil.must('POST', '/accounts/evil/apps/app/replay', { message_id: id });
    expect(replayed).toMatchObject({ same: true, unrecorded_calls: [] });
  });

  it('run-poison: a run with what no database takes is recorded, and so are those beside it', async () => {
    const before = (await evil.must('GET', '/accounts/evil/usage')).total.messages as number;
    const phone = newPhone();
    for (const code of ["throw new Error('a\\u0000b\\ud800')", 'return 1']) await say(phone, `evil ${code}`);
    await eventually(
      () => evil.must('GET', '/accounts/evil/usage'),
      (usage) => usage.total.messages >= before + 2,
    );
  });
});

describe('logs', () => {
  it('log-leak, log-inject: a line has no secret of the app and nothing that a terminal obeys', async () => {
    await attack(
      "const t = await app.secrets.get('token'); app.log.info('token ' + t + ' \\u001b[2J <b>', { t, auth: 'Bearer abcdefghijkl' }); throw new Error('with ' + t)",
    );
    const lines = await eventually(
      async () => JSON.stringify((await evil.must('GET', '/accounts/evil/apps/app/logs')).items),
      (text) => text.includes('[secret]'),
    );
    expect(lines).not.toMatch(/do-not-log-me|abcdefghijkl|\\u001b/);
    expect((await evil.call('GET', '/accounts/victim/apps/app/logs')).status).toBe(404);
    expect((await evil.call('GET', '/accounts/victim/apps/app/runs')).status).toBe(404);
  });
});

interface RawAnswer {
  readonly status: number;
  readonly head: string;
}

/** As a browser would ask at an app's origin. */
async function ask(
  account: string,
  request: string,
  headers: Record<string, string> = {},
): Promise<RawAnswer> {
  const { port, host } = new URL(world.client.url);
  const socket = connect(Number(port), '127.0.0.1');
  const all = {
    Host: account === '' ? host : `${account}--app.apps.localhost:${port}`,
    Connection: 'close',
    ...headers,
  };
  const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}\r\n`);
  socket.write(`${request} HTTP/1.1\r\n${lines.join('')}\r\n`);
  const head = await readAll(socket);
  return { status: Number(head.split(' ')[1]), head };
}

describe('pages', () => {
  it('asset-type-confusion: nothing is taken for what it is not', async () => {
    const page = await ask('evil', 'GET /assets/page.txt');
    expect(page.head).toMatch(/content-type: text\/plain/i);
    expect(page.head).toMatch(/x-content-type-options: nosniff/i);
    expect((await ask('evil', 'GET /assets/logo.svg')).head).toMatch(
      /content-security-policy: [^\r]*sandbox/i,
    );
  });

  it('cookie-toss, csrf-admin: no cookie is set anywhere, and none opens anything', async () => {
    for (const answer of [
      await ask('evil', 'GET /'),
      await ask('', 'GET /'),
      await ask('', 'GET /api/v1/status'),
    ])
      expect(answer.head).not.toMatch(/set-cookie/i);
    expect((await ask('', 'GET /api/v1/accounts', { Cookie: 'token=test-administrator-token' })).status).toBe(
      401,
    );
  });

  it('csrf-admin: a page of an app does not reach the API, not even with a token', async () => {
    const { port } = new URL(world.client.url);
    const origin = `http://evil--app.apps.localhost:${port}`;
    const answer: Answer = await evil.call('GET', '/accounts', undefined, { origin });
    expect(answer.status).toBe(403);
    expect((await ask('', 'OPTIONS /api/v1/accounts', { Origin: origin })).head).not.toMatch(
      /access-control-allow/i,
    );
  });

  it('sw-takeover: a page may not widen the scope of a service worker, and shares its origin with no other', async () => {
    const evils = await ask('evil', 'GET /');
    const victims = await ask('victim', 'GET /');
    expect([evils.status, victims.status]).toEqual([200, 200]);
    expect(evils.head).not.toMatch(/service-worker-allowed/i);
    expect([evils.head.includes('<p>evil'), victims.head.includes('<p>victim')]).toEqual([true, true]);
  });

  it("token-theft: a page's token opens nothing at another page, and no address of a page leaks", async () => {
    const issued = await ask('evil', 'POST /api/v1/token', { 'Content-Length': '0' });
    const token = /"token":"([^"]+)"/.exec(issued.head)?.[1] ?? '';
    expect(token).not.toBe('');
    const stolen = await ask('victim', 'GET /api/v1/state/secret', { Authorization: `Bearer ${token}` });
    expect([401, 403]).toContain(stolen.status);
    expect((await ask('', 'GET /api/v1/accounts', { Authorization: `Bearer ${token}` })).status).toBe(401);
    expect((await ask('evil', 'GET /')).head).toMatch(/referrer-policy: no-referrer/i);
  });

  it('clickjack: nobody frames the platform, and an app only itself', async () => {
    expect((await ask('', 'GET /')).head).toMatch(/frame-ancestors 'none'/i);
    expect((await ask('evil', 'GET /')).head).toMatch(/frame-ancestors 'self'/i);
  });
});

/** The last one: the evil account does not come back. */
describe('an account that is switched off', () => {
  it('disabled-account: its app gets and sends nothing, and its page is gone', async () => {
    await world.client.must('PATCH', '/accounts/evil', { active: false });
    const phone = newPhone();
    await world.client.must('POST', '/simulators/smsc/messages', {
      from_addr: phone,
      to_addr: NUMBER,
      content: 'evil return 1',
    });
    const { items } = await eventually(
      () => world.client.must('GET', `/messages?address=${encodeURIComponent(phone)}`),
      (answer) => answer.items.length > 0,
    );
    expect(items).toMatchObject([{ direction: 'inbound', status: 'discarded' }]);
    expect(
      (await evil.call('POST', '/accounts/evil/messages', { to_addr: phone, content: 'x' })).status,
    ).toBeGreaterThanOrEqual(400);
    expect((await ask('evil', 'GET /')).status).toBe(404);
  });
});
