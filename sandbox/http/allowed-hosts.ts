import { VumiError } from '@vumi/core';

const LABEL = '[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?';
/** A host, which need not have a dot, or an address; all hosts under one that has a dot. */
const PATTERN = new RegExp(`^(?:${LABEL}(?:\\.${LABEL})*|\\*(?:\\.${LABEL}){2,}|\\[[0-9a-f:.]{2,45}\\])$`);

/** Whether a text is a host of an allow-list: `api.example.org`, `clinic-db`, or `*.example.org` for all hosts under one. */
export function isHostPattern(text: string): boolean {
  return text.length <= 253 && PATTERN.test(text);
}

/** Refuses a URL whose host is not one that the app said it calls. Without a list every public host is. */
export function checkHost({ hostname }: URL, allowed: readonly string[] | undefined): void {
  if (allowed === undefined) return;
  const host = hostname.replace(/\.$/, '');
  for (const pattern of allowed) {
    if (pattern === host || (pattern.startsWith('*.') && host.endsWith(pattern.slice(1)))) return;
  }
  throw new VumiError(
    'request.invalid',
    `http: the app's vumi.json does not allow ${host}: add it to http.allow`,
  );
}
