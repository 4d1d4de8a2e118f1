import { isAddressRange } from '@vumi/http';
import { z } from 'zod';

/** Settings of traces. Without an endpoint and a file nothing is traced, and no library is loaded. */
export const telemetryOptions = z.strictObject({
  otlp_endpoint: z
    .string()
    .regex(/^https?:\/\//, 'use a URL such as http://127.0.0.1:4318')
    .optional()
    .describe(
      'Where traces go by OTLP over HTTP: the URL of an OpenTelemetry collector, such as http://127.0.0.1:4318. Absent: nowhere.',
    )
    .meta({ variable: 'VUMI_OTLP_ENDPOINT' }),
  headers: z
    .record(z.string(), z.string())
    .default({})
    .describe('Headers of those requests, such as the key of a provider.'),
  file: z
    .string()
    .min(1)
    .optional()
    .describe(
      "A file that traces are appended to, in the format of the collector's file exporter: OTLP as lines of JSON.",
    ),
  sample_ratio: z.coerce
    .number()
    .min(0)
    .max(1)
    .default(1)
    .describe(
      'The share of messages that are traced, 0 to 1. A message is traced in all processes or in none.',
    )
    .meta({ variable: 'VUMI_TRACE_RATIO' }),
  service_name: z.string().min(1).default('vumi').describe('What the platform is called in traces.'),
  accept_from: z
    .array(z.string().refine(isAddressRange, 'use addresses or networks such as 10.0.0.0/8'))
    .default(['127.0.0.0/8', '::1/128'])
    .describe('Networks of callers over HTTP whose traces (header `traceparent`) are gone on with.'),
});

export type TelemetryOptions = z.infer<typeof telemetryOptions>;
