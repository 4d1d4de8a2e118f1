import { availableParallelism } from 'node:os';
import { z } from 'zod';
import { JIT_SETTINGS } from './fleet/runner-class.ts';
import { CLASSIC_LIMITS, DEFAULT_LIMITS, limitsSchema } from './limits.ts';

const MIN_RUNNERS = 2;

/** How the sandbox runs. */
export const sandboxConfigSchema = z.strictObject({
  runners: z
    .int()
    .positive()
    .default(() => Math.max(MIN_RUNNERS, availableParallelism()))
    .describe('Runner processes at work for each kind of app; one more waits warm'),
  runner_age_ms: z
    .int()
    .positive()
    .default(24 * 3_600_000)
    .describe('A runner that is older is replaced when its messages are done'),
  jit: z
    .enum(JIT_SETTINGS)
    .default('never')
    .describe(
      'Kinds of apps that get the compilers of V8: quicker where they compute, weaker limits of memory',
    ),
  quarantine_runners: z
    .int()
    .positive()
    .default(4)
    .describe('Processes for apps that killed their runner, one app each; more apps than that take turns'),
  quarantine_ms: z
    .int()
    .positive()
    .default(300_000)
    .describe(
      'An app that killed its runner must behave so long to go back to the others; each kill doubles it',
    ),
  isolates_per_runner: z.int().positive().default(400).describe('Apps that one runner keeps loaded'),
  idle_ms: z.int().positive().default(600_000).describe('An app that nobody used for so long is unloaded'),
  rss_soft_mb: z.int().positive().default(700).describe('A runner that has grown so big is replaced'),
  rss_hard_mb: z.int().positive().default(1100).describe('A runner that has grown so big is killed at once'),
  marker_ttl_ms: z
    .int()
    .positive()
    .default(24 * 3_600_000)
    .describe('How long a handled message is remembered, so that its redelivery has no second effect'),
  allow_private_http: z
    .boolean()
    .default(false)
    .describe(
      'Let the apps of all accounts call private addresses and any port; "vumi account private-services" opens single services to one account',
    ),
  limits: limitsSchema.partial().default({}).describe('What one message may use, in place of the defaults'),
});

export type SandboxConfig = z.input<typeof sandboxConfigSchema>;

/** Checks a configuration and fills in its defaults. */
export function parseSandboxConfig(config: SandboxConfig) {
  const parsed = sandboxConfigSchema.parse(config);
  return {
    ...parsed,
    limits: {
      sdk: limitsSchema.parse({ ...DEFAULT_LIMITS, ...parsed.limits }),
      classic: limitsSchema.parse({ ...CLASSIC_LIMITS, ...parsed.limits }),
    },
  };
}
