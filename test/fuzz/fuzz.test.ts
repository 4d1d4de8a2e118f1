import { silentLogger, type Logger } from '@vumi/core';
import { Wire } from '@vumi/transports/smpp/conformance';
import { startSmscSimulator } from '@vumi/transports/smpp/simulator';
import { describe, expect, it } from 'vitest';
import { eventually } from '../platform.ts';
import { fuzz } from './fuzz.ts';
import { OTHER_PROTOCOLS } from './octets.ts';

const SECONDS = 6;
const seed = Number(process.env['VUMI_FUZZ_SEED'] ?? Math.floor(Math.random() * 0xffffffff));

describe('damaged octets', () => {
  it(`harm neither codec nor session nor memory (seed ${seed})`, async () => {
    const report = await fuzz({ seed, ms: SECONDS * 1000 });
    process.stdout.write(`fuzz, seed ${seed}: ${JSON.stringify(report)}\n`);
    expect(report.frames).toBeGreaterThan(200);
    expect(report.sessions).toBeGreaterThanOrEqual(40);
    const [before, after] = report.rss_mb;
    expect(after - before).toBeLessThan(200);
  });

  it.each(OTHER_PROTOCOLS)('of %s are named in the log, and the line ends', async (name, octets) => {
    const said: string[] = [];
    const logger: Logger = {
      ...silentLogger,
      warn: (fields: object) => void said.push('err' in fields ? String(fields.err) : ''),
    };
    await using smsc = await startSmscSimulator({ port: 0, logger });
    const wire = await Wire.connect(smsc.port);
    wire.raw(octets);
    expect(await wire.closes(5000)).toBe(true);
    wire.destroy();
    await eventually(
      () => said,
      (lines) => lines.some((line) => line.includes(`the peer speaks ${name}, not SMPP`)),
    );
  });
});
