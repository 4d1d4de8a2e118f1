import { startTestPlatform } from '../platform.ts';
import { submitRate } from './smpp.ts';

export interface ServerRate {
  /** Unanswered submit_sm at a time. */
  readonly window: number;
  /** submit_sm per second that were answered, which means: durably queued and recorded. */
  readonly rate: number;
}

const WINDOWS = [1, 10, 100, 1000];
/** Where no SMSC is: the messages stay in the queue of the transport. */
const NOWHERE = 1;

/** An account's client submits to the platform's SMPP server; what the transport would do is not measured. */
export async function benchSmppServer(count: number): Promise<ServerRate[]> {
  await using world = await startTestPlatform({ smpp_server: { port: 0 } });
  const { client, platform } = world;
  await client.must('POST', '/accounts', { name: 'bench' });
  await client.must('PUT', '/transports/peer', {
    type: 'smpp',
    config: { host: '127.0.0.1', port: NOWHERE, system_id: 'vumi', password: 'secret' },
  });
  await client.must('PUT', '/accounts/bench/smpp-clients/bench', {
    password: 'bench',
    window: 1000,
    messages_per_second: 100_000,
  });
  const route = { smpp_client: 'bench', transport: 'peer', to_addr: '12345' };
  await client.must('PUT', '/accounts/bench/routes/bench', route);
  const port = platform.smpp?.port ?? 0;
  await submitRate(port, 100, Math.min(count, 1000));
  const rates: ServerRate[] = [];
  for (const window of WINDOWS) {
    const share = window === 1 ? Math.ceil(count / 20) : count;
    rates.push({ window, rate: await submitRate(port, window, share) });
  }
  return rates;
}
