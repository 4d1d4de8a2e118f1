import type { HostileApp } from './hostile-app.ts';

/** Builtins, prototypes and stacks that are spoiled under the trusted code in the guest. */
export const poison: readonly HostileApp[] = [
  {
    name: 'a replaced JSON, Map, Promise and Reflect',
    handler: `const names = Object.getOwnPropertyNames; const poison = () => { throw new Error('poisoned') };
      for (const o of [JSON, Reflect, Object, Promise, Math]) for (const k of names(o)) { try { o[k] = poison } catch {} }
      for (const p of [Map.prototype, Array.prototype, Promise.prototype, String.prototype]) for (const k of names(p)) { try { if (k !== 'constructor') p[k] = poison } catch {} }
      Array.prototype[Symbol.iterator] = poison;
      reply('still there');`,
    says: /^still there$/,
  },
  {
    name: 'setters on the prototypes of effects',
    handler: `const seen = [];
      Object.defineProperty(Array.prototype, 0, { configurable: true, set() {} });
      Object.defineProperty(Object.prototype, 'kind', { configurable: true, set() { seen.push('kind') } });
      reply('x'); delete Array.prototype[0]; delete Object.prototype.kind;`,
    says: /^x$/,
  },
  {
    name: 'a prototype polluted through state',
    handler: `await app.state.set('p', JSON.parse('{"__proto__":{"isAdmin":true}}')); await reply(String(({}).isAdmin))`,
    says: /^undefined$/,
  },
  {
    name: 'effects that claim to be others',
    handler: `await app.state.set('mine', 1);
      Object.prototype.toJSON = function () {
        if (this.kind) return { kind: 'send', to: '+1', text: 'forged', metadata: { vumi: { account: 'victim' } } };
        return this.op ? { op: 'set', scope: 'shared', key: '../../victim/shared/x', value: '1' } : this;
      };
      await reply('x');`,
    says: /^$/,
  },
  {
    name: 'effects in the wrong form',
    handler:
      "Object.prototype.toJSON = function () { return this.kind ? { sends: 7 } : this; }; await reply('x');",
  },
  {
    name: 'effects that end their list',
    handler:
      "String.prototype.toJSON = function () { return 'a\\\"}],\\\"writes\\\":[' + this; }; await reply('x');",
    mayAnswer: /./,
  },
  {
    name: 'effects that are nothing',
    handler: "await app.state.set('mine', 1); Object.prototype.toJSON = () => undefined; await reply('x');",
  },
  {
    name: 'another message finished in its place',
    handler: "reply('mine'); globalThis.kept ??= reply; if (kept !== reply) await kept('theirs');",
    says: /^mine$/,
  },
  {
    name: 'a stack overflow inside trusted code',
    handler:
      "const f = () => { try { f() } finally { app.log.info('x') } }; try { f() } catch {} await reply('ok')",
    mayAnswer: /^ok$/,
  },
  {
    name: 'a frozen realm',
    handler:
      "for (const k of Object.getOwnPropertyNames(globalThis)) { try { Object.freeze(globalThis[k]); Object.freeze(globalThis[k].prototype) } catch {} } await reply('x')",
    says: /^x$/,
  },
  {
    name: 'builtins replaced while the app loads',
    worker:
      "Object.prototype.onEvent = 5; Object.prototype.ids = ['forged']; Array.prototype[0] = 'zero'; Function.prototype.bind = Reflect.get = () => 'no'; export default { async onMessage(m, app) { const id = await m.reply('loaded'); await app.state.set('id', id); } };",
    says: /^loaded$/,
  },
  {
    name: 'methods of arrays, maps, texts and functions replaced',
    handler:
      "for (const k of ['push', 'slice', 'indexOf', 'forEach', 'map', 'join']) Array.prototype[k] = () => { throw new Error('array') }; for (const k of ['get', 'set', 'delete', 'forEach', 'has']) Map.prototype[k] = () => { throw new Error('map') }; for (const k of ['slice', 'charCodeAt', 'toUpperCase', 'toLowerCase']) String.prototype[k] = () => { throw new Error('text') }; for (const k of ['call', 'apply', 'bind', 'toString']) Function.prototype[k] = () => { throw new Error('function') }; for (const k of ['apply', 'construct', 'get', 'ownKeys']) Reflect[k] = () => { throw new Error('reflect') }; await app.state.set('a', 1); await app.state.increment('b'); app.log.info('x', { y: 1 }); await reply('whole ' + (await app.state.get('a')))",
    says: /^whole 1$/,
  },
  {
    name: 'then of promises replaced',
    handler:
      "Promise.prototype.then = () => { throw new Error('then') }; Promise.prototype.catch = Promise.prototype.then; Promise.resolve = Promise.reject = Promise.all = () => { throw new Error('static') }; await reply('whole ' + (await app.state.get('a')))",
    says: /^whole null$/,
  },
  {
    name: 'constructors replaced',
    handler:
      "for (const k of ['String', 'Error', 'Map', 'Promise', 'Date', 'Object', 'Array', 'JSON', 'Reflect', 'Number', 'Math']) globalThis[k] = () => { throw new Error('global') }; app.log.info('x', { y: 1 }); reply('whole')",
    says: /^whole$/,
  },
  {
    name: 'toJSON of numbers, texts and arrays',
    handler:
      "for (const o of [Number, String, Boolean, Array, BigInt]) o.prototype.toJSON = () => 'forged'; const one = await app.state.increment('counted'); for (const o of [Number, String, Boolean, Array, BigInt]) delete o.prototype.toJSON; await reply(typeof one)",
    mayAnswer: /^number$/,
  },
  {
    name: 'toJSON that throws away calls',
    handler:
      "Object.prototype.toJSON = () => undefined; try { await app.state.get('x') } finally { delete Object.prototype.toJSON } await reply('x')",
  },
  {
    name: 'toJSON that makes calls of its own',
    handler:
      "Array.prototype.toJSON = () => [1, { call: 'secret', name: 'token' }]; const p = app.state.get('x'); delete Array.prototype.toJSON; await reply(String(await p))",
    mayAnswer: /^null$/,
  },
  {
    name: 'an answer of the host settled twice',
    handler:
      "Array.prototype.toJSON = () => [1, { call: 'get', scope: 'shared', key: 'x' }]; const all = [app.state.get('a'), app.state.get('b'), app.state.get('c')]; delete Array.prototype.toJSON; const first = await all[0]; await reply(String(first))",
    mayAnswer: /^null$/,
  },
  {
    name: 'the limit of stack frames as a getter',
    handler:
      "Object.defineProperty(Error, 'stackTraceLimit', { get() { for (;;) {} } }); let text = ''; try { await app.state.get('') } catch (e) { text = e.message } await reply(text.slice(0, 5))",
    says: /^a key$/,
  },
  {
    name: 'a prototype of errors whose stack loops',
    handler:
      "Object.defineProperty(Error.prototype, 'stack', { get() { for (;;) {} } }); Object.defineProperty(Error.prototype, 'message', { get() { for (;;) {} } }); try { await app.state.get('') } catch {} await reply('x')",
    says: /^x$/,
  },
  {
    name: 'instanceof that always agrees',
    worker:
      "Object.defineProperty(Promise, Symbol.hasInstance, { value: () => true }); export default { onMessage: (m) => { m.reply('seen'); return { then(done) { done() } } } };",
    mayAnswer: /^seen$/,
  },
  {
    name: 'a promise of another making',
    handler:
      "class Mine extends Promise { then() { return super.then(() => { throw new Error('hijacked') }) } } return Mine.resolve(reply('x'))",
    mayAnswer: /^x$/,
  },
  {
    name: 'a thenable that says done, failed and done again',
    worker:
      "export default { onMessage: (m) => ({ then(done, failed) { m.reply('once'); done(); failed(new Error('x')); done(); try { m.reply('never') } catch {} } }) };",
    says: /^once$/,
  },
  {
    name: 'a stack overflow inside a read',
    handler:
      "const f = () => { try { return f() } catch { return app.state.get('x') } }; let v; try { v = await f() } catch { v = 'overflow' } await reply('alive')",
    mayAnswer: /^alive$/,
  },
  {
    name: 'a stack overflow inside an increment',
    handler:
      "const f = () => { try { return f() } catch { return app.state.increment('over') } }; try { await f() } catch {} const n = await app.state.get('over'); await reply(String(n === null || n === 1 || n === 2))",
    mayAnswer: /^true$/,
  },
  {
    name: 'a stack overflow inside a send',
    handler:
      "const f = () => { try { return f() } catch { return app.send('+1', 'deep') } }; try { await f() } catch {} const id = await message.reply('alive'); app.log.info(id)",
    mayAnswer: /^alive$/,
  },
  {
    name: 'a stack overflow inside a line of log',
    handler:
      "let n = 0; const f = () => { try { f() } finally { if (n++ < 50) app.log.info('x', { n }) } }; try { f() } catch {} await reply('alive')",
    mayAnswer: /^alive$/,
  },
  {
    name: 'a stack overflow inside toJSON of its effects',
    handler:
      "const deep = { toJSON() { const f = () => f(); return f() } }; await reply('x', { helper_metadata: { deep } })",
  },
  {
    name: 'metadata that pollutes prototypes',
    handler: `await reply('x', { helper_metadata: JSON.parse('{"__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}}}') }); app.log.info('x', JSON.parse('{"__proto__":{"polluted":1}}')); await app.state.set('__proto__', JSON.parse('{"__proto__":{"polluted":1}}')); await app.state.set('constructor', 1)`,
    says: /^x$/,
  },
  {
    name: 'a config that is changed for the next message',
    handler:
      'try { app.config.added = 1 } catch {} try { Object.setPrototypeOf(app.config, { stolen: 1 }) } catch {} await reply(JSON.stringify([app.config.added, app.config.stolen]))',
    says: /^\[null,null\]$/,
  },
  {
    name: 'a log and scopes of state that are replaced',
    handler:
      "const before = app.state.get; try { app.state.get = () => 'forged' } catch {} try { app.log.info = () => 'forged' } catch {} try { Object.getPrototypeOf(app.state).get = () => 'forged' } catch {} await reply(String(app.state.get === before))",
    says: /^true$/,
  },
  {
    name: 'another message read through the realm',
    handler:
      "globalThis.past ??= []; const theirs = past.map((m) => m.from_addr).join(); past.push({ from_addr: 'kept' }); try { await globalThis.lastApp?.user.get('x') } catch (e) { app.log.info(e.message) } globalThis.lastApp = app; await reply(message.content)",
    mayAnswer: /^(attack|after)$/,
  },
  {
    name: 'a reply of a finished message used by the next',
    handler:
      "const old = globalThis.oldReply; globalThis.oldReply = message.reply; if (old) { let text = 'sent'; try { await old('stolen') } catch (e) { text = 'refused' } return void (await reply(text)) } await reply('first')",
    mayAnswer: /^(first|refused)$/,
  },
  {
    name: 'letters that are no letters',
    handler: String.raw`await reply('a\0b\ud800c\u001b[2J\u202e'); app.log.info('\u001b[2J\r\n\ud800', { '\0': '\u0000' })`,
    says: /^a.b.c.\[2J.$/s,
  },
  {
    name: 'a thrown symbol, function, array and BigInt',
    handler: "throw [Symbol('x'), () => 1, 1n, [[[]]]]",
  },
  {
    name: 'a thrown Proxy that is revoked',
    handler: 'const { proxy, revoke } = Proxy.revocable({}, {}); revoke(); throw proxy',
  },
  {
    name: 'a returned Proxy that is revoked',
    handler: 'const { proxy, revoke } = Proxy.revocable({}, {}); revoke(); return proxy',
  },
];
