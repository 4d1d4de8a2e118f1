import { expect, it } from 'vitest';
import { createUserMessage } from './message.ts';
import { stampMessage, stampOf, stampVersion } from './stamp.ts';

it('the version of an app is added to what its stamp says', () => {
  const message = createUserMessage({ from_addr: '8000', to_addr: '+27761234567', content: 'x' });
  const stamp = { account: 'demo', app: 'clinic', answersSecret: true } as const;
  const sent = stampVersion(stampMessage(message, stamp), 8);
  expect(stampOf(sent)).toEqual({ ...stamp, version: 8 });
  expect(stampOf(stampMessage(message, stamp))).toEqual(stamp);
});
