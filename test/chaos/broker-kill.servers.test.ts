import { expect, it } from 'vitest';
import { openEchoClinic } from './echo-clinic.ts';
import { OwnRabbitmq } from './own-rabbitmq.ts';

it('kill -9 of RabbitMQ in the middle of 2,000 messages: each gets one reply', async () => {
  await using rabbitmq = await OwnRabbitmq.start(5673);
  await using clinic = await openEchoClinic({ broker: { url: rabbitmq.url } });
  const said = clinic.sayAll();
  for (const count of [300, 1200]) {
    await clinic.replied(count);
    await rabbitmq.kill();
    await rabbitmq.restart();
  }
  await said;
  await clinic.expectOneReplyEach();
  expect(clinic.platform.output).not.toContain('unhandled');
});
