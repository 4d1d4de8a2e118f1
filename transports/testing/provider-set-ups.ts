import type { smsProviders } from '../sms/registry.ts';
import { PROVIDER_DIALECTS } from './provider-dialects.ts';
import { ProviderDouble } from './provider-double.ts';
import type { TransportSetUp } from './transport-double.ts';
import { casesOf } from './quiet-double.ts';

type Provider = keyof typeof smsProviders;

/** Of all providers. */
const ALL = {
  ...casesOf([12, 13, 14, 15, 16, 17, 18], 'no request waits for a reply, and there are no sessions'),
  ...casesOf([5, 11, 25, 27], 'a row for each provider in the goldens of transports/sms holds it'),
  6: 'unknown fields are passed over',
  34: 'a dialect keeps nothing between requests, and http_api is held to it on the same base',
};

const BRINGS_NONE = casesOf([1, 2, 3, 8, 9, 29, 30, 33], 'it brings no messages');
const NO_IDS = { 2: 'it gives messages no ids' };
const TAKES_OUR_IDS = casesOf([20, 21], 'it takes our ids, so that what is sent again is one message');

/** Of some. */
const SOME: Partial<Record<Provider, Record<number, string>>> = {
  infobip: TAKES_OUR_IDS,
  capcom6: TAKES_OUR_IDS,
  mtn: { ...TAKES_OUR_IDS, ...NO_IDS },
  orange: BRINGS_NONE,
  hubtel: {
    ...BRINGS_NONE,
    ...casesOf([4, 7, 10, 31, 32], 'nobody calls it'),
    26: 'it is asked for states: the goldens of transports/sms',
  },
  dmark_sms: { ...NO_IDS, 26: 'each message has a URL of its own: the goldens of transports/sms' },
  yo: { ...NO_IDS, 26: 'it tells of no deliveries' },
};

export const PROVIDER_SET_UPS: readonly TransportSetUp[] = Object.entries(PROVIDER_DIALECTS).map(
  ([type, dialect]) => ({
    type,
    label: 'provider',
    open: (place) => ProviderDouble.open(place, dialect),
    notApplicable: { ...ALL, ...SOME[type as Provider] },
  }),
);
