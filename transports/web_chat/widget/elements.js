/** Elements of the chat. Texts come from apps and visitors: they are never read as HTML. */
const LINK = /https?:\/\/[^\s<>"]*[^\s<>".,;:!?)\]]/g;
const SVG = 'http://www.w3.org/2000/svg';

export function element(name, { text, ...properties } = {}, children = []) {
  const made = Object.assign(document.createElement(name), properties);
  if (text !== undefined) made.textContent = text;
  made.append(...children);
  return made;
}

export function icon(path) {
  const svg = document.createElementNS(SVG, 'svg');
  const line = document.createElementNS(SVG, 'path');
  const looks = {
    viewBox: '0 0 24 24',
    fill: 'none',
    stroke: 'currentColor',
    'stroke-width': '2',
    'stroke-linecap': 'round',
  };
  for (const [name, value] of Object.entries(looks)) svg.setAttribute(name, value);
  svg.setAttribute('aria-hidden', 'true');
  line.setAttribute('d', path);
  line.setAttribute('stroke-linejoin', 'round');
  svg.append(line);
  return svg;
}

function link(url, { text = url, className = '' } = {}) {
  return element('a', { href: url, text, className, target: '_blank', rel: 'noopener noreferrer' });
}

/** A text with its addresses as links. */
export function textOf(text) {
  const parts = [];
  let at = 0;
  for (const found of text.matchAll(LINK)) {
    parts.push(text.slice(at, found.index), link(found[0]));
    at = found.index + found[0].length;
  }
  return element('div', { className: 'text', dir: 'auto' }, [...parts, text.slice(at)]);
}

/** A picture, or a link where it is none, or cannot be shown here. Null: its address is none that is safe to open. */
export function attachmentOf({ url, kind, name, caption }, { attachment }) {
  if (!/^https?:\/\//i.test(url)) return [];
  const words = caption ?? name ?? attachment;
  const file = () => link(url, { text: name ?? caption ?? url, className: 'file' });
  if (kind !== 'image')
    return [file(), ...(caption === undefined || name === undefined ? [] : [captionOf(caption)])];
  const picture = link(url, { text: '', className: 'picture' });
  const image = element('img', { src: url, alt: words, referrerPolicy: 'no-referrer' });
  image.addEventListener('error', () => picture.replaceWith(file()));
  picture.append(image);
  return [picture, ...(caption === undefined ? [] : [captionOf(caption)])];
}

function captionOf(text) {
  return element('div', { className: 'caption', text, dir: 'auto' });
}
