import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export interface SampleApp {
  readonly name: string;
  /** The bundle's folder. */
  readonly folder: string;
  /** The keyword that leads to it on the demo's number; null for the app that answers everything else. */
  readonly keyword: string | null;
}

/** What somebody says to an app, and the whole text that it must answer. */
export interface TranscriptStep {
  readonly from: string;
  readonly say: string;
  readonly expect: string;
}

/** Apps to start from. The default `npm start` deploys them all. */
export const sampleApps: readonly SampleApp[] = [
  { name: 'hello', folder: folderOf('hello'), keyword: null },
  { name: 'quiz', folder: folderOf('quiz'), keyword: 'quiz' },
];

/** More of them, which nobody gets unasked: `vumi app deploy sample-apps/hangman`. */
export const moreSampleApps: readonly Omit<SampleApp, 'keyword'>[] = [
  { name: 'clinic', folder: folderOf('clinic') },
  { name: 'directory', folder: folderOf('directory') },
  { name: 'hangman', folder: folderOf('hangman') },
  { name: 'helpdesk', folder: folderOf('helpdesk') },
  { name: 'memo', folder: folderOf('memo') },
  { name: 'poll', folder: folderOf('poll') },
  { name: 'survey', folder: folderOf('survey') },
];

/** The conversation that the app must have word by word; the tests replay it. */
export function readTranscript({ folder }: SampleApp): TranscriptStep[] {
  return JSON.parse(readFileSync(join(folder, 'transcript.json'), 'utf8')) as TranscriptStep[];
}

function folderOf(name: string): string {
  return fileURLToPath(new URL(name, import.meta.url));
}
