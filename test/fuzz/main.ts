import { parseArgs } from 'node:util';
import { fuzz } from './fuzz.ts';

const USAGE = 'Usage: npm run fuzz -- [--seconds 300] [--seed NUMBER]\n';
const MOST_SECONDS = 86_400;

const { values } = parseArgs({ options: { seconds: { type: 'string' }, seed: { type: 'string' } } });
const seconds = Number(values.seconds ?? 300);
const seed = Number(values.seed ?? Math.floor(Math.random() * 0xffffffff));
if (!(seconds > 0 && seconds <= MOST_SECONDS) || !Number.isInteger(seed)) {
  process.stderr.write(USAGE);
  process.exit(2);
}
process.stdout.write(`seed ${seed}, ${seconds} s\n`);
process.stdout.write(`${JSON.stringify(await fuzz({ seed, ms: seconds * 1000 }))}\n`);
process.exit(0);
