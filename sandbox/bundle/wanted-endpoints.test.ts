import { describe, expect, it } from 'vitest';
import { endpointWarnings } from './wanted-endpoints.ts';

const NONE = { config: {} };

describe('a deploy warns of endpoints by which nothing leaves', () => {
  it('that vumi.json names', () => {
    const manifest = { endpoints: ['default', 'sms', 'voice'] };
    expect(endpointWarnings(manifest, NONE, { default: null, voice: 'several' })).toEqual([
      expect.stringMatching(/^the endpoint "sms" of this app has no route .*--endpoint sms" makes one$/),
      'several',
    ]);
  });

  it('that the configuration of a classic app names, as text or as JSON', () => {
    const config = { name: 'x', endpoints: { sms: { delivery_class: 'sms' } } };
    const classic = { api: 'classic' as const };
    expect(endpointWarnings(classic, { config: { config } }, {})).toHaveLength(1);
    expect(endpointWarnings(classic, { config: { config: JSON.stringify(config) } }, {})).toHaveLength(1);
    expect(endpointWarnings(classic, { config: { config } }, { sms: null })).toEqual([]);
    expect(endpointWarnings({}, { config: { config } }, {})).toEqual([]);
    for (const odd of ['{', 'null', '[]', '{"endpoints": 3}']) {
      expect(endpointWarnings(classic, { config: { config: odd } }, {})).toEqual([]);
    }
  });

  it('and of no other', () => {
    expect(endpointWarnings({}, NONE, {})).toEqual([]);
  });
});
