import type { phones } from '../phones/index.ts';
import { PHONE_DIALECTS } from './phone-dialects.ts';
import { PhoneDouble } from './phone-double.ts';
import type { TransportSetUp } from './transport-double.ts';
import { casesOf } from './quiet-double.ts';

type Phone = keyof typeof phones;

/** Of all phones that ask. */
const ALL = {
  ...casesOf([12, 13, 14, 15, 16, 17, 18], 'no request waits for its reply, and there are no sessions'),
  ...casesOf([5, 11, 25, 27], 'the goldens of transports/phones hold it'),
  ...casesOf([22, 23, 28], 'nothing is sent to the phone, which asks'),
  ...casesOf(
    [20, 21],
    'what was not confirmed is handed out again under its id: transports/http/offers.test.ts',
  ),
  6: 'unknown fields are passed over',
};

/** Of some. */
const SOME: Partial<Record<Phone, Record<number, string>>> = {
  rapidpro_relayer: { 7: 'what lacks something is acknowledged, since the phone would bring it for ever' },
};

export const PHONE_SET_UPS: readonly TransportSetUp[] = Object.entries(PHONE_DIALECTS).map(
  ([type, dialect]) => ({
    type,
    label: 'phone',
    open: (place) => Promise.resolve(new PhoneDouble(place, dialect())),
    notApplicable: { ...ALL, ...SOME[type as Phone] },
  }),
);
