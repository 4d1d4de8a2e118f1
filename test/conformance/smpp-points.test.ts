import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { silentLogger } from '@vumi/core';
import { POINTS, testEsme, testSmsc, type PointResult } from '@vumi/transports/smpp/conformance';
import { startSmscSimulator } from '@vumi/transports/smpp/simulator';
import { describe, expect, it } from 'vitest';
import { openTransportPlace } from './transport-place.ts';

const run = promisify(execFile);
const PATIENCE = { timeoutMs: 3000, from: '27761234567', to: '12345', slow: false };

function failures(results: readonly PointResult[]): string[] {
  return results
    .filter(({ result }) => result === 'fail')
    .map(({ number, reason }) => `${number}: ${reason}`);
}

function passed(results: readonly PointResult[]): number {
  return results.filter(({ result }) => result === 'pass').length;
}

describe('the conformance list', () => {
  it('has 60 points, each with a title', () => {
    expect(POINTS.map(({ number }) => number)).toEqual(Array.from({ length: 60 }, (_, index) => index + 1));
    expect(new Set(POINTS.map(({ title }) => title)).size).toBe(60);
  });

  it('holds for our simulator', async () => {
    await using smsc = await startSmscSimulator({
      port: 0,
      logger: silentLogger,
      script: { accounts: { conform: 'secret' }, retry_ms: 50 },
    });
    const who = { host: smsc.host, port: smsc.port, systemId: 'conform', password: 'secret' };
    const results = await testSmsc({ ...PATIENCE, ...who, receiptMs: 2000 });
    expect(failures(results)).toEqual([]);
    expect(passed(results)).toBeGreaterThanOrEqual(36);
  });

  it('holds for our transport', async () => {
    await using place = await openTransportPlace();
    const results = await testEsme(
      { ...PATIENCE, host: '127.0.0.1', port: 0, bindMs: 10_000 },
      {
        onListening: (port) =>
          void place.start({ port, initial_reconnect_delay: 0.2, max_reconnect_delay: 1 }),
      },
    );
    expect(failures(results)).toEqual([]);
    expect(passed(results)).toBeGreaterThanOrEqual(28);
  });

  it('is printed as a table by a command, whose exit code tells', async () => {
    const script = { rules: [{ text: '^hi$', do: { copies: 2 } }] };
    await using smsc = await startSmscSimulator({ port: 0, logger: silentLogger, script });
    const vumi = async (...words: string[]) =>
      run('node', ['platform/cli/vumi.js', 'smpp-conformance', `127.0.0.1:${smsc.port}`, ...words]).then(
        ({ stdout }) => ({ code: 0, stdout }),
        ({ code, stdout }: { code: number; stdout: string }) => ({ code, stdout }),
      );
    expect(await vumi('--only', '1,2,29')).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/^POINT .*\n1 +pass .*\n2 +pass .*\n29 +n\/a .*\n2 pass, 0 fail, 1 not/),
    });
    const failed = await vumi('--only', '7', '--json');
    expect(failed.code).toBe(1);
    expect(JSON.parse(failed.stdout)).toMatchObject([{ number: 7, result: 'fail' }]);
  });

  it('fails for an SMSC that answers wrongly', async () => {
    await using smsc = await startSmscSimulator({
      port: 0,
      logger: silentLogger,
      script: { rules: [{ do: { copies: 2 } }], receipts: { id: 'decimal' } },
    });
    const who = { host: smsc.host, port: smsc.port, systemId: 'x', password: 'x' };
    const only = [7, 51];
    const results = await testSmsc({ ...PATIENCE, ...who, receiptMs: 2000 }, { only });
    expect(results.map(({ result }) => result)).toEqual(['fail', 'fail']);
  });
});
