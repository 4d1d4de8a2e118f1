import type { UnfinishedTalk, WallError, WallReport } from '@vumi/testing';
import { sourceFrame } from '../dev/source-frame.ts';
import { table } from '../output.ts';

/** Talks and errors that are shown whole; `--json` has all. */
const MOST_SHOWN = 5;

/** A report as people read it; `folder` has the source of the app. */
export function reportText(report: WallReport, folder: string): string {
  return [
    headOf(report),
    personaTable(report),
    funnelTable(report),
    ...report.errors.slice(0, MOST_SHOWN).map((error) => errorText(error, folder)),
    rest('errors', report.errors.length),
    ...report.unfinished.slice(0, MOST_SHOWN).map(unfinishedText),
    rest('unfinished talks', report.unfinished.length),
    measuredText(report),
    thresholdTable(report),
  ]
    .filter((part) => part !== '')
    .join('\n');
}

function headOf({ phones, seed, where, talks, messages }: WallReport): string {
  return `${phones} phones, seed ${seed}, ${where}: ${talks} talks, ${messages} messages\n`;
}

function personaTable({ personas }: WallReport): string {
  return table(
    ['PERSONA', 'PHONES', 'FINISHED', 'DROPPED', 'STOPPED', 'UNFINISHED'],
    personas.map((one) => [one.persona, one.phones, one.finished, one.dropped, one.stopped, one.unfinished]),
  );
}

function funnelTable({ funnel }: WallReport): string {
  if (funnel.length === 0) return '';
  return table(
    ['SCREEN', 'QUESTION', 'SHOWN', 'ANSWERED', 'DROPPED'],
    funnel.map(({ screen, question, shown, answered, dropped }) => [
      screen,
      question,
      shown,
      answered,
      `${dropped} (${Math.round((100 * dropped) / shown)} %)`,
    ]),
  );
}

function errorText(
  { check, place, text, times, phone, persona, transcript }: WallError,
  folder: string,
): string {
  const who = phone === '' ? '' : `, first ${phone}${persona === null ? '' : ` (${persona})`}`;
  const near = place === null || text.includes(place) ? '' : `\n  asked last at ${place}`;
  const frame = place === null ? '' : sourceFrame(folder, place);
  const talk = transcript === '' ? '' : `${indented(transcript)}\n`;
  return `✗ ${check}, ${times} ${times === 1 ? 'time' : 'times'}${who}\n  ${text}${near}\n${frame}${talk}`;
}

function unfinishedText({ phone, persona, at, reason, transcript }: UnfinishedTalk): string {
  const where = at === null ? '' : ` at ${at.screen}, ${at.question}`;
  return `… ${phone} (${persona}) did not finish${where}: ${reason}\n${indented(transcript)}\n`;
}

function indented(text: string): string {
  return text
    .split('\n')
    .map((line) => `    ${line}`)
    .join('\n');
}

function rest(of: string, count: number): string {
  return count > MOST_SHOWN ? `and ${count - MOST_SHOWN} more ${of}: --json has all\n` : '';
}

function measuredText({ sent, measured }: WallReport): string {
  const { replies, cpuMs, seconds, messagesPerSecond } = measured;
  const what = replies.of === 'cpu' ? 'CPU of a message' : 'latency of a reply';
  const cost = sent.cost === null ? '' : `, cost ${sent.cost}`;
  const cpu = cpuMs === null ? '' : `, CPU ${Math.round(cpuMs)} ms`;
  const sessions = sent.sessions === 0 ? '' : `, sessions ${sent.sessions}`;
  return [
    `${what}: p50 ${replies.p50} ms, p95 ${replies.p95} ms${cpu}; ${Math.round(messagesPerSecond)} messages/s in ${seconds.toFixed(1)} s`,
    `SMS segments ${sent.segments} (${sent.segmentsPerTalk} a talk)${sessions}${cost}`,
    '',
  ].join('\n');
}

function thresholdTable({ thresholds }: WallReport): string {
  return table(
    ['THRESHOLD', 'LIMIT', 'IS', 'KEPT'],
    thresholds.map(({ name, limit, value, kept }) => [name, limit, value, kept]),
  );
}
