import { expect, it } from 'vitest';
import { createPlace, eventually } from '../platform.ts';
import { PlatformProcess } from '../platform-process.ts';

it('a platform that is told twice to stop still stops in order', async () => {
  await using place = await createPlace();
  await using platform = await PlatformProcess.create(place);
  await platform.start();
  const first = platform.kill('SIGINT');
  const answers = (): Promise<boolean> =>
    fetch(`${platform.client.url}/healthz`).then(
      () => true,
      () => false,
    );
  await eventually(answers, (any) => !any);
  await platform.kill('SIGINT');
  expect(await first).toBe(0);
});
