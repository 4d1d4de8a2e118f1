import type { Attachment } from '@vumi/core';

/** How chat networks tell files apart. */
export type MediaKind = 'image' | 'audio' | 'video' | 'document';

const BY_ENDING: Readonly<Record<string, MediaKind>> = {
  jpg: 'image',
  jpeg: 'image',
  png: 'image',
  gif: 'image',
  webp: 'image',
  mp3: 'audio',
  ogg: 'audio',
  opus: 'audio',
  amr: 'audio',
  aac: 'audio',
  m4a: 'audio',
  mp4: 'video',
  '3gp': 'video',
};

/** By what is said of the file, else by the end of its address. */
export function mediaKindOf({
  content_type: type,
  url,
}: Pick<Attachment, 'content_type' | 'url'>): MediaKind {
  if (type !== undefined) {
    const [family] = type.split('/');
    return family === 'image' || family === 'audio' || family === 'video' ? family : 'document';
  }
  const ending = /\.([A-Za-z0-9]{2,4})$/.exec(new URL(url).pathname)?.[1] ?? '';
  return BY_ENDING[ending.toLowerCase()] ?? 'document';
}
