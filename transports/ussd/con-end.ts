import type { HttpAnswer } from '@vumi/http';
import { plain } from '../http/answers.ts';
import type { UssdScreen } from '../http/ussd/dialect.ts';

/** A screen as many gateways want it: its first word says whether the session goes on (spec channels §B). */
export function conEnd({ content, close }: Pick<UssdScreen<unknown>, 'content' | 'close'>): HttpAnswer {
  return plain(200, `${close ? 'END' : 'CON'} ${content}`);
}
