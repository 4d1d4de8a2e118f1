import type { Logger } from '@vumi/core';
import { parseInput } from '@vumi/core';
import { checkConfig, configSchema, startPlatform } from '@vumi/host';
import { expect, it } from 'vitest';
import { ADMIN_TOKEN, Client, createPlace, eventually } from '../platform.ts';

type Line = Readonly<Record<string, unknown>>;

/** What would stand in the log, with what the loggers of workers add to their lines. */
function collect(lines: Line[], bindings: object = {}): Logger {
  const add = (level: string) => (fields: object, msg: string) =>
    void lines.push({ ...bindings, ...fields, level, msg });
  return {
    debug: add('debug'),
    info: add('info'),
    warn: add('warn'),
    error: add('error'),
    child: (more) => collect(lines, { ...bindings, ...more }),
  };
}

it('one message is found by its id in the lines of each worker that had it', async () => {
  const lines: Line[] = [];
  await using place = await createPlace();
  const settings = {
    http: { port: 0 },
    simulators: { smsc: { port: 0 } },
    admin_token: ADMIN_TOKEN,
    demo: true,
    ...place.settings,
  };
  const config = checkConfig(parseInput(configSchema, settings, 'config.invalid'));
  await using platform = await startPlatform(config, collect(lines));
  const client = new Client(platform.api?.url ?? '');
  await client.must('POST', '/simulators/smsc/messages', {
    from_addr: '+27763000001',
    to_addr: '12345',
    content: 'hi',
  });
  const query = `/accounts/demo/messages?address=${encodeURIComponent('+27763000001')}`;
  const [reply, written] = await eventually(
    async () => (await client.must('GET', query)).items as { message_id: string; status: string }[],
    ([first]) => first?.status === 'delivered',
  );
  const about = (id: string | undefined): string[] =>
    lines
      .filter(({ message_id }) => message_id === id)
      .map(({ worker, msg }) => `${String(worker)}: ${String(msg)}`);
  expect(about(written?.message_id)).toEqual([
    'smsc: message received',
    'dispatcher: routed',
    'sandbox: handler ended',
  ]);
  expect(about(reply?.message_id)).toEqual(
    expect.arrayContaining(['dispatcher: routed', 'smsc: message to be sent', 'smsc: event']),
  );
});
