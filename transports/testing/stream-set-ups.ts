import { blueskyDialect } from './bluesky-double.ts';
import { mastodonDialect } from './mastodon-double.ts';
import { casesOf } from './quiet-double.ts';
import { xDialect } from './x-double.ts';
import { StreamDouble, type StreamDialect } from './stream-double.ts';
import type { TransportSetUp } from './transport-double.ts';

/** Of all networks that are called and then bring what people write. */
const ALL_STREAMS = {
  ...casesOf([4, 5, 6, 7, 10, 30], 'nobody calls it: the process that runs it calls the network'),
  ...casesOf(
    [1, 2],
    'a network is told nothing, and what it says again is published once: http/streaming.test.ts',
  ),
  11: 'a text is one message',
  ...casesOf([12, 13, 14, 15, 16, 17, 18], 'no request waits for a reply, and there are no sessions'),
  25: 'each error has a status of its own',
  26: 'it has no receipts',
  27: 'a golden of the dialect: long texts are threads',
};
const TAKES_OUR_IDS = casesOf([20, 21], 'it takes our ids, so that what is sent again is one message');

function setUp(type: string, dialect: StreamDialect, notApplicable: Record<number, string>): TransportSetUp {
  return {
    type,
    label: 'stream',
    open: () => StreamDouble.open(dialect),
    notApplicable: { ...ALL_STREAMS, ...notApplicable },
  };
}

const NAMES = { 9: 'addresses are names of its own: a golden of the dialect' };

export const STREAM_SET_UPS: readonly TransportSetUp[] = [
  setUp('bluesky', blueskyDialect, NAMES),
  setUp('x', xDialect, NAMES),
  setUp('mastodon', mastodonDialect, { ...TAKES_OUR_IDS, ...NAMES }),
];
