import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from '@vumi/machine/testing';
import { eventually } from '../platform.ts';

export interface KannelSetUp {
  /** The group of its SMSC, without its first line. */
  readonly smsc: string;
  /** What answers users: a line of its sms-service. */
  readonly service?: string;
}

interface Ports {
  readonly admin: number;
  readonly box: number;
  readonly send: number;
}

/** An SMSC that speaks SMPP. */
export function smppSmsc(port: number): string {
  return `smsc = smpp
smsc-id = simulator
host = 127.0.0.1
port = ${port}
transceiver-mode = true
smsc-username = kannel
smsc-password = secret
system-type = ""
reconnect-delay = 1`;
}

function configOf({ smsc, service }: Required<KannelSetUp>, ports: Ports, folder: string): string {
  return `
group = core
admin-port = ${ports.admin}
admin-interface = 127.0.0.1
admin-password = secret
smsbox-port = ${ports.box}
smsbox-interface = 127.0.0.1
box-allow-ip = "127.0.0.1"
log-file = ${folder}/bearerbox.log
log-level = 1

group = smsc
${smsc}

group = smsbox
bearerbox-host = 127.0.0.1
sendsms-port = ${ports.send}
sendsms-interface = 127.0.0.1
log-file = ${folder}/smsbox.log
log-level = 1

group = sendsms-user
username = user
password = secret
max-messages = 5
concatenation = true

group = sms-service
keyword = default
${service}
`;
}

/** Bearerbox and smsbox of Debian, which Kannel's users put between SMSCs and their applications. */
export class Kannel implements AsyncDisposable {
  readonly #ports: Ports;
  readonly #folder: string;
  readonly #boxes: ChildProcess[] = [];

  private constructor(ports: Ports, folder: string) {
    this.#ports = ports;
    this.#folder = folder;
  }

  static async start({ smsc, service = 'text = "kannel answers"' }: KannelSetUp): Promise<Kannel> {
    const folder = await mkdtemp(join(tmpdir(), 'vumi-kannel-'));
    const ports = { admin: await freePort(), box: await freePort(), send: await freePort() };
    const kannel = new Kannel(ports, folder);
    await writeFile(join(folder, 'kannel.conf'), configOf({ smsc, service }, ports, folder));
    for (const [box, port] of [
      ['bearerbox', ports.admin],
      ['smsbox', ports.send],
    ] as const) {
      kannel.#boxes.push(spawn(box, [join(folder, 'kannel.conf')], { stdio: 'ignore' }));
      await eventually(() => answersHttp(port), Boolean);
    }
    return kannel;
  }

  /** By its sendsms. */
  async send(query: Record<string, string>): Promise<number> {
    const who = { username: 'user', password: 'secret', from: '12345', to: '27761234567' };
    const all = new URLSearchParams({ ...who, ...query });
    const response = await fetch(`http://127.0.0.1:${this.#ports.send}/cgi-bin/sendsms?${all.toString()}`);
    await response.text();
    return response.status;
  }

  async status(): Promise<string> {
    const response = await fetch(`http://127.0.0.1:${this.#ports.admin}/status.txt?password=secret`);
    return response.text();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const box of this.#boxes) {
      const ended = once(box, 'exit');
      box.kill('SIGKILL');
      await ended;
    }
    await rm(this.#folder, { recursive: true, force: true });
  }
}

function answersHttp(port: number): Promise<boolean> {
  return fetch(`http://127.0.0.1:${port}/`).then(
    async (response) => (await response.text()) !== undefined,
    () => false,
  );
}
