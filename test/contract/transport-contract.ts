import { SET_UPS, type TransportSetUp } from '@vumi/transports/testing';
import { describe, expect, it } from 'vitest';
import { HELD_CASES } from './transport-held-cases.ts';
import { INBOUND_CASES } from './transport-inbound-cases.ts';
import { OUTBOUND_CASES } from './transport-outbound-cases.ts';
import { openMemoryPlace, openStatePlace, type StatePlace } from './state-place.ts';
import { TransportPlace } from './transport-place.ts';

/** The contract of transports (spec channels §F.3), over every type of the registry, in files that run beside each other. */
export const CASES = { ...INBOUND_CASES, ...HELD_CASES, ...OUTBOUND_CASES };
export const ALL = Array.from({ length: 34 }, (_, index) => index + 1);
/** Between backends only state differs: a type of each base shows whether that matters. */
const ONE_OF_EACH_BASE = new Set([
  'smpp',
  'http_api',
  'http_rpc',
  'africastalking_ussd',
  'twilio',
  'whatsapp_cloud',
  'irc',
  'truteq',
  'smssync',
]);

/** Labels of set-ups that have a file of their own. */
export const OWN_FILES: readonly string[] = ['ussd', 'provider', 'chat'];

export function holdToContract(wanted: (setUp: TransportSetUp) => boolean): void {
  const onServers = process.env['VUMI_TEST_BACKEND'] === 'servers';
  const held = SET_UPS.filter((setUp) => wanted(setUp) && (!onServers || ONE_OF_EACH_BASE.has(setUp.type)));
  const openState = ({ type }: TransportSetUp): Promise<StatePlace> =>
    ONE_OF_EACH_BASE.has(type) ? openStatePlace() : openMemoryPlace();
  describe.each(held)('$type ($label)', (setUp) => {
    for (const [number, { title, run }] of Object.entries(CASES)) {
      if (setUp.notApplicable[Number(number)] !== undefined) continue;
      it.concurrent(`${number}: ${title}`, async () => {
        await using place = await TransportPlace.open(setUp, openState);
        await run(place);
      });
    }

    it('says of each case that it is not held to why it does not apply', () => {
      for (const [number, reason] of Object.entries(setUp.notApplicable)) {
        expect(ALL).toContain(Number(number));
        expect(reason.length, `case ${number}`).toBeGreaterThan(10);
      }
    });
  });
}
