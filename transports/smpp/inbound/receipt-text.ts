/** What the text of a receipt says; null is what it does not. */
export interface ReceiptFields {
  readonly id: string | null;
  readonly state: string | null;
  /** `err:` as the SMSC writes it. */
  readonly error: string | null;
  /** All of it but the words that it quotes of the message. */
  readonly head: string;
}

/** Null when nothing of the text is a receipt's. */
export type ReceiptReader = (text: string) => ReceiptFields | null;

/**
 * The fields of appendix B in any order, any case and any spacing, and as vendors call them. Some write no space in
 * front of a name; then a capital or a digit is there. `text` is the rest of the line.
 */
const FIELD =
  /(?<![a-z_])(?i:((?:message|msg)?[ _-]?id|sub|dlvrd|submit[ _-]?date|done[ _-]?date|stat(?:us|e)?|err(?:or)?(?:[ _-]?code)?|text))\s*[:=]\s*/g;
/** Greatest length of an id (section 5.2.23), and of what is kept of the rest for people to read. */
const LONGEST_ID = 65;
const LONGEST_HEAD = 300;

type Field = 'id' | 'stat' | 'err';

/** Reads the text of a receipt (SMPP v3.4 appendix B and its variants: spec smpp §5.49), or null when it is none. */
export const readReceiptText: ReceiptReader = (text) => {
  const { fields, head } = readFields(text);
  const id = idIn(fields.get('id') ?? '');
  const state = wordIn(fields.get('stat') ?? '');
  const said = {
    id: id === '' || id.length > LONGEST_ID ? null : id,
    state: /^[\w.-]{1,20}$/.test(state) ? state : null,
    error: wordIn(fields.get('err') ?? '') || null,
  };
  return said.id === null && said.state === null ? null : { ...said, head };
};

/** Of texts that nothing marks as receipts only those are receipts that have these two fields by their own names. */
export const readUnmarkedReceipt: ReceiptReader = (text) =>
  /\bid\s*:/i.test(text) && /\bstat\s*:/i.test(text) ? readReceiptText(text) : null;

const IN_FRONT = /[\s"'`<({[]/;
const BEHIND = /[\s"'`>)}\],;|.]/;

/** An id as the SMSC means it, without the quotes and the padding that some put around it. */
export function plainText(text: string): string {
  let [start, end] = [0, text.length];
  while (start < end && IN_FRONT.test(text.charAt(start))) start += 1;
  while (end > start && BEHIND.test(text.charAt(end - 1))) end -= 1;
  return text.slice(start, end);
}

function readFields(text: string): { fields: ReadonlyMap<Field, string>; head: string } {
  const fields = new Map<Field, string>();
  const heads = [...text.matchAll(FIELD)];
  const quoted = heads.findIndex(([, name]) => name?.toLowerCase() === 'text');
  const known = quoted === -1 ? heads : heads.slice(0, quoted);
  const values = known.map(({ 0: { length }, 1: name = '', index }, position) => ({
    field: fieldOf(name),
    isGlued: !name.startsWith(' ') && /\w/.test(text.charAt(index - 1)),
    value: text.slice(index + length, heads[position + 1]?.index ?? text.length),
  }));
  // Of each the first counts that stands alone: the end of another name may look like one.
  const ranked = [...values.filter(({ isGlued }) => !isGlued), ...values.filter(({ isGlued }) => isGlued)];
  for (const { field, value } of ranked) if (field !== null && !fields.has(field)) fields.set(field, value);
  return {
    fields,
    head: text
      .slice(0, heads[quoted]?.index ?? text.length)
      .slice(0, LONGEST_HEAD)
      .trim(),
  };
}

function fieldOf(name: string): Field | null {
  const plain = name.toLowerCase();
  if (plain.endsWith('id')) return 'id';
  if (plain.startsWith('stat')) return 'stat';
  return plain.startsWith('err') ? 'err' : null;
}

/** Up to the next field of whatever name; of several words the first, unless they are one id in groups of digits. */
function idIn(value: string): string {
  const cut = plainText(value.split(/[,;|\r\n]|\s[\w -]{1,20}[:=]/, 1)[0] ?? '');
  return /^[\da-f]+(?: [\da-f]+)+$/i.test(cut) ? cut : plainText(cut.split(/\s/, 1)[0] ?? '');
}

function wordIn(value: string): string {
  return plainText(value.trim().split(/[\s,;|]/, 1)[0] ?? '');
}

/** Option `delivery_report_regex`. */
export function createPatternReader(pattern: RegExp): ReceiptReader {
  return (text) => {
    const groups = pattern.exec(text)?.groups;
    if (groups === undefined) return null;
    const { id, stat, err } = groups;
    return { id: id ?? null, state: stat ?? null, error: err ?? null, head: text.slice(0, LONGEST_HEAD) };
  };
}
