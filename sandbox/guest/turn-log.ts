import type { Log, LogLine } from '@vumi/sdk';
import { shortText } from './error-text.ts';
import { cut, freeze, isArray, parse, stringify } from './primordials.ts';
import type { Turn } from './turn.ts';

const TEXT_LENGTH = 500;
const FIELDS_LENGTH = 2000;

/** Fields are copied at once, so that what the tenant does with them later, or says at a second look, changes nothing. */
function smallFields(fields: unknown): Record<string, unknown> | undefined {
  if (typeof fields !== 'object' || fields === null) return undefined;
  try {
    const json: unknown = stringify(fields);
    if (typeof json !== 'string') return undefined;
    if (json.length > FIELDS_LENGTH) return { cut: cut(json, FIELDS_LENGTH) };
    const copy: unknown = parse(json);
    return typeof copy === 'object' && copy !== null && !isArray(copy)
      ? (copy as Record<string, unknown>)
      : { value: copy };
  } catch (error) {
    return { unprintable: shortText(error, 100) };
  }
}

function line(turn: Turn, level: keyof Log): LogLine {
  return (value, fields) => {
    const text = shortText(value, TEXT_LENGTH);
    const small = smallFields(fields);
    turn.log(small === undefined ? { level, text } : { level, text, fields: small });
  };
}

/** `app.log`. */
export function createLog(turn: Turn): Log {
  return freeze({
    debug: line(turn, 'debug'),
    info: line(turn, 'info'),
    warn: line(turn, 'warn'),
    error: line(turn, 'error'),
  });
}
