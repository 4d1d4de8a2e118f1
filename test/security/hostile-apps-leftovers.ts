import type { HostileApp } from './hostile-app.ts';

/** Work that is left over when the handler has answered, for the next message to trip over. */
export const leftovers: readonly HostileApp[] = [
  {
    name: 'a loop after the answer',
    handler:
      "reply('x'); Promise.resolve().then(async () => { for (let i = 0; i < 20; i++) await null; for (;;) {} })",
    mayAnswer: /^x?$/,
  },
  {
    name: 'a rejected promise whose stack loops',
    handler: "Promise.reject({ get stack() { for (;;) {} } }); await reply('x')",
    mayAnswer: /^x?$/,
  },
  {
    name: 'a rejected promise that stringifies for ever',
    handler: "Promise.reject({ toString() { for (;;) {} } }); await reply('x')",
    mayAnswer: /^x?$/,
  },
  {
    name: 'promises that wait for the next message',
    handler:
      "globalThis.waiting ??= []; for (const wake of waiting.splice(0)) wake(); new Promise((wake) => waiting.push(wake)).then(() => { for (;;) {} }); await reply('x')",
    mayAnswer: /^x$/,
  },
  {
    name: 'a million promises that wait for the next message',
    handler:
      "globalThis.wake?.(); let wake; const p = new Promise((r) => { wake = r }); for (let i = 0; i < 3e4; i++) p.then(() => p.then(() => 1)); globalThis.wake = wake; await reply('x')",
    mayAnswer: /^x$/,
  },
  {
    name: 'a rejected promise with an evil message',
    handler: "Promise.reject({ get message() { for (;;) {} } }); await reply('x')",
    mayAnswer: /^x$/,
  },
  {
    name: 'a rejected error whose stack is formatted for ever',
    handler:
      "Error.prepareStackTrace = () => { for (;;) {} }; Promise.reject(new Error('x')); await reply('x')",
    mayAnswer: /^x$/,
  },
  {
    name: 'ten thousand rejected promises',
    handler: "for (let i = 0; i < 1e4; i++) Promise.reject(new Error('x')); await reply('x')",
    mayAnswer: /^x$/,
  },
  {
    name: 'a rejection that says that memory ran out',
    handler:
      "Promise.reject(new Error('Isolate was disposed during execution due to memory limit')); await reply('x')",
    mayAnswer: /^x$/,
  },
  {
    name: 'a rejection of 2^28 letters',
    handler: "Promise.reject(new Error('x'.repeat(2 ** 28))); await reply('x')",
    mayAnswer: /^x$/,
  },
  {
    name: 'calls that nobody awaits',
    handler:
      "for (let i = 0; i < 150; i++) app.state.get('x'); for (let i = 0; i < 5; i++) app.http.request('http://127.0.0.1:1/'); await reply('x')",
    mayAnswer: /^x$/,
  },
  {
    name: 'a handler that goes on after its end',
    handler:
      "(async () => { for (let i = 0; i < 20; i++) await null; await reply('late'); await app.state.set('late', 1) })().catch(() => 0); reply('x')",
    mayAnswer: /^x$/,
  },
  {
    name: 'a heap that is almost full for the next message',
    handler:
      "globalThis.full ??= []; for (let i = 0; i < 20; i++) full.push(new Array(1e5).fill(1.5)); await reply('x')",
    mayAnswer: /^x$/,
  },
];
