import { pythonPattern, VumiError } from '@vumi/core';
import { z } from 'zod';

/** A regular expression as Vumi's configurations have them. */
export function patternOption(option: string): z.ZodString {
  return z
    .string()
    .min(1)
    .check((context) => {
      try {
        pythonPattern(context.value, option);
      } catch (error) {
        if (!(error instanceof VumiError)) throw error;
        context.issues.push({ code: 'custom', message: error.message, input: context.value });
      }
    });
}
