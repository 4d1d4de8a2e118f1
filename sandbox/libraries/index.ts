/**
 * The libraries of classic apps, in the two sets that such apps were written for (spec sandbox-api §8). They are
 * inputs of a bundle for the guest: nothing here runs outside an isolate.
 */
export const LIBRARY_SETS = ['modern', 'legacy'] as const;
export type LibrarySet = (typeof LIBRARY_SETS)[number];

export { TELLING_MEMBERS } from './telling-members.ts';

/** What libraries and the guest take from npm in place of Node's own modules. */
const SHIMS = {
  assert: 'assert',
  buffer: 'buffer',
  events: 'events',
  path: 'path-browserify',
  querystring: 'querystring-es3',
  url: 'url',
  util: 'util',
} as const;

const SAME_IN_BOTH = {
  ...SHIMS,
  'go-jsbox-location': 'go-jsbox-location',
  'go-jsbox-xform': 'go-jsbox-xform',
  'libphonenumber-js': 'libphonenumber-js',
  q: 'q',
  vumigo_v01: 'vumigo_v01',
} as const;

/** By the name in `require`: the package that gives it. One of each, whoever asks: two toolkits do not know each other. */
const PACKAGES: Readonly<Record<LibrarySet, Readonly<Record<string, string>>>> = {
  modern: {
    ...SAME_IN_BOTH,
    'go-jsbox-metrics-helper': 'go-jsbox-metrics-helper',
    'go-jsbox-ona': 'go-jsbox-ona',
    jed: 'jed',
    lodash: 'lodash',
    moment: 'moment',
    'seed-jsbox-utils': 'seed-jsbox-utils',
    vumigo_v02: 'vumigo_v02',
  },
  legacy: {
    ...SAME_IN_BOTH,
    'go-jsbox-metrics-helper': 'go-jsbox-metrics-helper-legacy',
    'go-jsbox-ona': 'go-jsbox-ona-legacy',
    jed: 'jed-legacy',
    lodash: 'lodash-legacy',
    moment: 'moment-legacy',
    'seed-jsbox-utils': 'seed-jsbox-utils-legacy',
    vumigo_v02: 'vumigo_v02-legacy',
  },
};

/** The toolkit of the modern set has a Q of its own. */
const TOOLKIT_FOLDER = /[\\/]node_modules[\\/]vumigo_v02[\\/]/;

/** What an app may ask `require` for and is a package. */
export const REQUIRABLE = [
  'assert',
  'buffer',
  'events',
  'go-jsbox-location',
  'go-jsbox-metrics-helper',
  'go-jsbox-ona',
  'go-jsbox-xform',
  'jed',
  'lodash',
  'moment',
  'path',
  'q',
  'querystring',
  'seed-jsbox-utils',
  'url',
  'util',
  'vumigo_v01',
  'vumigo_v02',
] as const;

/** Every name that an app's `require` knows; `crypto` is our own (crypto/). */
export const KNOWN_MODULES: readonly string[] = ['crypto', ...REQUIRABLE];

/**
 * Names that libraries assign without having declared them. In Vumi Go these became globals of another realm than the
 * app's; in a realm that both share they would overwrite the app's own, such as a `url` of `require('url')`.
 */
export const UNDECLARED_IN_LIBRARIES = [
  'alpha_numeric, check_fixtures_used, check_number_in_range, check_valid_alpha, check_valid_number',
  'double_digit_number, edd_date, extract_za_id_dob, formatted_action, get_clean_first_word',
  'get_entered_birth_date, get_january, get_moment_date, get_paginated_response, get_timestamp, http',
  'input_numeric, is_alpha_numeric_only, is_true, is_valid_date, is_valid_day_of_month, is_valid_edd',
  'is_valid_msisdn, is_valid_name, is_valid_year, make_month_choices, normalize_msisdn',
  'readable_msisdn, readable_no, timed_out, timeout_redirect, today, translated_label, url',
  'validate_id_za, weeks',
].join(', ');

/** Where packages are looked for. */
export const LIBRARIES_FOLDER = import.meta.dirname;

/** The package that stands for what `importer` (a path) calls `name`; the name itself when the sets do not say. */
export function packageOf(set: LibrarySet, name: string, importer: string): string {
  if (set === 'modern' && name === 'q' && TOOLKIT_FOLDER.test(importer)) return 'q-toolkit';
  const packages = PACKAGES[set];
  return Object.hasOwn(packages, name) ? (packages[name] ?? name) : name;
}
