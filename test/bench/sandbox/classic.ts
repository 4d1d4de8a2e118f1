import { FIRST_TRY, SandboxPlace } from '@vumi/sandbox/testing';
import { clinicApp } from '../../classic/clinic-app.ts';

const VISITS = 200;
const UNDER_WAY = 16;
const FLOOD = 400;

export interface Classic {
  /** Milliseconds of the first message that the app ever has, once the libraries are at hand. */
  readonly cold: number;
  /** The same of first messages of users, each in a realm of its own in the warm isolate. */
  readonly first: readonly number[];
  /** Messages in a second, many users at once. */
  readonly flood: number;
}

/** First messages of a classic app, which take it through the toolkit to its menu. */
export async function benchClassic(
  libraries: 'modern' | 'legacy',
  jit: 'never' | 'always',
): Promise<Classic> {
  await using place = await SandboxPlace.start({ runners: 1, jit });
  const options = {
    manifest: { libraries },
    settings: { config: { config: { name: 'bench' } }, secrets: {} },
  };
  const visit = async (ref: Awaited<ReturnType<SandboxPlace['installClassic']>>): Promise<number> => {
    const message = place.message({ content: null, session_event: 'new', transport_type: 'ussd' });
    const startedAt = performance.now();
    await place.sandbox.handleInbound(ref, message, FIRST_TRY);
    return performance.now() - startedAt;
  };
  await visit(await place.installClassic('before', clinicApp(libraries), options));
  const ref = await place.installClassic('clinic', clinicApp(libraries), options);
  const cold = await visit(ref);
  const first: number[] = [];
  for (let n = 0; n < VISITS; n++) first.push(await visit(ref));
  const startedAt = performance.now();
  let left = FLOOD;
  const worker = async (): Promise<void> => {
    while (left-- > 0) await visit(ref);
  };
  await Promise.all(Array.from({ length: UNDER_WAY }, worker));
  const flood = (FLOOD * 1000) / (performance.now() - startedAt);
  if (place.sent.some(({ content }) => content?.startsWith('Clinic') !== true))
    throw new Error('the app did not answer');
  return { cold, first, flood };
}
