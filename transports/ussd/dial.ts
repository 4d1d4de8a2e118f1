import { basicHeader, type HttpPort } from '@vumi/http';
import { VumiError } from '@vumi/core';
import { writePhoneRequest } from './phone-call.ts';
import type { PhoneScreen, PhoneStep } from './phone.ts';
import { ussdPhones } from './phones.ts';

export type { PhoneScreen, PhoneStep } from './phone.ts';

export interface DialledTransport {
  readonly name: string;
  readonly type: string;
  readonly config: Readonly<Record<string, unknown>>;
  /** Where its network finds it, without a final slash. */
  readonly url: string;
}

const SHOWN = 200;

/** Longer than any network waits; the transport itself answers before. */
const PATIENCE_MS = 300_000;

/** Whether a type of transports has a network with phones, for trying it. */
export function isDialled(type: string): type is keyof typeof ussdPhones {
  return Object.hasOwn(ussdPhones, type);
}

/**
 * Makes a step at a phone behind a transport of USSD over HTTP, as its network does. Throws `simulator.refused` for an
 * answer that the network could not show, `transport.not_connected` where nobody answers.
 */
export async function dial(
  { name, type, config, url }: DialledTransport,
  step: PhoneStep,
  send: HttpPort['send'],
): Promise<PhoneScreen> {
  if (!isDialled(type))
    throw new VumiError('simulator.refused', `transport "${name}" is ${type}: no phones dial there`);
  const phone = ussdPhones[type];
  const { web_username: username, web_password: password } = config;
  const written = writePhoneRequest(url, phone.ask(step, config));
  const outcome = await send({
    method: written.method,
    url: written.url,
    allowPrivate: true,
    timeoutMs: PATIENCE_MS,
    headers: {
      ...written.headers,
      ...(typeof username === 'string' ? { authorization: basicHeader(username, String(password)) } : {}),
    },
    ...(written.body === null ? {} : { body: written.body }),
  });
  if (outcome.kind !== 'answered')
    throw new VumiError('transport.not_connected', `transport "${name}" does not answer: ${outcome.reason}`);
  const body = outcome.body.toString('utf8');
  const refused = (reason: string): VumiError =>
    new VumiError('simulator.refused', `transport "${name}" answered ${reason}`);
  if (outcome.status !== 200) throw refused(`${outcome.status} ${body.slice(0, SHOWN)}`);
  try {
    return phone.show({ headers: headersOf(outcome.headers), body });
  } catch (error) {
    if (error instanceof SyntaxError) throw refused(`what its network could not show: ${error.message}`);
    throw error;
  }
}

function headersOf(given: Readonly<Record<string, unknown>>): Record<string, string> {
  return Object.fromEntries(Object.entries(given).map(([name, value]) => [name, String(value)]));
}
