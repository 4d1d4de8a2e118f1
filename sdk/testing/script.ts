/** One thing that a user does, or time that passes. */
export type Step =
  | { readonly phone: number; readonly kind: 'dial' }
  | { readonly phone: number; readonly kind: 'hangUp' }
  | { readonly phone: number; readonly kind: 'text'; readonly text: string }
  /** By the page behind its last link: JSON. */
  | { readonly phone: number; readonly kind: 'answer'; readonly json: string }
  | { readonly phone: number; readonly kind: 'wait'; readonly minutes: number };

const ADDRESS = '+27761234567';

/** The n-th phone's. */
export function addressOf(phone: number): string {
  return `+${Number(ADDRESS.slice(1)) + phone}`;
}

interface Situation {
  readonly transport: string;
  readonly language: string | null;
}

/** Steps as a test to be pasted. */
export function testOf(steps: readonly Step[], { transport, language }: Situation): string {
  const options = language === null ? '' : `, { language: '${language}' }`;
  const phones = [...new Set(steps.map(({ phone }) => phone))].sort((one, other) => one - other);
  const lines = [
    `await using world = await openWorld('.'${transport === 'sms' ? '' : `, { transport: '${transport}' }`});`,
    ...phones.map((phone) => `const ${nameOf(phone)} = world.phone('${addressOf(phone)}'${options});`),
    ...merged(steps).map(lineOf),
  ];
  return ["test('found by the explorer', async () => {", ...lines.map((line) => `  ${line}`), '});'].join(
    '\n',
  );
}

function nameOf(phone: number): string {
  return phone === 0 ? 'phone' : `phone${phone + 1}`;
}

type Line = Step | { readonly kind: 'type'; readonly phone: number; readonly texts: readonly string[] };

/** Answers that follow each other are one line. */
function merged(steps: readonly Step[]): Line[] {
  const lines: Line[] = [];
  for (const step of steps) {
    const last = lines.at(-1);
    if (step.kind !== 'text') lines.push(step);
    else if (last?.kind === 'type' && last.phone === step.phone)
      lines.splice(-1, 1, { ...last, texts: [...last.texts, step.text] });
    else lines.push({ kind: 'type', phone: step.phone, texts: [step.text] });
  }
  return lines;
}

function lineOf(line: Line): string {
  if (line.kind === 'wait') return `await world.advance('${line.minutes} minutes');`;
  if (line.kind === 'answer') return `await (await ${nameOf(line.phone)}.open()).answer(${line.json});`;
  const texts = line.kind === 'type' ? line.texts : line.kind === 'text' ? [line.text] : [];
  const verb = line.kind === 'text' ? 'type' : line.kind;
  return `await ${nameOf(line.phone)}.${verb}(${texts.map(quoted).join(', ')});`;
}

function quoted(text: string): string {
  return `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'").replaceAll('\n', '\\n')}'`;
}
