import { Client, eventually, startTestPlatform, zipOf, type TestPlatform } from '../platform.ts';

/** Shared by keywords: `help` is the victim's, `evil` the other's. */
export const NUMBER = '23456';
export const VICTIMS_OWN = '777';

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

/** A platform with two accounts, one of which is after the other's. */
export class Tenants implements AsyncDisposable {
  readonly world: TestPlatform;
  readonly victim: Client;
  readonly evil: Client;
  #lastPhone = 0;

  private constructor(world: TestPlatform, clients: { victim: Client; evil: Client }) {
    this.world = world;
    this.victim = clients.victim;
    this.evil = clients.evil;
  }

  static async start(): Promise<Tenants> {
    const world = await startTestPlatform({ demo: true });
    const victim = await tenant(world, 'victim', VICTIM, { 'index.html': '<p>victim' });
    const evil = await tenant(world, 'evil', EVIL, {
      'index.html': '<p>evil',
      'assets/page.txt': '<script>alert(1)</script>',
      'assets/logo.svg': '<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>',
    });
    const tenants = new Tenants(world, { victim, evil });
    await tenants.#route();
    return tenants;
  }

  newPhone(): string {
    return `+2776${String(++this.#lastPhone).padStart(7, '0')}`;
  }

  /** What a phone gets for what it says. */
  async say(phone: string, content: string, number = NUMBER): Promise<string> {
    const before = (await this.heardBy(phone)).length;
    const message = { from_addr: phone, to_addr: number, content };
    await this.world.client.must('POST', '/simulators/smsc/messages', message);
    const all = await eventually(
      () => this.heardBy(phone),
      ({ length }) => length > before,
    );
    return all[before] ?? '';
  }

  /** What a phone has got so far. */
  async heardBy(phone: string): Promise<string[]> {
    const inbox = `/simulators/smsc/messages?address=${encodeURIComponent(phone)}&limit=100`;
    const { items } = await this.world.client.must('GET', inbox);
    return (items as { content: string }[]).map(({ content }) => content);
  }

  /** What the evil app's code returns. */
  async attack(code: string, phone = this.newPhone()): Promise<unknown> {
    return JSON.parse(await this.say(phone, `evil ${code}`)) as unknown;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.world[Symbol.asyncDispose]();
  }

  async #route(): Promise<void> {
    const { world, victim, evil } = this;
    for (const [account, number, keyword] of [
      ['victim', NUMBER, 'help'],
      ['victim', VICTIMS_OWN, null],
      ['victim', '555', null],
      ['evil', NUMBER, 'evil'],
    ])
      await world.client.must('PUT', '/numbers', { account, transport: 'smsc', number, keyword });
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
    await this.say(this.newPhone(), 'help');
  }
}

async function tenant(
  world: TestPlatform,
  name: string,
  worker: string,
  files: Record<string, string>,
): Promise<Client> {
  await world.client.must('POST', '/accounts', { name });
  const zip = zipOf({ 'workers/worker.js': worker, ...files });
  await world.client.must('PUT', `/accounts/${name}/apps/app`, zip);
  const wanted = { label: 'own', scopes: ['account'] };
  const { token } = await world.client.must('POST', `/accounts/${name}/tokens`, wanted);
  return new Client(world.client.url, token as string);
}
