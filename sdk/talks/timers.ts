import { TALK_KEY } from '@vumi/core/talks';
import type { Channel } from './channel.ts';
import { secondsOf, type Duration } from './durations.ts';
import type { Talk } from './journal.ts';
import type { InLanguage, Question } from './question.ts';
import type { Reminder } from './talk.ts';

const MOST_REMINDERS = 3;

interface Setting {
  readonly channel: Channel;
  readonly say: InLanguage;
}

/**
 * The question; throws what is wrong with its times, from the line that asks it. `keepS` is how long the conversation is kept,
 * in seconds: nothing can wait longer.
 */
export function checkTimers(
  question: Question,
  { transportType, keepS }: { readonly transportType: string | null; readonly keepS: number },
): Question {
  const { within, remind = [] } = question.options;
  if (remind.length > MOST_REMINDERS)
    throw new RangeError(`a question reminds ${MOST_REMINDERS} times at most, not ${remind.length}`);
  const reminders = remind.map(reminderOf);
  for (const after of [...(within === undefined ? [] : [within]), ...reminders.map((one) => one.after)])
    if (secondsOf(after) > keepS)
      throw new RangeError(
        `"${after}" is longer than a conversation is kept: raise keep, which is 7 days by default`,
      );
  if (transportType === 'ussd' && reminders.some(({ endpoint }) => endpoint === undefined))
    throw new TypeError(
      'USSD cannot be written to: a reminder needs the endpoint of a network that can, { after, text, endpoint }',
    );
  return question;
}

function reminderOf(given: Duration | Reminder): Reminder {
  return typeof given === 'string' ? { after: given } : given;
}

export function hasTimers({ options: { within, remind } }: Question): boolean {
  return within !== undefined || remind !== undefined;
}

/** `within` and `remind` of a question as schedules, by name; its answer cancels them. */
export async function setTimers(
  { options, tag }: Question,
  talk: Talk,
  { channel, say }: Setting,
): Promise<string[]> {
  const { within, remind = [] } = options;
  const { app, user, to, transportType, endpoint } = channel;
  const about = { to, transport_type: transportType, talk: talk.id, tag, since: talk.wait.since };
  const timers: string[] = [];
  const prefix = `${TALK_KEY}${to}${talk.under === null ? '' : ':interrupt'}`;
  const set = async (
    name: string,
    after: Duration,
    data: Readonly<Record<string, string>>,
  ): Promise<void> => {
    await app.schedule.once(name, { in: secondsOf(after), user, data: { ...about, endpoint, ...data } });
    timers.push(name);
  };
  if (within !== undefined) await set(`${prefix}:within`, within, { kind: 'within' });
  for (const [index, one] of remind.entries()) {
    const reminder = reminderOf(one);
    await set(`${prefix}:remind:${index}`, reminder.after, {
      kind: 'remind',
      ...(reminder.text === undefined ? {} : { text: say(reminder.text) }),
      ...(reminder.endpoint === undefined ? {} : { endpoint: reminder.endpoint }),
    });
  }
  return timers;
}
