declare module 'core-js-pure/stable/url' {
  const URL: unknown;
  export default URL;
}
declare module 'core-js-pure/stable/url-search-params' {
  const URLSearchParams: unknown;
  export default URLSearchParams;
}
declare module '@ungap/structured-clone' {
  export function serialize(value: unknown): unknown;
  export function deserialize(serialized: unknown): unknown;
}
