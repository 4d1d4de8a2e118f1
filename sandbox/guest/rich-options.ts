import type { Attachment, Button, RichOptions, Template } from '@vumi/sdk';
import { charCode, isArray, push, TrustedError } from './primordials.ts';

/** As the platform's own (RICH_LIMITS of core), which no guest can import. */
const MOST_BUTTONS = 10;
const MOST_ATTACHMENTS = 10;
const MOST_VARIABLES = 20;
const LONGEST_TITLE = 72;
const LONGEST_PAYLOAD = 64;
const LONGEST_CAPTION = 1024;
const LONGEST_URL = 2048;
const LONGEST_NAME = 255;

type Fields = Record<string, unknown>;

/** `helper_metadata.send` of what an author wants beside the text; undefined where that is nothing. */
export function richMetadata({ buttons, attachments, template }: RichOptions): Fields | undefined {
  if (buttons === undefined && attachments === undefined && template === undefined) return undefined;
  const fields: Fields = {};
  if (buttons !== undefined) fields['quick_replies'] = each(buttons, 'buttons', MOST_BUTTONS, readButton);
  if (attachments !== undefined)
    fields['attachments'] = each(attachments, 'attachments', MOST_ATTACHMENTS, readAttachment);
  if (template !== undefined) fields['template'] = readTemplate(template);
  return fields;
}

function readButton(given: unknown): Fields {
  if (typeof given === 'string') return { title: words(given, 'the title of a button', LONGEST_TITLE) };
  const { title, payload, description } = record<Button>(
    given,
    'a button is its title, or { title, payload }',
  );
  const button: Fields = { title: words(title, 'the title of a button', LONGEST_TITLE) };
  if (payload !== undefined) {
    button['payload'] = words(payload, 'the payload of a button', LONGEST_PAYLOAD);
    if (bytesOf(payload as string) > LONGEST_PAYLOAD)
      throw new TrustedError(`the payload of a button has ${LONGEST_PAYLOAD} bytes at most`);
  }
  if (description !== undefined)
    button['description'] = words(description, 'the description of a button', LONGEST_TITLE);
  return button;
}

function readAttachment(given: unknown): Fields {
  const { url, content_type, name, caption } = record<Attachment>(given, 'an attachment is { url, … }');
  const attachment: Fields = { url: words(url, 'the url of an attachment', LONGEST_URL) };
  if (content_type !== undefined)
    attachment['content_type'] = words(content_type, 'the content_type of an attachment', LONGEST_NAME);
  if (name !== undefined) attachment['name'] = words(name, 'the name of an attachment', LONGEST_NAME);
  if (caption !== undefined)
    attachment['caption'] = words(caption, 'the caption of an attachment', LONGEST_CAPTION);
  return attachment;
}

function readTemplate(given: unknown): Fields {
  const { name, language, variables } = record<Template>(
    given,
    'a template is { name, language, variables }',
  );
  const template: Fields = {
    name: words(name, 'the name of a template', LONGEST_NAME),
    language: words(language, 'the language of a template', LONGEST_NAME),
  };
  if (variables !== undefined) {
    template['variables'] = each(variables, 'variables', MOST_VARIABLES, (value) => {
      if (typeof value === 'string' && value.length <= LONGEST_CAPTION) return value;
      throw new TrustedError(`a variable is a text of ${LONGEST_CAPTION} characters at most`);
    });
  }
  return template;
}

function record<T>(given: unknown, form: string): { readonly [K in keyof T]?: unknown } {
  if (typeof given !== 'object' || given === null || isArray(given)) throw new TrustedError(form);
  return given;
}

/** Read by index: taking a list apart would call an iterator that a tenant may have replaced. */
function each<T>(given: unknown, name: string, most: number, read: (one: unknown) => T): T[] {
  if (!isArray(given)) throw new TrustedError(`${name} is a list`);
  const list = given as readonly unknown[];
  const { length } = list;
  if (length > most) throw new TrustedError(`${name} are ${most} at most, not ${length}`);
  const values: T[] = [];
  for (let index = 0; index < length; index += 1) push(values, read(list[index]));
  return values;
}

function words(given: unknown, what: string, most: number): string {
  if (typeof given !== 'string' || given === '') throw new TrustedError(`${what} is a text`);
  if (given.length > most)
    throw new TrustedError(`${what} has ${most} characters at most, not ${given.length}`);
  return given;
}

/** Of UTF-8; each half of a pair of surrogates has two. */
function bytesOf(value: string): number {
  let bytes = 0;
  for (let index = 0; index < value.length; index += 1) {
    const code = charCode(value, index);
    if (code < 0x80) bytes += 1;
    else if (code < 0x800 || (code >= 0xd800 && code < 0xe000)) bytes += 2;
    else bytes += 3;
  }
  return bytes;
}
