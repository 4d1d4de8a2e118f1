import { attachmentOf, element, textOf } from './elements.js';

/**
 * What was said, as an element.
 * @param about `words`, `actions`, the `status` of the connection, whether it `isLast`
 */
export function entryOf(entry, { words, actions, status, isLast }) {
  const { text, mine, attachments = [], quick_replies: choices = [], end } = entry;
  const said = text.trim() === '' ? [] : [textOf(text)];
  if (mine) return mineOf(entry, said, { words, actions, status });
  const files = attachments.flatMap((one) => attachmentOf(one, words));
  const buttons = isLast && choices.length > 0 ? [choicesOf(choices, actions)] : [];
  const note = end === true ? [element('div', { className: 'note', text: words.ended })] : [];
  return element('div', { className: 'entry' }, [...files, ...said, ...buttons, ...note]);
}

function mineOf({ id, state }, said, { words, actions, status }) {
  const who = element('span', { className: 'unseen', text: `${words.you}: ` });
  const shown = (parts) => element('div', { className: `entry mine ${state}` }, [who, ...said, ...parts]);
  if (state === 'sent') return shown([]);
  if (state === 'sending')
    return shown([
      element('div', { className: 'state', text: status === 'open' ? words.sending : words.waiting }),
    ]);
  const again = element('button', { type: 'button', text: words.again });
  again.addEventListener('click', () => actions.again(id));
  return shown([element('div', { className: 'state' }, [element('span', { text: words.failed }), again])]);
}

function choicesOf(choices, actions) {
  const buttons = choices.map(({ title, payload, description }) => {
    const more = description === undefined ? [] : [element('small', { text: description, dir: 'auto' })];
    const button = element('button', { type: 'button', dir: 'auto' }, [title, ...more]);
    button.addEventListener('click', () => actions.say(title, payload));
    return button;
  });
  return element('div', { className: 'choices', role: 'group' }, buttons);
}
