import { z } from 'zod';

/** What one message may use, and what an app may keep. Where each is enforced: guest/turn.ts counts, runner/watchdog.ts measures. */
export const limitsSchema = z.strictObject({
  cpu_ms: z.int().positive().describe('CPU of all code that one message runs'),
  entry_cpu_ms: z.int().positive().describe('CPU of code between two awaited calls'),
  wall_ms: z
    .int()
    .positive()
    .describe(
      'Time from the start of a handler to its end; while its code waits for a processor it stands still, up to four times as long',
    ),
  session_wall_ms: z
    .int()
    .positive()
    .describe('The same for USSD, whose networks give up soon: by the clock on the wall'),
  memory_mb: z.int().min(8).describe('Heap of the app'),
  host_calls: z.int().nonnegative().describe('Reads of state and secrets, HTTP calls'),
  http_calls: z.int().nonnegative().describe('HTTP calls'),
  sends: z.int().nonnegative().describe('Replies and sends'),
  writes: z.int().nonnegative().describe('Keys of state that are written'),
  log_lines: z.int().nonnegative().describe('Lines of log; those over it are dropped'),
  value_bytes: z.int().positive().describe('One value, text or HTTP body'),
  total_bytes: z.int().positive().describe('All that a message writes, sends and asks for'),
  read_bytes: z
    .int()
    .positive()
    .describe('All that the platform looks up for a message and answers it, state and HTTP included'),
  state_keys: z
    .int()
    .nonnegative()
    .describe('Keys of state that the app keeps; of a classic app with its account'),
  schedules: z.int().nonnegative().describe('Schedules of the app that are open at once'),
  generations: z
    .int()
    .positive()
    .describe(
      'Times in a row that the app sends because of events about messages that it sent because of events, each minute of rest forgotten; further events are dropped. Ends loops',
    ),
  user_messages: z
    .int()
    .positive()
    .describe(
      'Messages of one user that the app takes in an hour, a fifth of them at once; others are dropped. Ends loops of programs that answer each other',
    ),
});

export type Limits = Readonly<z.infer<typeof limitsSchema>>;

/**
 * Starting values of spec sandbox-security §4; but an app has keys for each of its users, and the 10,001st must not be
 * turned away.
 */
export const DEFAULT_LIMITS: Limits = {
  cpu_ms: 300,
  entry_cpu_ms: 100,
  wall_ms: 15_000,
  session_wall_ms: 3000,
  memory_mb: 32,
  host_calls: 200,
  http_calls: 5,
  sends: 50,
  writes: 1000,
  log_lines: 100,
  value_bytes: 65_536,
  total_bytes: 262_144,
  read_bytes: 1_048_576,
  state_keys: 100_000,
  schedules: 10_000,
  generations: 20,
  /** As good as none: what is dropped is lost, and a gateway may send for many people from one number. */
  user_messages: 1_000_000,
};

/**
 * Classic apps were given a minute, and a realm of theirs holds the toolkit. The most commands that one of them was seen
 * to make for a message is 49 (spec sandbox-api §9).
 */
export const CLASSIC_LIMITS: Limits = {
  ...DEFAULT_LIMITS,
  cpu_ms: 1500,
  entry_cpu_ms: 500,
  wall_ms: 60_000,
  session_wall_ms: 20_000,
  memory_mb: 64,
  host_calls: 300,
  http_calls: 30,
  log_lines: 300,
  value_bytes: 262_144,
  total_bytes: 1_048_576,
  read_bytes: 2_097_152,
  /** Of all classic apps of an account, as Vumi Go had it (spec sandbox-api §2). */
  state_keys: 10_000,
};

/** What an account's plan may say, and what a manifest may ask for: some of the limits. */
export const planSchema = limitsSchema.partial() as z.ZodType<Readonly<Record<string, number>>>;

type SomeLimits = { readonly [K in keyof Limits]?: number | undefined };

/** The plan of an account goes before the platform's limits; a bundle may ask for less than that, never for more. */
export function limitsOf(
  platform: Limits,
  { plan, manifest }: { plan?: SomeLimits | undefined; manifest?: SomeLimits | undefined },
): Limits {
  const limits: Record<string, number> = { ...platform };
  for (const name of Object.keys(platform) as (keyof Limits)[]) {
    const given = plan?.[name] ?? platform[name];
    limits[name] = Math.min(given, manifest?.[name] ?? given);
  }
  return limitsSchema.parse(limits);
}
