import type { HostileApp } from './hostile-app.ts';

/** More of anything than a message may have. */
export const floods: readonly HostileApp[] = [
  { name: 'sends without end', handler: "for (;;) app.send('+1', 'x')" },
  { name: 'big sends without end', handler: "for (;;) app.send('+1', 'x'.repeat(60000))" },
  { name: 'replies without end', handler: 'for (;;) reply("x")' },
  { name: 'writes without end', handler: "for (let i = 0; ; i++) app.state.set('k' + i, 'x'.repeat(1000))" },
  { name: 'reads without end', handler: "for (;;) app.state.get('x')" },
  { name: 'reads one after the other without end', handler: "for (;;) await app.state.get('x')" },
  {
    name: 'HTTP calls without end',
    handler: "for (;;) app.http.request('http://127.0.0.1:9/').catch(() => {})",
  },
  { name: 'a value that is too large', handler: "await app.state.set('x', 'x'.repeat(70000))" },
  { name: 'a key that is too long', handler: "await app.state.set('k'.repeat(300), 1)" },
  { name: 'pending promises without end', handler: 'const a = []; for (;;) a.push(new Promise(() => {}))' },
  {
    name: 'log lines without end',
    handler: "for (let i = 0; i < 5000; i++) app.log.info('x'.repeat(10000)); await reply('logged')",
    says: /^logged$/,
  },
  { name: 'increments without end', handler: "for (let i = 0; ; i++) app.state.increment('n' + i)" },
  { name: 'deletions without end', handler: "for (let i = 0; ; i++) app.state.delete('n' + i)" },
  { name: 'reads of secrets without end', handler: "for (;;) app.secrets.get('x')" },
  { name: 'one thing written without end', handler: "for (;;) app.state.set('k', 'x'.repeat(1000))" },
  { name: 'replies to the group without end', handler: "for (;;) message.replyGroup('x')" },
  {
    name: 'sends with large metadata',
    handler: "for (;;) app.send('+1', 'x', { helper_metadata: { a: 'x'.repeat(60000) } })",
  },
  {
    name: 'an HTTP body that is too large',
    handler: "await app.http.request('http://127.0.0.1:1/', { body: 'x'.repeat(70000) })",
  },
  {
    name: 'headers of HTTP without end',
    handler:
      "await app.http.request('http://127.0.0.1:1/', { headers: Object.fromEntries(Array.from({ length: 5000 }, (_, i) => ['k' + i, 'v'.repeat(20)])) })",
  },
  { name: 'a text that is too long', handler: "await reply('x'.repeat(70000))" },
  {
    name: 'many texts that are too long together',
    handler: "for (let i = 0; i < 10; i++) await app.send('+1', 'x'.repeat(60000))",
  },
  { name: 'an address that is too long', handler: "await app.send('1'.repeat(300), 'x')" },
  {
    name: 'metadata that nests by the thousand',
    handler:
      "let m = {}, c = m; for (let i = 0; i < 3000; i++) { c.a = {}; c = c.a } await reply('x', { helper_metadata: m })",
  },
  {
    name: 'effects that nest deeper than stacks',
    handler:
      "let m = []; for (let i = 0; i < 9000; i++) m = [m]; Object.prototype.toJSON = function () { return this.kind ? { kind: 'reply', text: 'x', end: true, metadata: { m } } : this }; await reply('x')",
  },
  {
    name: 'effects that became huge',
    handler:
      "Object.prototype.toJSON = function () { return this.kind ? { kind: 'reply', text: 'x'.repeat(2e6), end: true } : this }; await reply('x')",
  },
  {
    name: 'more sends than are allowed, smuggled in',
    handler:
      "Object.prototype.toJSON = function () { return this.kind ? Array.from({ length: 500 }, () => ({ kind: 'send', to: '+1', text: 'x' })) : this }; await reply('x')",
  },
  {
    name: 'more writes than are allowed, smuggled in',
    handler:
      "await app.state.set('k', 1); Object.prototype.toJSON = function () { return this.op ? Array.from({ length: 9 }, (_, i) => ({ op: 'set', scope: 'shared', key: 'k' + i, value: JSON.stringify('x'.repeat(40000)) })) : this }; await reply('x')",
  },
  {
    name: 'a line of log that grows between two looks',
    handler:
      "let n = 0; for (let i = 0; i < 8; i++) app.log.info('x', { toJSON: () => (n++ % 2 ? 'x'.repeat(3e6) : 1) }); await reply('logged')",
    mayAnswer: /^logged$/,
  },
  {
    name: 'a line of log that is rewritten as a whole',
    handler:
      "Object.prototype.toJSON = () => 'x'.repeat(3e6); for (let i = 0; i < 8; i++) app.log.info('x'); delete Object.prototype.toJSON; await reply('logged')",
    mayAnswer: /^logged$/,
  },
  {
    name: 'log fields that nest by the thousand',
    handler:
      "let m = []; for (let i = 0; i < 900; i++) m = [m]; app.log.info('x', { m }); await reply('logged')",
    says: /^logged$/,
  },
  {
    name: 'lines of the console without end',
    handler: "for (let i = 0; i < 2000; i++) console.log({ a: 'x' }, i); await reply('logged')",
    says: /^logged$/,
  },
  {
    name: 'a loop of replies to itself',
    handler:
      "await app.send(message.to_addr, 'ping'); await app.send(message.from_addr, 'ping'); await reply('sent')",
    says: /^sent$/,
  },
];
