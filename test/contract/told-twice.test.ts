import { applicationOptions, defineApplication } from '@vumi/applications';
import { openApplicationPlace } from '@vumi/applications/testing';
import { SET_UPS } from '@vumi/transports/testing';
import { expect, it } from 'vitest';
import { z } from 'zod';
import { openMemoryPlace } from './state-place.ts';
import { TransportPlace } from './transport-place.ts';

const TYPES = new Set(['slack', 'whatsapp_cloud', 'telegram', 'capcom6']);

it.each(SET_UPS.filter(({ type }) => TYPES.has(type)))(
  'what $type tells twice is one message to an app, and one reply to whoever wrote',
  async (setUp) => {
    let runs = 0;
    const app = defineApplication({
      type: 'tried',
      summary: 'Is tried',
      configSchema: z.strictObject(applicationOptions),
      start: () =>
        Promise.resolve({
          onMessage: (message, turn) => {
            runs += 1;
            turn.reply(message, `run ${runs}`);
            return Promise.resolve();
          },
        }),
    });
    await using place = await openApplicationPlace();
    await place.start(app);
    await using network = await TransportPlace.open(setUp, openMemoryPlace);
    const life = await network.start();
    life.ports.onInbound = (message) => place.end.publishInbound(message);
    const text = { from: '27761234567', to: '8000', content: 'hi', id: '77' };
    for (const inAll of [1, 2]) {
      expect(await network.double.bring(text)).toMatchObject({ kind: 'taken' });
      await expect.poll(() => place.said.length).toBe(inAll);
    }
    for (const message of place.said) await life.ports.send(message);
    expect(runs).toBe(1);
    expect(network.double.got.map(({ content }) => content)).toEqual(['run 1']);
  },
);
