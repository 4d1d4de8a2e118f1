import { cutText, measureOf, type Measure } from '@vumi/core/text';

interface Fitted {
  readonly text: string;
  readonly wasCut: boolean;
}

const GSM = measureOf('gsm0338');
const UCS2 = measureOf('ucs2');

/** A text as a network shows it: lines end with LF, and no half of a surrogate pair stands alone (spec channels §1.7). */
export function cleanText(text: string | null): string {
  return (text ?? '').replaceAll(/\r\n?/g, '\n').toWellFormed();
}

/**
 * The text, or as many lines of it as fit on a screen of so many septets of the GSM alphabet; where not even the first
 * line does, as much of that. A text that the alphabet lacks a character for has the characters of UCS-2 that fill as
 * many octets.
 */
export function fitScreen(text: string, septets: number): Fitted {
  if (text === '') return { text, wasCut: false };
  const { measure, room } = roomFor(text, septets);
  if (measure.units(text) <= room) return { text, wasCut: false };
  const [most = ''] = cutText(text, room, measure.units);
  // A line that ends where the screen does is whole.
  const end = text[most.length] === '\n' ? most.length : most.lastIndexOf('\n');
  return { text: end > 0 ? most.slice(0, end) : most, wasCut: true };
}

function roomFor(text: string, septets: number): { measure: Measure; room: number } {
  if (GSM.units(text) > 0) return { measure: GSM, room: septets };
  return { measure: UCS2, room: Math.floor(Math.ceil((septets * 7) / 8) / 2) };
}
