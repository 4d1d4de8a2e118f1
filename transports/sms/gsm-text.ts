import { segmentText } from '@vumi/core/text';

/** Whether the default alphabet of SMS has every character (3GPP TS 23.038). */
export function isGsmText(text: string): boolean {
  return segmentText(text).alphabet === 'gsm0338';
}
