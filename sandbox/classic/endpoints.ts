import { configTexts } from './config-texts.ts';

/** Names of the endpoints in the configuration of a classic app. */
export function classicEndpoints(settings: Readonly<Record<string, unknown>>): string[] {
  try {
    const config = JSON.parse(configTexts(settings)['config'] ?? '{}') as { endpoints?: unknown } | null;
    const endpoints = config?.endpoints;
    return typeof endpoints === 'object' && endpoints !== null ? Object.keys(endpoints) : [];
  } catch {
    return [];
  }
}
