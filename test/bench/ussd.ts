import { createServer, Agent, request, type IncomingMessage } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { reply } from '@vumi/core';
import { transportTypes } from '@vumi/transports';
import { MemoryPorts } from '@vumi/transports/testing';
import { createPlace, zipOf } from '../platform.ts';
import { PlatformProcess } from '../platform-process.ts';
import { quantileOf } from './quantile.ts';

/** Sessions at once, as many as callers. */
const CALLERS = 50;
const WARM_UP = 500;
const TYPE = 'africastalking_ussd';
const WORKER = `
import { defineApp } from '@vumi/sdk';
export default defineApp({
  async onMessage(message) {
    await message.reply('You said: ' + message.content);
  },
});
`;

interface Held {
  readonly rate: number;
  readonly p50: number;
  readonly p99: number;
  readonly wrong: number;
}

/** Steps of USSD that wait for their screens, beside a handler of `node:http` that has its answer at once. */
export async function reportUssd(print: (text: string) => void, count: number): Promise<void> {
  print(`\nHeld steps of USSD over HTTP, ${CALLERS} at once (${TYPE}):`);
  const show = (name: string, { rate, p50, p99, wrong }: Held): void =>
    print(
      `  ${name.padEnd(34)}${Math.round(rate).toLocaleString('en').padStart(8)}/s  p50 ${p50.toFixed(1)} ms, p99 ${p99.toFixed(1)} ms; wrong ${wrong}`,
    );
  show('a bare http handler', await benchBare(count));
  show('the transport, all else in memory', await benchTransport(count));
  show('a platform, embedded, with an app', await benchPlatform(Math.min(count, 5000)));
}

async function benchBare(count: number): Promise<Held> {
  const server = createServer((asked, answer) => {
    asked.resume().on('end', () => answer.end('CON You said'));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  try {
    return await measure(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`, count);
  } finally {
    server.close();
  }
}

async function benchTransport(count: number): Promise<Held> {
  const ports = new MemoryPorts('ussd');
  ports.onInbound = async (message) => {
    setImmediate(() => void ports.send(reply(message, `You said: ${message.content}`)));
  };
  await using _http = ports.http;
  await using _transport = await transportTypes[TYPE].start({}, ports);
  return await measure(ports.http.url, count);
}

async function benchPlatform(count: number): Promise<Held> {
  await using place = await createPlace();
  await using platform = await PlatformProcess.create(place, {
    transports: { ussd: { type: TYPE, secret_path: '' } },
  });
  await platform.start();
  const { client } = platform;
  await client.must('POST', '/accounts', { name: 'bench' });
  await client.must('PUT', '/accounts/bench/apps/echo', zipOf({ 'workers/worker.js': WORKER }));
  await client.must('PUT', '/accounts/bench/routes/echo', {
    app: 'echo',
    transport: 'ussd',
    to_addr: '*384#',
  });
  return measure(`${client.url}/hooks/ussd`, count);
}

async function measure(url: string, count: number): Promise<Held> {
  const agent = new Agent({ keepAlive: true, maxSockets: CALLERS });
  try {
    await ask(url, { agent, count: WARM_UP, name: 'warm' });
    const startedAt = performance.now();
    const { times, wrong } = await ask(url, { agent, count, name: 'run' });
    const rate = count / ((performance.now() - startedAt) / 1000);
    return { rate, p50: quantileOf(times, 0.5), p99: quantileOf(times, 0.99), wrong };
  } finally {
    agent.destroy();
  }
}

/** Each caller has a session and types in it; its steps come one after the other. */
async function ask(
  url: string,
  { agent, count, name }: { agent: Agent; count: number; name: string },
): Promise<{ times: number[]; wrong: number }> {
  const times: number[] = [];
  let wrong = 0;
  const caller = async (index: number): Promise<void> => {
    const inputs: string[] = [];
    for (let done = index; done < count; done += CALLERS) {
      const startedAt = performance.now();
      const text = await post(url, agent, {
        sessionId: `${name}-${index}`,
        phoneNumber: `+2547${index}`,
        serviceCode: '*384#',
        text: inputs.join('*'),
      });
      times.push(performance.now() - startedAt);
      if (!text.startsWith('CON You said')) wrong += 1;
      inputs.splice(0, inputs.length > 20 ? inputs.length : 0);
      inputs.push(String(done));
    }
  };
  await Promise.all(Array.from({ length: CALLERS }, (_, index) => caller(index)));
  return { times, wrong };
}

async function post(url: string, agent: Agent, fields: Record<string, string>): Promise<string> {
  const headers = { 'content-type': 'application/x-www-form-urlencoded' };
  const asked = request(url, { method: 'POST', agent, headers }).end(new URLSearchParams(fields).toString());
  const [answer] = (await once(asked, 'response')) as [IncomingMessage];
  answer.setEncoding('utf8');
  let text = '';
  for await (const chunk of answer) text += String(chunk);
  return text;
}
