import type { UnfinishedTalk, WallError, WallReport } from '@vumi/testing';
import { sourceFrame } from '../dev/source-frame.ts';
import { table } from '../output.ts';

/** Errors, and places where talks did not finish, that are shown; `--json` has all. */
const MOST_SHOWN = 5;
/** Of a talk. */
const MOST_LINES = 24;

/** A report as people read it; `folder` has the source of the app. */
export function reportText(report: WallReport, folder: string): string {
  const stuck = stuckOf(report);
  return [
    headOf(report),
    personaTable(report),
    funnelTable(report),
    ...report.errors.slice(0, MOST_SHOWN).map((error) => errorText(error, folder)),
    rest('errors', report.errors.length),
    ...stuck.slice(0, MOST_SHOWN).map(unfinishedText),
    rest('places where talks did not finish', stuck.length),
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

/** Unfinished talks by where and why, the most frequent first. */
function stuckOf({ unfinished }: WallReport): (readonly UnfinishedTalk[])[] {
  const groups = Map.groupBy(unfinished, ({ at, reason }) => JSON.stringify([at, reason]));
  return [...groups.values()].toSorted((one, other) => other.length - one.length);
}

function unfinishedText(talks: readonly UnfinishedTalk[]): string {
  const [first] = talks;
  if (first === undefined) return '';
  const { phone, persona, at, reason, transcript } = first;
  const where = at === null ? '' : ` at ${at.screen}, ${at.question}`;
  const count = talks.length === 1 ? '1 talk' : `${talks.length} talks`;
  return `… ${count} did not finish${where}: ${reason}\n  first ${phone} (${persona})\n${indented(transcript)}\n`;
}

/** A talk as it ended. */
function indented(text: string): string {
  const lines = text.split('\n');
  const shown = lines.length <= MOST_LINES ? lines : ['…', ...lines.slice(-MOST_LINES)];
  return shown.map((line) => `    ${line}`).join('\n');
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
