import type { LibrarySet } from './index.ts';

function words(...lines: readonly string[]): readonly string[] {
  return lines.flatMap((line) => line.split(' '));
}

/** Functions that a library has in one of the sets only: code that calls them was written for that set. */
export const TELLING_MEMBERS: Readonly<Record<LibrarySet, Readonly<Record<string, readonly string[]>>>> = {
  legacy: {
    lodash: words(
      'all any collect compose contains createCallback detect findWhere foldl foldr include indexBy inject',
      'methods object pairs pluck select unique where',
    ),
    'seed-jsbox-utils': words('Hub IdentityStore MessageSender ServiceRating StageBasedMessaging'),
  },
  modern: {
    lodash: words(
      'add ary assignIn assignInWith assignWith attempt before camelCase capitalize castArray ceil chunk',
      'clamp cloneDeepWith cloneWith concat cond conforms conformsTo curryRight deburr defaultTo',
      'defaultsDeep differenceBy differenceWith divide dropRight dropRightWhile dropWhile endsWith entries',
      'entriesIn eq escapeRegExp extendWith fill flatMap flatMapDeep flatMapDepth flattenDeep flattenDepth',
      'flip floor flow flowRight fromPairs functionsIn get gt gte hasIn inRange includes intersectionBy',
      'intersectionWith invertBy invokeMap isArrayBuffer isArrayLike isArrayLikeObject isBuffer isEqualWith',
      'isError isInteger isLength isMap isMatch isMatchWith isNative isNil isObjectLike isSafeInteger isSet',
      'isSymbol isTypedArray isWeakMap isWeakSet iteratee join kebabCase keyBy keysIn lowerCase lowerFirst',
      'lt lte mapKeys matches matchesProperty maxBy mean meanBy mergeWith method methodOf minBy multiply',
      'negate nth nthArg omitBy orderBy over overArgs overEvery overSome pad padEnd padStart partition',
      'pickBy propertyOf pullAll pullAllBy pullAllWith pullAt rangeRight rearg repeat replace reverse round',
      'sampleSize set setWith slice snakeCase sortedIndexBy sortedIndexOf sortedLastIndex sortedLastIndexBy',
      'sortedLastIndexOf sortedUniq sortedUniqBy split spread startCase startsWith stubArray stubFalse',
      'stubObject stubString stubTrue subtract sum sumBy takeRight takeRightWhile takeWhile thru toFinite',
      'toInteger toLength toLower toNumber toPairs toPairsIn toPath toPlainObject toSafeInteger toString',
      'toUpper trim trimEnd trimStart truncate unary unionBy unionWith uniqBy uniqWith unset unzipWith',
      'update updateWith upperCase upperFirst valuesIn words xorBy xorWith zipObjectDeep zipWith',
    ),
  },
};
