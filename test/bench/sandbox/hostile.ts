import { SandboxPlace } from '@vumi/sandbox/testing';
import { installHostile } from '../../security/hostile-app.ts';
import { hostileApps } from '../../security/hostile-apps.ts';
import { Innocent, type Figures } from '../../security/innocent.ts';

export interface Hostile {
  readonly apps: number;
  /** Of an innocent app in the same process, asked every 10 ms all the while. */
  readonly figures: Figures;
}

/** Each app of the hostile corpus, one after the other, in one runner with an innocent app. */
export async function benchHostile(): Promise<Hostile> {
  await using place = await SandboxPlace.start({ runners: 1 });
  const innocent = await Innocent.arrive(place);
  const apps = Object.values(hostileApps).flat();
  for (const hostile of apps) {
    const ref = await installHostile(place, hostile);
    for (const content of ['attack', 'after']) await place.ask(ref, place.message({ content }));
  }
  return { apps: apps.length, figures: await innocent.leave() };
}
