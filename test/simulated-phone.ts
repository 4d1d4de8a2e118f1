import { eventually, type TestPlatform } from './platform.ts';

/** A phone behind the SMSC simulator: what it says, and what comes back first. */
export function simulatedPhone(
  client: TestPlatform['client'],
  from_addr: string,
  to_addr: string,
): (content: string) => Promise<string> {
  let seen = 0;
  const path = `/simulators/smsc/messages?address=${encodeURIComponent(from_addr)}`;
  return async (content) => {
    await client.must('POST', '/simulators/smsc/messages', { from_addr, to_addr, content });
    const { items } = await eventually(
      () => client.must('GET', path),
      (answer) => answer.items.length > seen,
    );
    seen = items.length;
    return items.at(-1).content as string;
  };
}
