import type { UserMessage } from '@vumi/core';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { routerTypes } from './registry.ts';
import { endOf, messageOf, openRouterPlace, placesOf, type RouterPlace } from './router-place.fixture.ts';

let place: RouterPlace;
beforeAll(async () => {
  place = await openRouterPlace();
});
afterAll(async () => place[Symbol.asyncDispose]());
beforeEach(() => {
  place.lines.length = 0;
  place.down.clear();
});

type Kind = keyof typeof routerTypes;
type Flow = 'inbound' | 'outbound';
/** What it is, the configuration, the way, the message's fields, where it comes from, and where it goes: or the refusal. */
type Row = readonly [
  label: string,
  config: object,
  flow: Flow,
  fields: Partial<UserMessage>,
  from: string,
  to: readonly string[] | RegExp,
];

const two = { t1: ['app1', 'app2'], t2: ['app1'] };
const keywords = { transport_mappings: { 8000: 't1', 9000: 't2' } };
const TABLES: Partial<Record<Kind, readonly Row[]>> = {
  simple: [
    ['a copy to each', { route_mappings: two }, 'inbound', {}, 't1', ['inbound app1', 'inbound app2']],
    ['a text for a list', { route_mappings: { t1: 'app2' } }, 'inbound', {}, 't1', ['inbound app2']],
    [
      'by the field, not the queue',
      { route_mappings: two },
      'inbound',
      { transport_name: 't2' },
      't1',
      ['inbound app1'],
    ],
    [
      'by the queue without a field',
      { route_mappings: two },
      'inbound',
      { transport_name: null },
      't2',
      ['inbound app1'],
    ],
    [
      'by the queue under a foreign name',
      { route_mappings: two },
      'inbound',
      { transport_name: 'far' },
      't2',
      ['inbound app1'],
    ],
    ['nowhere without an entry', { route_mappings: { t2: 'app1' } }, 'inbound', {}, 't1', []],
    [
      'out by its name',
      { route_mappings: two },
      'outbound',
      { transport_name: 't2' },
      'app1',
      ['outbound t2'],
    ],
    [
      'out by another name',
      { route_mappings: two, transport_mappings: { x: 't2' } },
      'outbound',
      { transport_name: 'x' },
      'app1',
      ['outbound t2'],
    ],
    [
      'a name of an object is no name',
      { route_mappings: two },
      'outbound',
      { transport_name: 'constructor' },
      'app1',
      /constructor/,
    ],
    [
      'an unknown name is refused',
      { route_mappings: two },
      'outbound',
      { transport_name: 'x' },
      'app1',
      /unknown transport_name "x"/,
    ],
    [
      'no name is refused when there are two',
      { route_mappings: two },
      'outbound',
      { transport_name: null },
      'app1',
      /names no transport/,
    ],
  ],
  transport_to_transport: [
    ['in by one, out by another', { route_mappings: { t1: 't2' } }, 'inbound', {}, 't1', ['outbound t2']],
    [
      'out by several',
      { route_mappings: { t1: ['t2', 't1'] } },
      'inbound',
      {},
      't1',
      ['outbound t2', 'outbound t1'],
    ],
    ['nowhere without an entry', { route_mappings: { t2: 't1' } }, 'inbound', {}, 't1', []],
    [
      'no application sends',
      { route_mappings: { t1: 't2' } },
      'outbound',
      {},
      'app1',
      /joins transports only/,
    ],
  ],
  to_addr: [
    ['by a pattern', { toaddr_mappings: { app1: '80', app2: '90' } }, 'inbound', {}, 't1', ['inbound app1']],
    [
      'to all that match',
      { toaddr_mappings: { app1: '80', app2: '.*0$' } },
      'inbound',
      {},
      't1',
      ['inbound app1', 'inbound app2'],
    ],
    ['from the start only', { toaddr_mappings: { app1: '000' } }, 'inbound', {}, 't1', []],
    [
      'case counts',
      { toaddr_mappings: { app1: 'shop', app2: '(?i)shop' } },
      'inbound',
      { to_addr: 'SHOP' },
      't1',
      ['inbound app2'],
    ],
    [
      'several patterns of one',
      { toaddr_mappings: { app1: ['70', '80'] } },
      'inbound',
      {},
      't1',
      ['inbound app1'],
    ],
    ['no number', { toaddr_mappings: { app1: '.*' } }, 'inbound', { to_addr: null }, 't1', []],
    [
      'out by its name',
      { toaddr_mappings: {} },
      'outbound',
      { transport_name: 't2' },
      'app1',
      ['outbound t2'],
    ],
  ],
  user_grouping: [
    [
      'without a sender',
      { group_mappings: { g: 'app2' } },
      'inbound',
      { from_addr: null },
      't1',
      ['inbound app2'],
    ],
    [
      'out by its name',
      { group_mappings: { g: 'app2' } },
      'outbound',
      { transport_name: 't2' },
      'app1',
      ['outbound t2'],
    ],
  ],
  content_keyword: [
    [
      'by the first word',
      { ...keywords, rules: [{ app: 'app1', keyword: 'join' }] },
      'inbound',
      { content: 'Join us' },
      't1',
      ['inbound app1'],
    ],
    [
      'a keyword in capitals',
      { ...keywords, rules: [{ app: 'app1', keyword: 'JOIN' }] },
      'inbound',
      { content: 'join' },
      't1',
      ['inbound app1'],
    ],
    [
      'a keyword of digits',
      { ...keywords, keyword_mappings: { app1: 1 } },
      'inbound',
      { content: '1 a' },
      't1',
      ['inbound app1'],
    ],
    [
      'every rule fires, each application once',
      {
        ...keywords,
        rules: [
          { app: 'app1', keyword: 'a' },
          { app: 'app2', keyword: 'a' },
        ],
        keyword_mappings: { app1: 'a' },
      },
      'inbound',
      { content: 'a' },
      't1',
      ['inbound app1', 'inbound app2'],
    ],
    [
      'only at its number',
      { ...keywords, rules: [{ app: 'app1', keyword: 'a', to_addr: '9000' }], fallback_application: 'app2' },
      'inbound',
      { content: 'a' },
      't1',
      ['inbound app2'],
    ],
    [
      'only from its prefix',
      { ...keywords, rules: [{ app: 'app1', keyword: 'a', prefix: '+27' }] },
      'inbound',
      { content: 'a' },
      't1',
      ['inbound app1'],
    ],
    [
      'a prefix and no sender',
      { ...keywords, rules: [{ app: 'app1', keyword: 'a', prefix: '+27' }] },
      'inbound',
      { content: 'a', from_addr: null },
      't1',
      [],
    ],
    [
      'a space before is no keyword',
      { ...keywords, keyword_mappings: { app1: 'stop' }, fallback_application: 'app2' },
      'inbound',
      { content: ' stop' },
      't1',
      ['inbound app2'],
    ],
    [
      'a line break belongs to the word',
      { ...keywords, keyword_mappings: { app1: 'stop' }, fallback_application: 'app2' },
      'inbound',
      { content: 'STOP\n' },
      't1',
      ['inbound app2'],
    ],
    [
      'no content reaches the fallback (spec §9.7)',
      { ...keywords, keyword_mappings: { app1: 'a' }, fallback_application: 'app2' },
      'inbound',
      { content: null },
      't1',
      ['inbound app2'],
    ],
    [
      'no content is the empty keyword',
      { ...keywords, keyword_mappings: { app1: '' } },
      'inbound',
      { content: null },
      't1',
      ['inbound app1'],
    ],
    ['nothing matches', keywords, 'inbound', { content: 'a' }, 't1', []],
    [
      'out by the number it is from',
      keywords,
      'outbound',
      { from_addr: '9000', transport_name: 'app1' },
      'app1',
      ['outbound t2'],
    ],
    ['from an unknown number', keywords, 'outbound', { from_addr: '7000' }, 'app1', /from_addr "7000"/],
    ['from no number', keywords, 'outbound', { from_addr: null }, 'app1', /from_addr "null"/],
  ],
  redirect: [
    ['in by its name', { redirect_inbound: { t1: 'app2' } }, 'inbound', {}, 't1', ['inbound app2']],
    ['in without an entry', { redirect_inbound: { t2: 'app2' } }, 'inbound', {}, 't1', []],
    ['out by its name', { redirect_outbound: { t1: 't2' } }, 'outbound', {}, 'app1', ['outbound t2']],
    [
      'out without an entry',
      { redirect_outbound: { t2: 't2' } },
      'outbound',
      {},
      'app1',
      /unknown transport_name "t1"/,
    ],
    [
      'out without a name',
      { redirect_outbound: { t2: 't2' } },
      'outbound',
      { transport_name: null },
      'app1',
      /transport_name ""/,
    ],
  ],
  routing_table: [
    [
      'from an endpoint to another',
      { routing_table: { t1: { default: ['app1', 'sms'] } } },
      'inbound',
      {},
      't1',
      ['inbound app1.sms'],
    ],
    [
      'a connector alone',
      { routing_table: { t1: { default: 'app1' } } },
      'inbound',
      {},
      't1',
      ['inbound app1'],
    ],
    ['without an entry', { routing_table: { t2: { default: 'app1' } } }, 'inbound', {}, 't1', []],
    ['out', { routing_table: { app1: { default: ['t2', 'x'] } } }, 'outbound', {}, 'app1', ['outbound t2.x']],
    [
      'out without an entry',
      { routing_table: { app1: { sms: ['t2', 'x'] } } },
      'outbound',
      {},
      'app1',
      /endpoint "default" of "app1"/,
    ],
  ],
};
const rows = Object.entries(TABLES).flatMap(([kind, table]) =>
  table.map((row) => [kind as Kind, row[0], row] as const),
);

test.each(rows)('%s: %s', async (kind, _label, row) => {
  const [, config, flow, fields, from, to] = row;
  const router = await place.create(routerTypes[kind], config);
  const routed = router[flow](messageOf(fields), endOf(from));
  if (to instanceof RegExp) await expect(routed).rejects.toMatchObject({ code: 'route.none', message: to });
  else expect(placesOf(await routed)).toEqual(to);
  // What is dropped is told.
  if (!(to instanceof RegExp) && to.length === 0) expect(place.lines).not.toEqual([]);
});

test.each<readonly [Kind, string, object, string]>([
  ['simple', 'a target that is not exposed', { route_mappings: { t1: 'ap1' } }, 'did you mean "app1"'],
  ['simple', 'no mappings', {}, '"route_mappings" is missing'],
  ['simple', 'an option of another router', { route_mappings: {}, rules: [] }, 'unknown field "rules"'],
  [
    'transport_to_transport',
    'a target that is no transport',
    { route_mappings: { t1: 'app1' } },
    'not in transport_names',
  ],
  ['to_addr', 'a pattern that is none', { toaddr_mappings: { app1: '(' } }, 'no regular expression'],
  ['from_addr_multiplex', 'two exposed names', { fromaddr_mappings: {} }, 'exactly one name'],
  ['user_grouping', 'no group', { group_mappings: {} }, 'needs a group'],
  ['content_keyword', 'a rule without its keyword', { ...keywords, rules: [{ app: 'app1' }] }, 'keyword'],
  ['content_keyword', 'no transport_mappings', {}, '"transport_mappings" is missing'],
  [
    'content_keyword',
    'an unknown fallback',
    { ...keywords, fallback_application: 'x' },
    'fallback_application',
  ],
  ['load_balancing', 'two exposed names', {}, 'exactly one name'],
  [
    'routing_table',
    'a way from transport to transport',
    { routing_table: { t1: { default: 't2' } } },
    'receive_outbound_connectors',
  ],
  ['failover', 'no target', { routes: { t1: [] } }, 'needs a connector'],
  ['weighted', 'a weight of nothing', { routes: { t1: { app1: 0 } } }, 'routes.t1.app1'],
])('%s refuses %s', async (kind, _label, config, text) => {
  await expect(place.create(routerTypes[kind], config)).rejects.toMatchObject({
    code: 'config.invalid',
    message: expect.stringContaining(text),
  });
});
