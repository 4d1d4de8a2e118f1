const two = (value: number): string => String(value).padStart(2, '0');
const DAY_MS = 24 * 3_600_000;

/** What is understood of Python's strftime. Times are in UTC without a zone, so that `%z` is empty. */
const PARTS: Readonly<Record<string, (time: Date) => string>> = {
  Y: (time) => String(time.getUTCFullYear()).padStart(4, '0'),
  y: (time) => two(time.getUTCFullYear() % 100),
  m: (time) => two(time.getUTCMonth() + 1),
  d: (time) => two(time.getUTCDate()),
  H: (time) => two(time.getUTCHours()),
  M: (time) => two(time.getUTCMinutes()),
  S: (time) => two(time.getUTCSeconds()),
  j: (time) =>
    String(1 + Math.floor((time.getTime() - Date.UTC(time.getUTCFullYear(), 0)) / DAY_MS)).padStart(3, '0'),
  s: (time) => String(Math.floor(time.getTime() / 1000)),
  z: () => '',
  '%': () => '%',
};

export function isTimeFormat(format: string): boolean {
  return [...format.matchAll(/%(.?)/gs)].every(
    ([, part]) => part !== undefined && Object.hasOwn(PARTS, part),
  );
}

/** `at` in seconds since the epoch; what is not understood stays as it is. */
export function formatTime(format: string, at: number): string {
  const time = new Date(at * 1000);
  return format.replaceAll(/%(.)/gs, (whole, part: string) => PARTS[part]?.(time) ?? whole);
}

/** Python's `format % {…}`, with texts alone: `%(name)s` is filled in, `%%` is one. */
export function fillIn(format: string, values: Readonly<Record<string, string>>): string {
  return format.replaceAll(/%(?:\((\w+)\)s|%)/g, (whole, name: string | undefined) =>
    name === undefined ? '%' : (values[name] ?? whole),
  );
}
