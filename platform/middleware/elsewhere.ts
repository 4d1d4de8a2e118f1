import type { z } from 'zod';

/** An option of Vumi that is taken and has no effect: the platform's own servers are used. */
export function elsewhere<S extends z.ZodType>(schema: S): z.ZodOptional<S> {
  return schema.optional().describe("Vumi's; has no effect here: the platform's database and state are used");
}
