import { describe, expect, it } from 'vitest';
import { ProviderPlay } from '../testing/provider-play.ts';
import { CONFIGS } from '../testing/sms-goldens.ts';

const ask = (...results: readonly object[]) =>
  ({ body: JSON.stringify({ results }), headers: { 'content-type': 'application/json' } }) as const;
const said = (id: string, from: string, text: string) => ({ messageId: id, from, to: '8000', text });

async function shown(...results: readonly object[]): Promise<string[]> {
  await using play = await ProviderPlay.start('infobip', CONFIGS.infobip);
  expect((await play.ask(ask(...results))).status).toBe(200);
  return play.exchanges.map((exchange) => JSON.stringify(exchange.describe()));
}

describe('the request that is kept with a message', () => {
  it('is whole where it brought that one only', async () => {
    const [exchange] = await shown(said('1', '27761234567', 'mine'));
    expect(exchange).toContain('mine');
  });

  it('shows nothing of the other people that a provider tells of in one request', async () => {
    const exchanges = await shown(said('1', '27761234567', 'mine'), said('2', '27769999999', 'yours'));
    expect(exchanges).toHaveLength(2);
    for (const exchange of exchanges) expect(exchange).not.toMatch(/mine|yours|27769999999/);
  });

  it('shows nothing of what beside it was not understood', async () => {
    const exchanges = await shown(said('1', '27761234567', 'mine'), { messageId: '2', text: 'yours' });
    expect(exchanges).toHaveLength(1);
    expect(exchanges[0]).not.toContain('yours');
  });
});
