/** A time to wait, such as `2 days`: a minute at least. */
export type Duration = `${number} ${'minute' | 'minutes' | 'hour' | 'hours' | 'day' | 'days'}`;

const SECONDS: Readonly<Record<string, number>> = { minute: 60, hour: 3600, day: 86_400 };

/** Its seconds. Throws what is wrong with it. */
export function secondsOf(duration: string): number {
  const [, count = '', unit = ''] = /^(\d+(?:\.\d+)?) (minute|hour|day)s?$/.exec(duration) ?? [];
  const seconds = Math.round(Number(count) * (SECONDS[unit] ?? Number.NaN));
  if (seconds >= 60) return seconds;
  throw new TypeError(
    `"${duration}" is no time to wait: write such as "30 minutes", "2 hours" or "7 days", a minute at least`,
  );
}
