/** The host name of a Host header or of an Origin's host: lower case, without port and without the root's dot. */
export function hostName(host: string): string {
  return host.toLowerCase().replace(/:\d*$/, '').replace(/\.$/, '');
}

/** Whether a Host header names something under the domain on which the pages of apps live. */
export function underAppsDomain(host: string, appsDomain: string): boolean {
  const name = hostName(host);
  return name === appsDomain || name.endsWith(`.${appsDomain}`);
}

/** Whether a request says that a page of an app sent it, or came to the address of one. */
export function fromAppPage(
  headers: { host?: string | undefined; origin?: string | undefined },
  appsDomain: string,
): boolean {
  if (underAppsDomain(headers.host ?? '', appsDomain)) return true;
  if (headers.origin === undefined || !URL.canParse(headers.origin)) return false;
  return underAppsDomain(new URL(headers.origin).host, appsDomain);
}
