import { nameSchema } from '@vumi/core';
import { z } from 'zod';

/** When somebody is to look after something. */
export const alertOptionsSchema = z.strictObject({
  look_every: z
    .number()
    .min(0.05)
    .max(600)
    .default(10)
    .describe('Seconds between two looks at the platform. Default: 10'),
  transport_looks: z
    .int()
    .min(1)
    .max(1000)
    .default(3)
    .describe('Looks on end at which a transport is not up before that is an alert. Default: 3'),
  queue_messages: z
    .int()
    .min(1)
    .default(1000)
    .describe('Messages below which a queue that grows is none. Default: 1000'),
  queue_looks: z
    .int()
    .min(3)
    .max(1000)
    .default(18)
    .describe('Looks over which a queue has to grow. Default: 18, which is three minutes'),
  disk_free_percent: z
    .number()
    .min(0)
    .max(100)
    .default(10)
    .describe(
      "Free part of the data folder's file system below which it is nearly full; half of that is critical. Default: 10",
    ),
  app_failed_percent: z
    .number()
    .min(0)
    .max(100)
    .default(20)
    .describe("Part of an app's runs of some time that fail. Default: 20"),
  app_runs: z
    .int()
    .min(1)
    .default(20)
    .describe('Runs in that time below which nothing is said of an app. Default: 20'),
  app_looks: z
    .int()
    .min(2)
    .max(1000)
    .default(60)
    .describe('Looks that make that time. Default: 60, which is ten minutes'),
});

/** Which queues there are is not a setting. */
export const alertWorkerOptions = alertOptionsSchema.extend({
  connectors: z.array(nameSchema).default([]).describe('Connectors of apps, whose queues are looked at.'),
});

export type AlertOptions = z.infer<typeof alertWorkerOptions>;
