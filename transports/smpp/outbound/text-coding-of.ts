import type { SmppConfig } from '../config.ts';
import { createCharsetTable } from '../text/data-coding.ts';
import { createTextCoding, type TextCoding } from '../text/text-coding.ts';

/** How a transport with these options writes texts. */
export function textCodingOf(config: SmppConfig): TextCoding {
  return createTextCoding({
    table: createCharsetTable(config.data_coding_overrides),
    charset: config.submit_sm_encoding,
    dataCoding: config.submit_sm_data_coding,
    languages: config.national_language_tables,
    referenceBits: config.multipart_reference_bits,
  });
}
