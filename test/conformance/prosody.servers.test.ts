import { execFileSync } from 'node:child_process';
import { createUserMessage, eventClass, reply, type UserMessage } from '@vumi/core';
import { transportTypes, type Transport } from '@vumi/transports';
import { MemoryPorts } from '@vumi/transports/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually } from '../platform.ts';
import { startDebianDaemon, type DebianDaemon } from './debian-daemon.ts';
import { requireProgram } from './debian-program.ts';

const PASSWORD = 'pearl-under-the-sea';

const config = ({ port, folder }: { port: number; folder: string }): string => `
run_as_root = true
daemonize = false
pidfile = "${folder}/prosody.pid"
data_path = "${folder}"
log = { error = "${folder}/log" }
interfaces = { "127.0.0.1" }
c2s_ports = { ${port} }
s2s_ports = { }
c2s_require_encryption = false
authentication = "internal_plain"
modules_enabled = { "roster", "saslauth", "disco", "smacks", "ping", "offline", "presence", "message", "iq" }
modules_disabled = { "s2s", "tls" }
VirtualHost "localhost"
`;

describe('Prosody of Debian', () => {
  let server: DebianDaemon;
  let bot: MemoryPorts;
  let person: MemoryPorts;
  const running: Transport[] = [];

  async function login(name: string, more: object = {}): Promise<MemoryPorts> {
    const ports = new MemoryPorts(name);
    const options = {
      host: '127.0.0.1',
      port: server.port,
      username: `${name}@localhost`,
      password: PASSWORD,
      ...more,
    };
    running.push(await transportTypes.xmpp.start(options, ports));
    return ports;
  }

  const says = (ports: MemoryPorts, type: string): Promise<unknown> =>
    eventually(
      () => ports.statuses.map((status) => status.type),
      (types) => types.includes(type),
    );

  const received = async (ports: MemoryPorts, content: string): Promise<UserMessage> => {
    const message = await eventually(
      () => ports.inbound.find((one) => one.content === content),
      (one) => one !== undefined,
    );
    if (message === undefined) throw new Error('nothing came');
    return message;
  };

  const outcomes = (ports: MemoryPorts, id: string, count: number): Promise<string[]> =>
    eventually(
      () => ports.events.filter(({ user_message_id }) => user_message_id === id).map(eventClass),
      (events) => events.length >= count,
    );

  beforeAll(async () => {
    requireProgram('prosodyctl', ['about'], 'prosody');
    server = await startDebianDaemon({ config, command: (file) => ['prosody', '--config', file, '-F'] });
    for (const name of ['bot', 'nomsa', 'thandi'])
      execFileSync('prosodyctl', ['--config', server.configFile, 'register', name, 'localhost', PASSWORD], {
        stdio: 'ignore',
      });
    bot = await login('bot');
    person = await login('nomsa');
    await says(bot, 'connected');
    await says(person, 'connected');
  });

  afterAll(async () => {
    for (const transport of running) await transport[Symbol.asyncDispose]();
    await server?.[Symbol.asyncDispose]();
  });

  it('brings messages and replies, acknowledged by the server and delivered when their receiver says so', async () => {
    const hello = createUserMessage({ to_addr: 'bot@localhost', from_addr: null, content: 'hi <b> & 😀' });
    await person.send(hello);
    const message = await received(bot, 'hi <b> & 😀');
    expect(message).toMatchObject({ from_addr: 'nomsa@localhost', to_addr: 'bot@localhost' });
    await bot.send(reply(message, 'yo'));
    await received(person, 'yo');
    expect(await outcomes(person, hello.message_id, 2)).toEqual(['ack', 'delivered']);
  });

  it('says that somebody is not there', async () => {
    const message = createUserMessage({ to_addr: 'nobody@localhost', from_addr: null, content: 'hi' });
    await bot.send(message);
    expect(bot.events.at(-1)).toMatchObject({ user_message_id: message.message_id, event_type: 'nack' });
    expect(bot.events.at(-1)).toMatchObject({ nack_reason: expect.stringContaining('service-unavailable') });
  });

  it('keeps messages for who is away, and says since when', async () => {
    const message = createUserMessage({ to_addr: 'thandi@localhost', from_addr: null, content: 'later' });
    await bot.send(message);
    expect(await outcomes(bot, message.message_id, 1)).toEqual(['ack']);
    const late = await login('thandi');
    const { transport_metadata: metadata } = await received(late, 'later');
    expect(metadata['xmpp']).toMatchObject({ delayed_since: expect.stringMatching(/^20/) });
  });

  it('does not let in who has a wrong password', async () => {
    const stranger = await login('nomsa', { password: 'wrong' });
    await says(stranger, 'unauthorized');
    expect(JSON.stringify(stranger.statuses)).not.toContain('wrong');
  });
});
