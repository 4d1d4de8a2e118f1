import { VumiError } from '@vumi/core';

/**
 * Deeper than anything that an app means to say. What nests by the thousand overflows the stack of whoever writes or
 * reads it next: the platform, the database, a worker in another language.
 */
const DEEPEST = 100;

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const OPEN_LIST = 0x5b;
const CLOSE_LIST = 0x5d;
const OPEN_OBJECT = 0x7b;
const CLOSE_OBJECT = 0x7d;

/** Whether arrays and objects of a JSON text lie deeper within each other than `most`. */
function nestsDeeper(json: string, most: number): boolean {
  let depth = 0;
  for (let index = 0; index < json.length; index++) {
    const code = json.charCodeAt(index);
    if (code === QUOTE) index = endOfText(json, index);
    else if (code === OPEN_LIST || code === OPEN_OBJECT) {
      if (++depth > most) return true;
    } else if (code === CLOSE_LIST || code === CLOSE_OBJECT) depth--;
  }
  return false;
}

/** Where the text that begins with a quote ends. */
function endOfText(json: string, start: number): number {
  for (let end = json.indexOf('"', start + 1); end !== -1; end = json.indexOf('"', end + 1)) {
    let escapes = 0;
    while (json.charCodeAt(end - 1 - escapes) === BACKSLASH) escapes++;
    if (escapes % 2 === 0) return end;
  }
  return json.length;
}

/** Parses a text that a guest has posted. Throws `app.limit` for what is no JSON or nests too deep. */
export function parseGuestJson(json: string): unknown {
  if (json.length > 2 * DEEPEST && nestsDeeper(json, DEEPEST)) {
    throw new VumiError('app.limit', `limit: values may lie ${DEEPEST} deep within each other`);
  }
  try {
    return JSON.parse(json);
  } catch (error) {
    throw new VumiError('app.limit', 'the app left something that is no JSON', { cause: error });
  }
}
