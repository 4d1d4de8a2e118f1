import { connectsTo } from '../../lifted-options.ts';

/** Sections in which Vumi's newer configurations keep options that stand beside the others here. */
const VUMI_SECTIONS = [
  'deliver_short_message_processor_config',
  'submit_short_message_processor_config',
  'delivery_report_processor_config',
] as const;

type Options = Record<string, unknown>;

const readEndpoint = connectsTo('twisted_endpoint', { host: 'host', port: 'port' }, 'tls');

/** The configuration with the options of Vumi's sections and of `twisted_endpoint` beside the others, which win. */
export function liftVumiSections(value: unknown): unknown {
  if (!isRecord(value)) return value;
  const options = { ...value };
  for (const section of VUMI_SECTIONS) {
    const inner = options[section];
    if (!isRecord(inner)) continue;
    delete options[section];
    Object.assign(options, { ...inner, ...options });
  }
  return { ...readEndpoint(options), ...options };
}

function isRecord(value: unknown): value is Options {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
