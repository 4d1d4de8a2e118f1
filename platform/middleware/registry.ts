import type { MiddlewareType } from './middleware-type.ts';
import { addressPrefixProviderSetting } from './types/address-prefix-provider-setting.ts';
import { addressTranslation } from './types/address-translation.ts';
import { logging } from './types/logging.ts';
import { metrics } from './types/metrics.ts';
import { sessionLength } from './types/session-length.ts';
import { staticProviderSetting } from './types/static-provider-setting.ts';
import { storing } from './types/storing.ts';
import { tagging } from './types/tagging.ts';

/** Every kind of middleware; a new one is a file and a line here. */
export const middlewareTypes = {
  logging,
  tagging,
  storing,
  session_length: sessionLength,
  address_translation: addressTranslation,
  static_provider_setting: staticProviderSetting,
  address_prefix_provider_setting: addressPrefixProviderSetting,
  metrics,
} as const satisfies Record<string, MiddlewareType>;
