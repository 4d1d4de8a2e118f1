import { once } from 'node:events';
import { createServer } from 'node:http';
import { connect, type AddressInfo } from 'node:net';
import { silentLogger } from '@vumi/core';
import { createHosting } from './hosting.ts';
import { createPagePeople, type PagePeople } from './page-people.fixture.ts';
import type { HostingPorts } from './ports.ts';

export const DOMAIN = 'apps.localhost';
const text = (content: string, type: string, sha256: string) => ({
  bytes: Buffer.from(content),
  sha256,
  content_type: type,
});
/** Holds files that hosting must not hand out even if a version's list had them. */
const files = new Map(
  Object.entries({
    'index.html': text('<h1>Scores</h1>', 'text/html; charset=utf-8', 'aaa'),
    'assets/app.js': text('run()', 'text/javascript; charset=utf-8', 'bbb'),
    'assets/app.js.map': text('{}', 'application/json', 'ccc'),
    'assets/staff/list.html': text('<h1>Patients</h1>', 'text/html; charset=utf-8', 'ggg'),
    'assets/logo.svg': text('<svg/>', 'image/svg+xml', 'ddd'),
    'workers/worker.js': text('secret', 'text/javascript', 'eee'),
    'vumi.json': text('{}', 'application/json', 'fff'),
  }),
);
const state = new Map<string, unknown>([
  ['scores', [{ name: 'Ada', points: 3 }]],
  ['hidden', 'x'],
  ['person:1', { name: 'Thandi' }],
  ['person:2', { name: 'Sipho' }],
]);

interface PhoneLink {
  readonly user: string;
  readonly scopes: readonly string[];
  readonly pin?: string;
}

/** Hosting over a real server, with one app `demo/quiz` that has a page. */
export interface HostingPlace extends Disposable {
  now: number;
  active: number | null;
  manifest: Record<string, unknown>;
  /** Links that have not been used, and who is signed in, by secret. */
  readonly links: Map<string, string>;
  readonly signIns: Map<string, string>;
  /** Links from phones that have not been used, by code, and who has opened one, by secret. */
  readonly phoneLinks: Map<string, PhoneLink>;
  readonly visits: Map<string, PhoneLink>;
  readonly answers: unknown[];
  readonly userState: Map<string, unknown>;
  /** Contacts, messages, and what is granted. */
  readonly people: PagePeople;
  /** As at first, with a version of its own: what a version says never changes. */
  reset(): void;
  raw(line: string, headers?: Record<string, string>, host?: string): Promise<Answer>;
  /** The same with a body. */
  send(line: string, body: string, headers: Record<string, string>): Promise<Answer>;
}

export async function startHostingPlace(): Promise<HostingPlace> {
  let versions = 0;
  const known = {
    now: 0,
    active: null as number | null,
    manifest: {} as Record<string, unknown>,
    links: new Map<string, string>(),
    signIns: new Map<string, string>(),
    phoneLinks: new Map<string, PhoneLink>(),
    visits: new Map<string, PhoneLink>(),
    answers: [] as unknown[],
    userState: new Map<string, unknown>(),
    people: createPagePeople(),
  };
  const server = createServer(createHosting(portsOf(known))).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return Object.assign(known, {
    reset: () => {
      known.now = 1_000_000;
      known.active = ++versions;
      known.manifest = { frontend: { scopes: ['state:read:scores', 'messages:send'] } };
      known.links.clear();
      known.signIns.clear();
      known.phoneLinks.clear();
      known.visits.clear();
      known.answers.length = 0;
      known.userState.clear();
      known.people.reset();
    },
    raw: (line: string, headers?: Record<string, string>, host?: string) =>
      sendRaw(port, { line, headers, host }),
    send: (line: string, body: string, headers: Record<string, string>) =>
      sendRaw(port, {
        line,
        body,
        headers: { 'Content-Length': String(Buffer.byteLength(body)), ...headers },
      }),
    [Symbol.dispose]: () => {
      server.close();
      server.closeAllConnections();
    },
  });
}

type Known = Omit<HostingPlace, 'reset' | 'raw' | 'send' | typeof Symbol.dispose>;

function portsOf(known: Known): HostingPorts {
  return {
    logger: silentLogger,
    clock: () => known.now,
    appsDomain: DOMAIN,
    platformUrl: 'http://127.0.0.1:8000',
    activeVersion: ({ account, app }) => (account === 'demo' && app !== 'unknown' ? known.active : null),
    manifest: async () => known.manifest,
    file: async ({ app }, _version, path) => (app === 'quiz' ? (files.get(path) ?? null) : null),
    readState: async (_ref, key) => state.get(key) ?? null,
    listState: async (_ref, { prefix, after = '', limit }) => {
      const keys = [...state.keys()].filter((key) => key.startsWith(prefix) && key > after);
      const items = keys.slice(0, limit).map((key) => ({ key, value: state.get(key) ?? null }));
      return { items, next: keys.length > limit ? (items.at(-1)?.key ?? null) : null };
    },
    members: membersOf(known),
    links: linksOf(known),
    userState: {
      read: async (_ref, user, key) => known.userState.get(`${user} ${key}`) ?? null,
      write: async (_ref, user, { key, value }) => void known.userState.set(`${user} ${key}`, value),
    },
    ...known.people.ports,
    addressOf: ({ headers }) => String(headers['x-forwarded-for'] ?? '127.0.0.1'),
    secure: false,
    personSecret: async () => 'of this platform',
    tokenSecret: 'shared by the processes of one platform',
  };
}

/** The code of a link is what its user's name is, made longer. */
function linksOf({ phoneLinks, visits, answers }: Known): HostingPorts['links'] {
  return {
    look: async ({ app }, code) => {
      const link = app === 'quiz' ? phoneLinks.get(code) : undefined;
      return link === undefined ? null : { asksPin: link.pin !== undefined };
    },
    use: async ({ app }, code, pin) => {
      const link = app === 'quiz' ? phoneLinks.get(code) : undefined;
      if (link === undefined) return null;
      if (link.pin !== undefined && link.pin !== pin) return 'wrong_pin';
      phoneLinks.delete(code);
      visits.set(`visit-of-${link.user}`, link);
      return { secret: `visit-of-${link.user}`, path: '/photo', lifetimeMs: 1_800_000 };
    },
    visitor: async ({ app }, secret) => (app === 'quiz' ? (visits.get(secret) ?? null) : null),
    answer: async (_ref, secret, value) => void answers.push([secret, value]),
  };
}

function membersOf(known: Known): HostingPorts['members'] {
  const { links, signIns } = known;
  return {
    signIn: async ({ app }, secret) => {
      const name = app === 'quiz' ? links.get(secret) : undefined;
      if (name === undefined) return null;
      links.delete(secret);
      signIns.set(`cookie-of-${name}`, name);
      return {
        secret: `cookie-of-${name}`,
        path: '/assets/staff/list.html',
        expires_at: new Date(known.now + 3_600_000).toISOString(),
      };
    },
    signedIn: async ({ app }, secret) => {
      const name = app === 'quiz' ? signIns.get(secret) : undefined;
      return name === undefined ? null : { name };
    },
    signOut: async (secret) => void signIns.delete(secret),
  };
}

export interface Answer {
  status: number;
  headers: Record<string, string>;
  body: string;
}

interface RawRequest {
  readonly line: string;
  readonly headers?: Record<string, string> | undefined;
  readonly host?: string | undefined;
  readonly body?: string;
}

/** Writes the request line as given: clients would tidy the path up. */
async function sendRaw(
  port: number,
  { line, headers = {}, host = `demo--quiz.${DOMAIN}:8000`, body = '' }: RawRequest,
): Promise<Answer> {
  const socket = connect(port, '127.0.0.1');
  const all = { Host: host, Connection: 'close', ...headers };
  const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}`);
  socket.write([`${line} HTTP/1.1`, ...lines, '', body].join('\r\n'));
  const chunks: Buffer[] = [];
  for await (const chunk of socket) chunks.push(chunk as Buffer);
  const [head = '', ...rest] = Buffer.concat(chunks).toString('utf8').split('\r\n\r\n');
  const [statusLine = '', ...headerLines] = head.split('\r\n');
  return {
    status: Number(statusLine.split(' ')[1]),
    headers: Object.fromEntries(
      headerLines.map((header) => {
        const colon = header.indexOf(':');
        return [header.slice(0, colon).toLowerCase(), header.slice(colon + 1).trim()];
      }),
    ),
    body: rest.join('\r\n\r\n'),
  };
}
