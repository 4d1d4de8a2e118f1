/** Texts of these characters alone are cut anywhere: each is a grapheme of its own. */
const SIMPLE = /^(?:[\n\x20-\x7e\u00a0-\u02ff\u0370-\u03ff€])*$/;

let graphemes: Intl.Segmenter | undefined;

/**
 * Cuts a text into pieces of at most `room` units, as few as can be. A piece ends where a grapheme ends; a grapheme
 * longer than a piece is cut between its code points.
 */
export function cutText(text: string, room: number, units: (text: string) => number): string[] {
  const pieces: string[] = [];
  let start = 0;
  let end = 0;
  let used = 0;
  for (const part of partsOf(text, room, units)) {
    const more = units(part);
    if (used + more > room) {
      pieces.push(text.slice(start, end));
      start = end;
      used = 0;
    }
    used += more;
    end += part.length;
  }
  pieces.push(text.slice(start));
  return pieces;
}

function partsOf(text: string, room: number, units: (text: string) => number): Iterable<string> {
  return SIMPLE.test(text) ? text : graphemesOf(text, room, units);
}

function* graphemesOf(text: string, room: number, units: (text: string) => number): Generator<string> {
  graphemes ??= new Intl.Segmenter('und', { granularity: 'grapheme' });
  for (const { segment } of graphemes.segment(text)) {
    if (units(segment) > room) yield* segment;
    else yield segment;
  }
}
