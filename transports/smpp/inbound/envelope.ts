import type { DataBody, MessageBody } from '../codec/pdu.ts';
import type { Envelope } from './reassembly.ts';

/** Who wrote to whom, and what an operator may want to know of how the SMSC delivered it. */
export function envelopeOf(body: MessageBody | DataBody): Envelope {
  return {
    from: body.sourceAddr,
    to: body.destinationAddr,
    metadata: {
      smpp_source_addr_ton: body.sourceAddrTon,
      smpp_source_addr_npi: body.sourceAddrNpi,
      smpp_dest_addr_ton: body.destAddrTon,
      smpp_dest_addr_npi: body.destAddrNpi,
      ...(body.serviceType === '' ? {} : { smpp_service_type: body.serviceType }),
    },
  };
}
