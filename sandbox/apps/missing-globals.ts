const SCHEDULE = 'later is app.schedule.once, and nothing waits within a handler';

/** What authors look for who know browsers and Node, and what is there in its place. */
const INSTEAD: ReadonlyMap<string, string> = new Map([
  ['fetch', 'other services are called with app.http.request'],
  ['XMLHttpRequest', 'other services are called with app.http.request'],
  ['setTimeout', SCHEDULE],
  ['setInterval', 'what comes again and again is app.schedule.repeat'],
  ['setImmediate', SCHEDULE],
  ['process', 'settings are in app.config, keys of services in app.secrets'],
  ['require', 'write import … from, at the top of the file'],
  ['module', 'write export default defineApp({ … })'],
  ['exports', 'write export default defineApp({ … })'],
  ['Buffer', 'octets are a Uint8Array, Base64 is btoa and atob'],
  ['localStorage', 'app.user keeps what belongs to a user, app.state what all share'],
]);

const MISSING = /^ReferenceError: (\w+) is not defined/;

/** The error of an app, with what it meant where it names a global that workers do not have. */
export function tellMissing(text: string): string {
  return text.replace(MISSING, (line, name: string) => {
    const instead = INSTEAD.get(name);
    return instead === undefined ? line : `${line} in apps: ${instead}`;
  });
}
