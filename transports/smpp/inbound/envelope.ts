import type { DataBody, MessageBody } from '../codec/pdu.ts';
import { describeTlvs } from '../codec/named-tlvs.ts';
import { TAG } from '../codec/tags.ts';
import type { Envelope } from './reassembly.ts';

/** Who wrote to whom, and what an operator may want to know of how the SMSC delivered it. */
export function envelopeOf(body: MessageBody | DataBody, mended: readonly string[] = []): Envelope {
  return {
    from: body.sourceAddr,
    to: body.destinationAddr,
    metadata: {
      smpp_source_addr_ton: body.sourceAddrTon,
      smpp_source_addr_npi: body.sourceAddrNpi,
      smpp_dest_addr_ton: body.destAddrTon,
      smpp_dest_addr_npi: body.destAddrNpi,
      ...(body.serviceType === '' ? {} : { smpp_service_type: body.serviceType }),
      ...(body.tlvs.length === 0 ? {} : describeOthers(body)),
      ...(mended.length === 0 ? {} : { smpp_mended: mended }),
    },
  };
}

/** TLVs that are no part of the text: those are told by the text itself. */
function describeOthers({ tlvs }: MessageBody | DataBody): Record<string, unknown> {
  const others = tlvs.filter(({ tag }) => tag !== TAG.MESSAGE_PAYLOAD);
  return others.length === 0 ? {} : { smpp_tlvs: describeTlvs(others) };
}
