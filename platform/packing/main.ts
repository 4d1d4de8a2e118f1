// Makes the packages of authors: `npm run pack -- FOLDER`.
import { resolve } from 'node:path';
import { pack } from './pack.ts';

const [folder = 'dist'] = process.argv.slice(2);
for (const file of await pack(resolve(folder))) process.stdout.write(`${file}\n`);
