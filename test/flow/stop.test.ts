import { expect, it } from 'vitest';
import { createPlace } from '../platform.ts';
import { PlatformProcess } from '../platform-process.ts';

it('a platform that is told twice to stop still stops in order', async () => {
  await using place = await createPlace();
  await using platform = await PlatformProcess.create(place);
  await platform.start();
  // As from a terminal and from the launcher.
  expect(await Promise.all([platform.kill('SIGINT'), platform.kill('SIGTERM')])).toEqual([0, 0]);
});
