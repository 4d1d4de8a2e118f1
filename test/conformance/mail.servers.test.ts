import { spawn, execFile } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';
import { createUserMessage } from '@vumi/core';
import { freePort } from '@vumi/machine/testing';
import { transportTypes } from '@vumi/transports';
import { MemoryPorts } from '@vumi/transports/testing';
import { beforeAll, expect, it } from 'vitest';
import { eventually } from '../platform.ts';
import { requireProgram } from './debian-program.ts';

const run = promisify(execFile);
const SERVER = 'aiosmtpd';

beforeAll(() => {
  requireProgram(SERVER, ['--version'], 'python3-aiosmtpd');
  requireProgram('swaks', ['--version'], 'swaks');
});

it("aiosmtpd takes what we send, and swaks brings us mail as a provider's server does", async () => {
  const [smtp, listen] = [await freePort(), await freePort()];
  const args = ['-n', '-l', `127.0.0.1:${smtp}`, '-c', 'aiosmtpd.handlers.Debugging', 'stdout'];
  const server = spawn(SERVER, args, {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, PYTHONUNBUFFERED: '1' },
  });
  const lines: string[] = [];
  createInterface({ input: server.stdout }).on('line', (line) => lines.push(line));
  try {
    const ports = new MemoryPorts('mail');
    const config = {
      listen_port: listen,
      from_addr: 'clinic@example.org',
      smtp_host: '127.0.0.1',
      smtp_port: smtp,
      smtp_security: 'none',
    };
    await using _transport = await transportTypes.email.start(config, ports);
    const sent = createUserMessage({
      to_addr: 'thandi@mail.example',
      from_addr: null,
      content: 'Sawubona, Zoë',
    });
    await ports.send(sent);
    expect(ports.events).toMatchObject([
      { event_type: 'ack', sent_message_id: `<${sent.message_id}@example.org>` },
    ]);
    await eventually(
      () => lines.join('\n'),
      (text) => text.includes('END MESSAGE'),
    );
    expect(lines).toEqual(
      expect.arrayContaining([
        'From: clinic@example.org',
        'To: thandi@mail.example',
        'Auto-Submitted: auto-generated',
      ]),
    );
    const mail = [
      '--from',
      'thandi@mail.example',
      '--to',
      'clinic@example.org',
      '--body',
      'Ngiyabonga',
      '--header',
      'Subject: Hi',
    ];
    await run('swaks', ['--server', '127.0.0.1', '--port', String(listen), ...mail]);
    expect(ports.inbound).toMatchObject([
      {
        from_addr: 'thandi@mail.example',
        to_addr: 'clinic@example.org',
        content: 'Ngiyabonga',
        transport_type: 'email',
      },
    ]);
    await expect(
      run('swaks', ['--server', '127.0.0.1', '--port', String(listen), ...mail, '--to', 'other@example.org']),
    ).rejects.toMatchObject({ stdout: expect.stringContaining('550') });
  } finally {
    server.kill('SIGKILL');
    await once(server, 'close');
  }
});
