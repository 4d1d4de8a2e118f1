import type { PhoneRequest } from './phone.ts';

/** A request of a network with phones, as HTTP has it. */
export interface WrittenRequest {
  readonly method: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | null;
}

/** `place`: the URL that the network was given, without a final slash. */
export function writePhoneRequest(place: string, request: PhoneRequest): WrittenRequest {
  const { method, path = '', query, form, json, xml, headers: own = {} } = request;
  const search = query === undefined ? '' : `?${new URLSearchParams(query).toString()}`;
  const url = `${place}${path}${search}`;
  if (form !== undefined) {
    const headers = { ...own, 'content-type': 'application/x-www-form-urlencoded' };
    return { method, url, headers, body: new URLSearchParams(form).toString() };
  }
  if (json !== undefined)
    return {
      method,
      url,
      headers: { ...own, 'content-type': 'application/json' },
      body: JSON.stringify(json),
    };
  const type = xml === undefined ? {} : { 'content-type': 'text/xml' };
  return { method, url, headers: { ...own, ...type }, body: xml ?? null };
}
