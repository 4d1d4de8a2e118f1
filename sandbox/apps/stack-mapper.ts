import { withoutControls } from '@vumi/core';
import { SourceMap, type SourceMapPayload } from 'node:module';
import { BOOTSTRAP_NAME, WORKER_NAME } from '../script-names.ts';

const FRAME = new RegExp(`${WORKER_NAME.replace('.', '\\.')}:(\\d+):(\\d+)`, 'g');

export type StackMapper = (stack: string) => string;

/** The SDK is a part of the bundle, but none of the author's files. */
const SDK_FRAME = /^ +at .*@vumi\/sdk:\d+:\d+\)?$/;

/** Makes stacks of the bundled worker point into the author's files, and takes the platform's own frames and the SDK's out. */
export function createStackMapper(map: string | null): StackMapper {
  let parsed: SourceMap | null = null;
  return (thrown) => {
    // The name and the text of an error are the app's, and go to terminals.
    const stack = withoutControls(thrown);
    const own = stack.split('\n').filter((line) => !line.includes(BOOTSTRAP_NAME));
    if (map === null) return own.join('\n');
    parsed ??= new SourceMap(JSON.parse(map) as SourceMapPayload);
    const sources = parsed;
    return own
      .map((line) => line.replace(FRAME, (...groups: string[]) => origin(sources, groups)))
      .filter((line) => !SDK_FRAME.test(line))
      .join('\n');
  };
}

function origin(sources: SourceMap, [frame = '', line = '1', column = '1']: string[]): string {
  const entry = sources.findEntry(Number(line) - 1, Number(column) - 1);
  if (!('originalSource' in entry)) return frame;
  return `${entry.originalSource}:${entry.originalLine + 1}:${entry.originalColumn + 1}`;
}
