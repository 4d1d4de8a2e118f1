import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** What takes longest, longest first: begun last, one of them would run alone at the end. */
const LONG = [
  'platform/store/embedded/start',
  'test/security/classic-hostile',
  'test/security/hostile-apps',
  'test/chaos/',
  'test/contract/transport',
  'test/classic/original',
  'test/flow/slow-app',
  'platform/cli/',
  'test/security/',
  'test/flow/',
  'test/conformance/',
  'test/classic/',
  'sandbox/trial/',
  'test/contract/',
];

/** The same order on every machine, whatever an earlier run there has left in a cache. */
export class LongFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const rank = ({ moduleId }: TestSpecification): number => {
      const found = LONG.findIndex((part) => moduleId.includes(`/${part}`));
      return found === -1 ? LONG.length : found;
    };
    return files.toSorted((a, b) => rank(a) - rank(b) || a.moduleId.localeCompare(b.moduleId));
  }
}
