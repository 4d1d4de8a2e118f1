import { access, constants, mkdir } from 'node:fs/promises';
import { errorText, VumiError } from '@vumi/core';

/** Makes the folder of what is kept. Throws `config.invalid` where this user may not write. */
export async function prepareDataFolder(folder: string): Promise<void> {
  try {
    await mkdir(folder, { recursive: true });
    await access(folder, constants.W_OK | constants.X_OK);
  } catch (error) {
    const text = `cannot keep data in ${folder}: ${errorText(error)}; name another folder with VUMI_DATA_DIR`;
    throw new VumiError('config.invalid', text, { field: 'data_dir', cause: error });
  }
}
