import { VumiError, type Logger } from '@vumi/core';
import type { ToldChange } from '@vumi/store';
import { expect, it } from 'vitest';
import { interfaceOf, keepInMemory } from './dialect-place.fixture.ts';
import { junebug } from './junebug/junebug.ts';
import { StatusTelling } from './status-telling.ts';

const LOGGER = { warn: () => {} } as unknown as Logger;

const change = (seq: string, level: ToldChange['level'], part: string | null = 'smpp'): ToldChange => ({
  seq,
  part,
  level,
  name: part === null ? 'global:mno' : `global:mno.${part}`,
  level_before: null,
  type: level === 'ok' ? 'bound' : 'lost',
  message: '',
  details: { tries: 1 },
  at: '2026-11-29T08:00:00.000Z',
});

/** A channel over `mno`, whose program answers by `take`. */
function openTelling(take: (body: string) => Promise<void> = async () => {}, keeping = keepInMemory()) {
  const store: ToldChange[] = [];
  const told: unknown[] = [];
  const door = interfaceOf({ dialect: 'junebug', status_url: 'https://clinic.example/status' });
  const telling = (url = door.status_url) =>
    new StatusTelling({ ...door, status_url: url }, junebug.tellStatus ?? (() => null), {
      transports: () => ['mno'],
      changesOf: async (_worker, places) =>
        store.filter(({ name, seq }) => Number(seq) > Number(places[name] ?? 0)),
      receiver: {
        deliver: async ({ body }) => {
          await take(body);
          told.push(JSON.parse(body));
          return { contentType: '', text: '' } as never;
        },
      },
      keeping,
      logger: LOGGER,
      signal: new AbortController().signal,
    });
  const look = async (url?: string): Promise<void> => {
    await using one = telling(url);
    one.wake();
  };
  return { store, told, look };
}

it('tells each change once, in words of Junebug, and another URL from the beginning', async () => {
  const { store, told, look } = openTelling();
  store.push(change('1', 'down'), change('2', 'ok'), change('3', 'degraded', null));
  await look();
  await look();
  expect(told).toEqual([
    {
      component: 'smpp',
      channel_id: 'crm',
      status: 'down',
      type: 'lost',
      message: '',
      details: { tries: 1 },
    },
    expect.objectContaining({ component: 'smpp', status: 'ok', type: 'bound' }),
    expect.objectContaining({ component: 'transport', status: 'degraded' }),
  ]);
  store.push(change('4', 'down'));
  await look();
  expect(told).toHaveLength(4);
  await look('https://other.example/status');
  expect(told).toHaveLength(8);
});

it('begins again with what was not taken when it stopped, and passes over what is refused', async () => {
  let failure: VumiError | null = new VumiError('receiver.unavailable', 'stops');
  const { store, told, look } = openTelling(async () => {
    if (failure !== null) throw failure;
  });
  store.push(change('1', 'down'), change('2', 'ok'));
  await look();
  failure = null;
  await look();
  expect(told).toHaveLength(2);
  failure = new VumiError('receiver.refused', 'answered 400');
  store.push(change('3', 'down'));
  await look();
  failure = null;
  await look();
  expect(told).toHaveLength(2);
});
