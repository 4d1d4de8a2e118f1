import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { connect } from 'node:net';
import { text as readAll } from 'node:stream/consumers';
import { eventually, zipOf, type Answer, type Client, type TestPlatform } from '../platform.ts';
import { NUMBER, Tenants, VICTIMS_OWN } from './tenants.ts';

/**
 * The rows of spec sandbox-security §3.6 that a whole platform can show, each named first. What one part shows better
 * by itself has its tests there: ssrf (sandbox/http), static-traversal (platform/hosting), noisy-neighbour and
 * poison-message (hostile-apps), crash-loop (quarantine).
 */
let tenants: Tenants;
let world: TestPlatform;
let victim: Client;
let evil: Client;

const newPhone = (): string => tenants.newPhone();
const say = (phone: string, content: string, number?: string): Promise<string> =>
  tenants.say(phone, content, number);
const attack = (code: string, phone?: string): Promise<unknown> => tenants.attack(code, phone);

beforeAll(async () => {
  tenants = await Tenants.start();
  ({ world, victim, evil } = tenants);
}, 120_000);

afterAll(() => tenants[Symbol.asyncDispose]());

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
    const open = async (): Promise<{ id: string; user: string }[]> =>
      (await victim.must('GET', '/accounts/victim/schedules')).items;
    const before = await eventually(open, (schedules) => schedules.some(({ user }) => user === phone));
    expect(await attack(`return app.schedule.cancel('remind', { user: '${phone}' })`)).toBeNull();
    const foreign = await evil.call('DELETE', `/accounts/evil/apps/app/schedules/${before[0]?.id}`);
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

  it.each([
    { from_addr: VICTIMS_OWN },
    { from_addr: `+${VICTIMS_OWN}` },
    { from_addr: ` ${VICTIMS_OWN}\u200b` },
    { from_addr: VICTIMS_OWN, transport: 'smsc' },
    { from_addr: VICTIMS_OWN, app: 'app' },
    { from_addr: NUMBER, endpoint: 'other' },
    { from_addr: '99999', transport: 'smsc' },
    { transport: 'nothing' },
  ])('send-from-foreign: nobody sends by %j', async (way) => {
    const body = { to_addr: '+27760000001', content: 'x', ...way };
    const sent = await evil.call('POST', '/accounts/evil/messages', body);
    expect(sent).toMatchObject({ status: 409, body: { code: 'route.none' } });
    expect(sent.body.detail).not.toMatch(/victim|demo/);
  });

  it("send-from-foreign: an app names no address, and no endpoint is another's", async () => {
    expect(await attack("return app.send('+27760000001', 'x', { endpoint: 'victim' })")).toMatch(
      /^refused: the endpoint "victim" of this app has no route/,
    );
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

  it.each([
    ['the keyword', { to_addr: NUMBER, keyword: 'help' }],
    ['the keyword in capitals', { to_addr: NUMBER, keyword: 'HELP' }],
    ['the keyword between blanks', { to_addr: NUMBER, keyword: ' Help ' }],
    ['the keyword in full width', { to_addr: NUMBER, keyword: 'ｈｅｌｐ' }],
    ['the keyword of some senders', { to_addr: NUMBER, keyword: 'help', prefix: '+2776' }],
    ['the keyword of the number written otherwise', { to_addr: `+${NUMBER}`, keyword: 'help' }],
    ['the number', { to_addr: VICTIMS_OWN }],
    ['the number written otherwise', { to_addr: `+${VICTIMS_OWN}` }],
    ['the number between blanks', { to_addr: ` 7 7 7 ` }],
    ['the number with a mark', { to_addr: '77\u200b7' }],
    ['the number in full width', { to_addr: '７７７' }],
    ['some senders of the number', { to_addr: VICTIMS_OWN, prefix: '+2776' }],
    ['a keyword of the number', { to_addr: VICTIMS_OWN, keyword: 'pay' }],
    ['a number of the demo', { to_addr: '12345', keyword: 'mine' }],
  ])("number-squat: %s is the victim's", async (_what, route) => {
    for (const name of ['squat', 'a']) {
      const answer = await evil.call('PUT', `/accounts/evil/routes/${name}`, {
        app: 'app',
        transport: 'smsc',
        ...route,
      });
      expect(answer).toMatchObject({ status: 409, body: { code: 'number.taken' } });
      expect(JSON.stringify(answer.body)).not.toMatch(/victim|demo|hello|quiz/);
    }
  });

  it.each([
    ['all numbers', { transport: 'smsc' }],
    ['a keyword of all numbers', { transport: 'smsc', keyword: 'pay' }],
    ['the rest of a shared number', { transport: 'smsc', to_addr: NUMBER }],
    ['another keyword of a shared number', { transport: 'smsc', to_addr: NUMBER, keyword: 'pay' }],
    ['a transport that is not there', { transport: 'next', to_addr: NUMBER }],
  ])("number-squat: %s is nobody's to take", async (_what, route) => {
    const answer = await evil.call('PUT', '/accounts/evil/routes/squat', { app: 'app', ...route });
    expect(answer).toMatchObject({ status: 403, body: { code: 'number.not_assigned' } });
    expect(JSON.stringify(answer.body)).not.toMatch(/victim|demo/);
  });

  it('number-squat: an account assigns itself nothing and sees its own', async () => {
    const number = { account: 'evil', transport: 'smsc', number: VICTIMS_OWN };
    expect((await evil.call('PUT', '/numbers', number)).status).toBe(403);
    expect((await evil.call('DELETE', `/numbers?transport=smsc&number=${VICTIMS_OWN}`)).status).toBe(403);
    expect((await evil.call('GET', '/numbers')).status).toBe(403);
    expect((await evil.call('GET', '/accounts/victim/numbers')).status).toBe(404);
    const { items } = await evil.must('GET', '/accounts/evil/numbers');
    expect(items).toEqual([{ ...number, number: NUMBER, range: false, keyword: 'evil' }]);
  });

  it('number-revoked: what is taken away is reached and sent from no more, at once', async () => {
    const number = { account: 'evil', transport: 'smsc', number: '888' };
    await world.client.must('PUT', '/numbers', number);
    const lost = { app: 'app', transport: 'smsc', to_addr: '888', endpoint: 'lost' };
    await evil.must('PUT', '/accounts/evil/routes/lost', lost);
    const phone = newPhone();
    // To another phone: it would not be known which of the two is there first.
    const send = `return app.send('${newPhone()}', 'still here', { endpoint: 'lost' })`;
    expect(await attack(send, phone)).toMatch(/^[0-9a-f]{32}$/);
    await world.client.must('DELETE', '/numbers?transport=smsc&number=888');
    expect(await attack(send, phone)).toMatch(/^refused: the endpoint "lost"/);
    const body = { to_addr: phone, content: 'x', from_addr: '888' };
    expect((await evil.call('POST', '/accounts/evil/messages', body)).status).toBe(409);
    expect((await evil.must('GET', '/accounts/evil/routes/lost')).assigned).toBe(false);
    await world.client.must('PUT', '/numbers', { ...number, account: 'victim' });
    await victim.must('PUT', '/accounts/victim/routes/won', { ...lost, endpoint: 'default' });
    expect(await say(newPhone(), 'hello', '888')).toMatch(/^victim \d+: hello$/);
    expect((await evil.call('PUT', '/accounts/evil/routes/lost', lost)).body.code).toBe('number.taken');
  });

  it('session-hijack: an answer goes to the app that asked, whoever wrote to the user meanwhile', async () => {
    const phone = newPhone();
    expect(await say(phone, 'help')).toMatch(/^victim/);
    await attack(`return app.send('${phone}', 'Your PIN please')`);
    await eventually(
      () => tenants.heardBy(phone),
      (all) => all.includes('Your PIN please'),
    );
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
