import { expect, it } from 'vitest';
import { PlatformProcess } from '../platform-process.ts';
import { createPlace, eventually } from '../platform.ts';

const PHONE = '+27761234567';

it('a first start that is killed in its middle is finished by the next, and what is removed then stays so', async () => {
  await using place = await createPlace();
  await using vumi = await PlatformProcess.create(place, { demo: true, simulators: { smsc: { port: 0 } } });
  const { client } = vumi;
  const started = vumi.start().then(
    () => 'ready',
    () => 'killed',
  );
  const status = (path: string): Promise<number> =>
    client.call('GET', path).then(
      (answer) => answer.status,
      () => 0,
    );
  await eventually(
    () => status('/accounts/demo'),
    (code) => code === 200,
  );
  await vumi.kill('SIGKILL');
  expect(await started).toBe('killed');

  await vumi.start();
  expect(vumi.output).toContain('type "hi"');
  const say = { from_addr: PHONE, to_addr: '12345', content: 'hi' };
  await client.must('POST', '/simulators/smsc/messages', say);
  const texts = `/simulators/smsc/messages?address=${encodeURIComponent(PHONE)}`;
  const { items } = await eventually(
    () => client.must('GET', texts),
    (page) => page.items.length > 0,
  );
  expect(items[0].content).toContain(`message 1 from ${PHONE}`);

  await client.must('DELETE', '/accounts/demo/apps/quiz');
  await vumi.kill('SIGKILL');
  await vumi.start();
  expect(vumi.output).toContain('type "hi"');
  expect(vumi.output).not.toContain('quiz');
  expect(await status('/accounts/demo/apps/quiz')).toBe(404);
});
