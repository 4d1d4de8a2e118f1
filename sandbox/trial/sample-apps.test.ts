import { moreSampleApps, sampleApps } from '@vumi/sample-apps';
import { expect, test } from 'vitest';
import { intakeBundle } from '../bundle/intake.ts';
import { packApp } from '../bundle/pack-folder.ts';
import { probeApp } from './probe.ts';

test.each([...sampleApps, ...moreSampleApps])(
  'the sample app $name is accepted without a warning and has the conversation of its transcript',
  async ({ folder }) => {
    const { worker, manifest, transcript, transcriptFault, warnings } = await intakeBundle(
      packApp(folder).zip,
    );
    expect({ transcriptFault, warnings }).toEqual({ transcriptFault: null, warnings: [] });
    expect(transcript.length).toBeGreaterThan(2);
    await expect(probeApp(worker.code, worker.map, { manifest, transcript })).resolves.toEqual({
      handlers: expect.arrayContaining(['onMessage']),
    });
  },
);
