export { languageCode } from '@vumi/sdk';
export { mergeTranslations } from './merge-translations.ts';
export { readTranslations, type TranslationFile } from './read-translations.ts';
export { usedTexts, type UsedText } from './used-texts.ts';
