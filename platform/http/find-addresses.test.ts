import { expect, test } from 'vitest';
import { findAddresses } from './find-addresses.ts';

test('names of the system are found, however often they are asked for at once', async () => {
  const answers = await Promise.all(Array.from({ length: 20 }, () => findAddresses('localhost')));
  for (const addresses of answers) {
    expect(addresses.map(({ address }) => address)).toContain('127.0.0.1');
  }
});
