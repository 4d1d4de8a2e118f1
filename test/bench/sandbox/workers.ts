/** A worker that does what most messages do: a read, a write and a reply. */
export const ORDINARY_WORKER = `export default {
  async onMessage(message, app) {
    const visits = await app.user.increment('visits');
    await message.reply('visit ' + visits + ': ' + message.content);
  },
};`;

/** A worker that answers at once. */
export const ECHO_WORKER = `export default {
  onMessage(message) {
    message.reply('You said: ' + message.content);
  },
};`;

function step(index: number): string {
  return `function step${index}(input, answers) {
  const menu = { title: 'Question ${index}: how are you today?', choices: ['Well', 'Not so well', 'Ask me later'] };
  const chosen = menu.choices[Number(input) - 1];
  if (chosen === undefined) return { text: menu.title + ' ' + menu.choices.map((c, n) => n + 1 + '. ' + c).join(', ') };
  answers['question-${index}'] = chosen;
  return { text: 'You said ' + chosen, next: ${index + 1} };
}`;
}

/** A worker of about so many kilobytes: one menu after the other, as in a real app with its libraries. */
export function workerOfSize(kilobytes: number): string {
  const steps: string[] = [];
  for (let length = 0; length < kilobytes * 1024 - 600; length += steps.at(-1)?.length ?? 0) {
    steps.push(step(steps.length));
  }
  const names = steps.map((_, index) => `step${index}`).join(', ');
  return `${steps.join('\n')}
const steps = [${names}];
export default {
  async onMessage(message) {
    const { text } = steps[message.content.length % steps.length](message.content, {});
    await message.reply(text);
  },
};`;
}
