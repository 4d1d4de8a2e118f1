import { errorText } from '@vumi/core';
import { z } from 'zod';
import { parseTlvs } from './named-tlvs.ts';
import type { Tlv } from './pdu.ts';

const octets = z
  .string()
  .max(200_000)
  .regex(/^([0-9a-f]{2})*$/i, 'octets in hexadecimal');
const tag = z.union([
  z.int().min(0).max(0xff_ff),
  z.string().regex(/^0x[0-9a-f]{1,4}$/i, 'a tag such as 0x1401'),
]);
const value = z.union([z.number(), z.string().max(200_000)]);

/** TLVs as they are shown everywhere; or a list of tags and octets. */
export const tlvsSchema = z
  .union([
    z.record(z.string(), z.union([value, z.array(value).max(50)])),
    z.array(z.strictObject({ tag, value: octets })).max(50),
  ])
  .transform((given, context): readonly Tlv[] => {
    try {
      return Array.isArray(given) ? given.map(readListed) : parseTlvs(given);
    } catch (error) {
      context.addIssue({ code: 'custom', message: errorText(error) });
      return z.NEVER;
    }
  });

function readListed(listed: { readonly tag: number | string; readonly value: string }): Tlv {
  return { tag: Number(listed.tag), value: Buffer.from(listed.value, 'hex') };
}
