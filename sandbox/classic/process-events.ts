import { configTexts } from './config-texts.ts';

/** Almost no classic app wants events: they come only to those whose `config` has a truthy `process_events`. */
export function wantsEvents(config: Readonly<Record<string, unknown>>): boolean {
  try {
    const own = JSON.parse(configTexts(config)['config'] ?? 'null') as { process_events?: unknown } | null;
    return Boolean(own?.process_events);
  } catch {
    return false;
  }
}
