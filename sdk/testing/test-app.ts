import type { Explored, PlaceShown } from './api.ts';
import { TestWorld } from './world.ts';

interface TestAppOptions {
  readonly transport?: string;
  readonly turns?: number;
  readonly seed?: number;
  readonly begin?: string;
}

/**
 * What an app is tested by that has no tests of its own: the conversation of its transcript, then the explorer in each of
 * its languages. Ways that lead to an HTTP call are not followed: nobody says here what it answers. Rejects with what is
 * wrong.
 *
 * @hidden
 */
export async function testApp(
  dir: string,
  { transport = 'sms', ...options }: TestAppOptions = {},
): Promise<Explored> {
  await using world = await TestWorld.open(dir, { transport }, { selfTest: true });
  const languages = world.tested.app.versions.get(1)?.manifest.languages ?? [];
  return await world.explore({
    ...options,
    ...(languages.length === 0 ? {} : { languages }),
    withoutHttp: true,
  });
}

/**
 * Places by screens and languages: what is longest there, in units and segments.
 *
 * @hidden
 */
export function placesTable({ places }: Explored): {
  readonly headings: string[];
  readonly rows: string[][];
} {
  const languages = [...new Set(places.map(({ language }) => language))];
  const byPlace = Map.groupBy(places, ({ at }) => JSON.stringify(at));
  const rows = [...byPlace.values()].map((same) => {
    const at = same[0]?.at ?? null;
    const cells = languages.map((one) => cellOf(same.find(({ language }) => language === one)));
    return [at?.screen ?? '', at?.question ?? 'the end'].concat(cells);
  });
  return { headings: ['SCREEN', 'QUESTION', ...languages.map((one) => one ?? 'UNITS')], rows };
}

function cellOf(place: PlaceShown | undefined): string {
  if (place === undefined) return '';
  const { units, segments, encoding } = place;
  const alphabet = encoding === 'gsm0338' ? '' : ` ${encoding}`;
  return `${units}${alphabet}${segments > 1 ? ` in ${segments}` : ''}`;
}
