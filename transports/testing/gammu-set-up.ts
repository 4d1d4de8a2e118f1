import { casesOf } from './quiet-double.ts';
import type { TransportSetUp } from './transport-double.ts';

const REASON = 'what applies is tested with a real gammu-smsd: test/conformance/gammu.servers.test.ts';
const CASES = 34;

/** The other side is a daemon and its database: no double stands for both. */
export const GAMMU_SET_UP: TransportSetUp = {
  type: 'gammu',
  label: 'gammu-smsd',
  open: () => Promise.reject(new Error(`it has no double: ${REASON}`)),
  notApplicable: casesOf(
    Array.from({ length: CASES }, (_, index) => index + 1),
    REASON,
  ),
};
