import { VumiError } from '@vumi/core';

/** Whose options an error is about. */
export async function saidOf<T>(name: string, start: () => Promise<T>): Promise<T> {
  try {
    return await start();
  } catch (error) {
    if (!(error instanceof VumiError) || error.code !== 'config.invalid') throw error;
    throw new VumiError('config.invalid', `middleware "${name}": ${error.message}`, {
      cause: error,
      field: error.field === undefined ? name : `${name}.${error.field}`,
    });
  }
}
