import { VumiError } from '@vumi/core';

/**
 * Deeper than anything that an app means to say. What nests by the thousand overflows the stack of whoever writes or
 * reads it next: the supervisor, the database, a worker in another language.
 */
const DEEPEST = 100;

/** Whether arrays and objects of a JSON text lie deeper within each other than `most`. */
function nestsDeeper(json: string, most: number): boolean {
  let depth = 0;
  let inText = false;
  for (let index = 0; index < json.length; index++) {
    const character = json[index];
    if (inText) {
      if (character === '\\') index++;
      else if (character === '"') inText = false;
    } else if (character === '"') inText = true;
    else if (character === '[' || character === '{') {
      if (++depth > most) return true;
    } else if (character === ']' || character === '}') depth--;
  }
  return false;
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
