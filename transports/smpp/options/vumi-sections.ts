/** Sections in which Vumi's newer configurations keep options that stand beside the others here. */
const VUMI_SECTIONS = [
  'deliver_short_message_processor_config',
  'submit_short_message_processor_config',
  'delivery_report_processor_config',
] as const;

type Options = Record<string, unknown>;

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
  return { ...readEndpoint(options['twisted_endpoint']), ...options };
}

function isRecord(value: unknown): value is Options {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Twisted's client endpoints: `tcp:host=a:port=1`, `tcp:a:1`, `ssl:…`; what cannot be read is left to the other options. */
function readEndpoint(endpoint: unknown): Options {
  if (typeof endpoint !== 'string') return {};
  const [kind, ...parts] = endpoint.split(/(?<!\\):/);
  const named = new Map(parts.filter((part) => part.includes('=')).map((part) => split(part)));
  const [first, second] = parts.filter((part) => !part.includes('='));
  const host = named.get('host') ?? first;
  const port = Number(named.get('port') ?? second);
  return {
    ...(host === undefined ? {} : { host: host.replaceAll('\\', '') }),
    ...(Number.isInteger(port) ? { port } : {}),
    ...(kind === 'tcp' ? {} : { tls: true }),
  };
}

function split(part: string): [string, string] {
  const at = part.indexOf('=');
  return [part.slice(0, at), part.slice(at + 1)];
}
