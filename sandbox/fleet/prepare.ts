import { keepSnapshotsIn } from '../classic/snapshot.ts';
import { hasEmptyNetwork } from './confinement.ts';
import { buildGuest, bundleRunner } from './programs.ts';

/**
 * Makes what every runner needs, ahead of the first: it takes a moment that the start has elsewhere. Snapshots of classic
 * guests are kept in `folder`, which need not exist, so that the next start has them.
 */
export async function prepareRunners(folder: string): Promise<void> {
  await Promise.all([hasEmptyNetwork(), buildGuest(), bundleRunner()]);
  await keepSnapshotsIn(folder);
}
