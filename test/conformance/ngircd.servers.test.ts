import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { createUserMessage, reply, type UserMessage } from '@vumi/core';
import { transportTypes, type Transport } from '@vumi/transports';
import { MemoryPorts } from '@vumi/transports/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually } from '../platform.ts';
import { startDebianDaemon, type DebianDaemon } from './debian-daemon.ts';
import { requireProgram } from './debian-program.ts';

const config = ({ port }: { port: number }): string => `
[Global]
Name = irc.example
Info = Vumi's tests
Listen = 127.0.0.1
Ports = ${port}
[Limits]
MaxConnectionsIP = 0
[Options]
DNS = no
Ident = no
PAM = no
`;

/** A person at a plain client. */
class Person {
  readonly lines: string[] = [];
  readonly #socket: Socket;

  constructor(socket: Socket) {
    this.#socket = socket;
    let rest = '';
    socket.setEncoding('utf8').on('data', (text: string) => {
      const lines = (rest + text).split('\r\n');
      rest = lines.pop() ?? '';
      this.lines.push(...lines);
      for (const line of lines) if (line.startsWith('PING')) this.say(line.replace('PING', 'PONG'));
    });
  }

  static async login(port: number, nickname: string): Promise<Person> {
    const socket = connect({ host: '127.0.0.1', port });
    await once(socket, 'connect');
    const person = new Person(socket);
    person.say(`NICK ${nickname}`);
    person.say(`USER ${nickname} 0 * :${nickname}`);
    await person.hears(' 001 ');
    return person;
  }

  say(line: string): void {
    this.#socket.write(`${line}\r\n`);
  }

  hears(text: string): Promise<unknown> {
    return eventually(
      () => this.lines,
      (lines) => lines.some((line) => line.includes(text)),
    );
  }

  leave(): void {
    this.#socket.destroy();
  }
}

describe('ngircd of Debian', () => {
  let server: DebianDaemon;
  let person: Person;
  let ports: MemoryPorts;
  let transport: Transport;

  beforeAll(async () => {
    requireProgram('ngircd', ['--version'], 'ngircd');
    server = await startDebianDaemon({ config, command: (file) => ['ngircd', '-n', '-f', file] });
    person = await Person.login(server.port, 'Nomsa');
    ports = new MemoryPorts('irc');
    const options = { network: '127.0.0.1', port: server.port, nickname: 'bot', channels: ['#clinic'] };
    transport = await transportTypes.irc.start({ ...options, flood_rate: 0 }, ports);
    person.say('JOIN #clinic');
    await eventually(
      () => transport.gauges()['connected'],
      (connected) => connected === 1,
    );
  });

  afterAll(async () => {
    person?.leave();
    await transport?.[Symbol.asyncDispose]();
    await server?.[Symbol.asyncDispose]();
  });

  const received = async (content: string): Promise<UserMessage> => {
    const message = await eventually(
      () => ports.inbound.find((one) => one.content === content),
      (one) => one !== undefined,
    );
    if (message === undefined) throw new Error('nothing came');
    return message;
  };

  it('brings what is said to us in a channel, and the reply to who said it', async () => {
    person.say('PRIVMSG #clinic :bot: hi');
    const message = await received('hi');
    expect(message).toMatchObject({ from_addr: 'nomsa', to_addr: 'bot', group: '#clinic' });
    await ports.send(reply(message, 'yo'));
    await person.hears('PRIVMSG #clinic :nomsa: yo');
    expect(ports.events.at(-1)).toMatchObject({ event_type: 'ack' });
  });

  it('brings what is said in private, and long replies whole', async () => {
    person.say('PRIVMSG bot :tell me all');
    const text = Array.from({ length: 200 }, (_, index) => `word${index}é`).join(' ');
    await ports.send(reply(await received('tell me all'), text));
    await person.hears('word199é');
    const said = person.lines.filter(
      (line) => line.includes('PRIVMSG Nomsa :') || line.includes('PRIVMSG nomsa :'),
    );
    expect(said.map((line) => line.slice(line.indexOf(' :') + 2)).join(' ')).toBe(text);
  });

  it('says that somebody is not there', async () => {
    await ports.send(createUserMessage({ to_addr: 'nobody', from_addr: 'bot', content: 'hi' }));
    expect(ports.events.at(-1)).toMatchObject({ event_type: 'nack', nack_reason: 'no such nick' });
  });

  it('gives a second client of our name another', async () => {
    const others = new MemoryPorts('irc_b');
    const options = { network: '127.0.0.1', port: server.port, nickname: 'bot' };
    await using _second = await transportTypes.irc.start(options, others);
    await eventually(
      () => others.statuses.map(({ type }) => type),
      (types) => types.includes('connected'),
    );
    person.say('PRIVMSG bot^ :hi, other one');
    await eventually(
      () => others.inbound.map(({ to_addr }) => to_addr),
      (addresses) => addresses.includes('bot^'),
    );
  });
});
