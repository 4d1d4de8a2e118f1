import type { HostileApp } from './hostile-app.ts';

/** Attempts to get out of the realm, or at what belongs to others. */
export const escapes: readonly HostileApp[] = [
  {
    name: 'the constructor of a constructor',
    handler: "await reply(String(reply.constructor.constructor('return typeof process + typeof require')()))",
    says: /^undefinedundefined$/,
  },
  {
    name: 'globals of the host',
    handler:
      "await reply(['process','require','global','__post','ivm','_ivm','WebAssembly','SharedArrayBuffer','Atomics','WeakRef','FinalizationRegistry','setTimeout','fetch'].filter((n) => n in globalThis).join() || 'none')",
    says: /^none$/,
  },
  {
    name: 'call sites of trusted code',
    handler: `Error.prepareStackTrace = (e, sites) => sites;
      let found = []; const trap = { toString() { found = new Error().stack.map((s) => [s.getFunction(), s.getThis()]); return 'x'; } };
      app.log.info(trap); Reflect.deleteProperty(Error, 'prepareStackTrace');
      await reply(String(found.flat().filter((x) => x !== undefined && x !== null).length));`,
    says: /^0$/,
  },
  {
    name: 'a host error with paths',
    handler:
      "await app.http.request('http://127.0.0.1:1/').catch((e) => reply(e.stack.includes('/work') || e.stack.includes('node:') ? 'path' : 'clean'))",
    says: /^clean$/,
  },
  { name: 'a thrown null', handler: 'throw null' },
  {
    name: 'a return value that is a function',
    handler: "await reply('x'); return () => { for (;;) {} }",
    says: /^x$/,
  },
  {
    name: 'a constructor reached from every function at hand',
    handler:
      "const found = new Set(); for (const f of [reply, message.replyGroup, app.send, app.log.info, app.state.get, app.http.request, app.secrets.get, console.log, Date, Math.random, ArrayBuffer]) found.add(f.constructor('return typeof process + typeof globalThis.__post')()); await reply([...found].join())",
    says: /^undefinedundefined$/,
  },
  {
    name: 'constructors of async and generator functions',
    handler:
      "const f = [async () => 0, function* () {}, async function* () {}].map((g) => g.constructor); await reply(String(await f[0]('return typeof process')()) + f[1]('yield typeof require')().next().value + (await f[2]('yield typeof ivm')().next()).value)",
    says: /^undefinedundefinedundefined$/,
  },
  {
    name: 'indirect eval',
    handler: "await reply((0, eval)('typeof process + typeof require + typeof module + typeof post'))",
    says: /^undefinedundefinedundefinedundefined$/,
  },
  {
    name: 'a module asked for at run time',
    handler: "await (0, eval)(\"import('node:fs')\").then(() => reply('loaded'), (e) => reply(e.message))",
    says: /^Not supported$/,
  },
  {
    name: 'the caller of a strict function',
    handler:
      "let seen = ''; app.log.info({ toString() { try { seen = typeof arguments.callee.caller } catch (e) { seen = e.constructor.name } return 'x' } }); await reply(seen)",
    says: /^TypeError$/,
  },
  {
    name: 'the caller of a sloppy function',
    worker:
      "export default { onMessage: new Function('m', 'app', 'let seen = []; function t() { seen.push(String(t.caller), t.arguments.length); return \"x\" } app.log.info({ toString: t }); return m.reply(seen.join())') };",
    says: /^null,0$/,
  },
  {
    name: 'call sites during a call of the platform',
    handler:
      "Error.prepareStackTrace = (e, sites) => sites; const seen = []; await app.state.set('x', { toJSON() { seen.push(...new Error().stack.flatMap((s) => [s.getFunction(), s.getThis()])); return 1 } }); Reflect.deleteProperty(Error, 'prepareStackTrace'); await reply(String(seen.filter((x) => x !== undefined && x !== null).length))",
    says: /^0$/,
  },
  {
    name: 'call sites of an error that the platform made',
    handler:
      "let seen = 'none'; Error.prepareStackTrace = (e, sites) => sites.filter((s) => s.getFunction() || s.getThis()).length; try { await app.state.get('') } catch (e) { seen = String(e.stack) } Reflect.deleteProperty(Error, 'prepareStackTrace'); await reply(seen)",
    says: /^0$/,
  },
  {
    name: 'private fields of what the platform hands out',
    handler:
      "const all = [app.state, app.user, app.http, app.log, app.secrets, message]; await reply(all.map((o) => Reflect.ownKeys(o).filter((k) => !/^(debug|info|warn|error|get)$/.test(String(k)) && typeof o[k] === 'function').join()).join(';'))",
    says: /^;;;;;reply,replyGroup$/,
  },
  {
    name: 'a scope of state made by its constructor',
    handler:
      "const fake = { writes: new Map(), charge() {}, call: (c) => Promise.resolve(JSON.stringify(c.key)) }; const scope = new app.state.constructor(fake, '../../victim/shared'); await reply(String(await scope.get('x')))",
    says: /^x$/,
  },
  {
    name: 'a spy in place of the species of promises',
    handler:
      "const seen = []; Promise.prototype.constructor = { [Symbol.species]: function (run) { return new Promise((a, b) => { run((v) => { seen.push(typeof v); a(v) }, b) }) } }; const p = app.state.get('x'); delete Promise.prototype.constructor; const v = await p; await reply(String(v) + seen.filter((t) => t === 'function').length)",
    says: /^null0$/,
  },
  {
    name: 'a spy in place of then of all objects',
    handler:
      "const seen = []; Object.defineProperty(Object.prototype, 'then', { configurable: true, get() { seen.push(...Object.values(this).filter((v) => typeof v === 'function')); return undefined } }); await app.http.request('http://127.0.0.1:1/').catch(() => 0); await app.send('+1', 'a'); await app.send('+1', 'b'); delete Object.prototype.then; await reply(String(seen.length))",
    says: /^0$/,
  },
  {
    name: 'a spy in the setters of all objects',
    handler:
      "const seen = []; const names = ['0', '1', '2', 'call', 'id', 'resolve', 'reject', 'kind', 'text', 'to', 'sends', 'writes', 'op', 'scope', 'key', 'level', 'fields', 'turn', 'present', 'log', 'seed', 'metadata']; for (const n of names) Object.defineProperty(Object.prototype, n, { configurable: true, set(v) { seen.push(n) } }); const all = [app.state.get('x'), app.send('+1', 'x'), app.state.set('a', 1), app.state.increment('b')]; app.log.info('x', { a: 1 }); for (const n of names) delete Object.prototype[n]; await Promise.all(all); await reply(seen.join() || 'nothing')",
    says: /^nothing$/,
  },
  {
    name: 'a spy in the getters of all objects',
    handler:
      "const seen = []; const names = ['resolve', 'reject', 'post', 'turn', 'limits', 'present', 'entries']; for (const n of names) Object.defineProperty(Object.prototype, n, { configurable: true, get() { seen.push(n); return undefined } }); await app.state.get('x'); app.log.info('x'); await app.state.increment('b'); for (const n of names) delete Object.prototype[n]; await reply(seen.join() || 'nothing')",
    says: /^nothing$/,
  },
  {
    name: 'a clock beside the one that stands still',
    handler:
      "const f = new Intl.DateTimeFormat('en', { fractionalSecondDigits: 3, second: 'numeric' }); const first = f.format() + f.formatToParts()[0].value + Date.now() + new Date() + Date(); for (let i = 0; i < 20; i++) { await app.state.get('x'); if (f.format() + f.formatToParts()[0].value + Date.now() + new Date() + Date() !== first) return reply('moved') } await reply('still')",
    mayAnswer: /^still$/,
  },
  {
    name: 'a real clock behind the constructor of dates',
    handler:
      'const D = new Date().constructor; const clocks = [D.now, Date.now, Object.getPrototypeOf(new D()).constructor.now]; await reply(String(new Set(clocks.map((c) => c())).size + typeof performance))',
    says: /^1undefined$/,
  },
  {
    name: 'secrets of another app',
    handler:
      "const names = ['token', '__proto__', 'constructor', 'toString', 'victim/token', '../victim/token']; const values = []; for (const n of names) values.push(await app.secrets.get(n)); await reply(JSON.stringify(values))",
    says: /^\[null,null,null,null,null,null\]$/,
  },
  {
    name: 'state of another app',
    handler:
      "const keys = ['../../victim/shared/secret', '/app/tests/victim/shared/secret', 'app/tests/victim/shared/secret', '..%2F..%2Fvictim%2Fshared%2Fsecret', '*', '%', '_']; const values = []; for (const k of keys) values.push(await app.state.get(k), await app.user.get(k)); await reply(String(values.every((v) => v === null)))",
    says: /^true$/,
  },
  {
    name: 'keys of state with control characters',
    handler: String.raw`const refused = []; for (const k of ['a\0b', 'a\nb', '', 'x'.repeat(300), null, {}, ['a']]) { try { await app.state.set(k, 1) } catch { refused.push(k) } } await reply(String(refused.length))`,
    says: /^7$/,
  },
  {
    name: 'errors of the platform',
    handler:
      "const errors = []; const tries = [() => app.state.get(''), () => app.state.set('x', () => 1), () => app.send('', 'x'), () => app.send('+1', null), () => app.http.request('http://127.0.0.1:1/'), () => app.http.request('file:///etc/passwd'), () => app.http.request('not an address'), () => app.state.increment('x', 0.5)]; for (const t of tries) { try { await t() } catch (e) { errors.push(e.stack) } } await reply(errors.length + ' ' + errors.some((e) => /node:|node_modules|file:|\\.ts|\\/(tmp|home|root|usr|work)/.test(e)))",
    says: /^8 false$/,
  },
  {
    name: 'HTTP to the machine itself by odd names',
    handler:
      "const refused = []; for (const u of ['gopher://127.0.0.1/', 'file:///etc/passwd', 'data:text/plain,x', 'http://127.0.0.1:1/', 'unix:/tmp/x', '//x', 'javascript:1']) { try { await app.http.request(u) } catch { refused.push(u) } } await reply(String(refused.length))",
    says: /^7$/,
  },
  {
    name: 'a message that claims to be from somebody else',
    handler:
      "message.from_addr = '+999'; message.message_id = 'x'; message.to_addr = '666'; message.transport_name = 'other'; message.helper_metadata = { vumi: { account: 'victim', app: 'victim' } }; await message.reply('mine')",
    says: /^mine$/,
  },
  {
    name: 'a stamp of the platform in its metadata',
    handler:
      "await reply('mine', { helper_metadata: { vumi: { account: 'victim', app: 'victim' } } }); await app.send('+1', 'mine', { helper_metadata: { vumi: { account: 'victim' } } })",
    says: /^mine$/,
  },
];
