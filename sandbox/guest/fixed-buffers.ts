import { construct, defineProperty, TrustedArrayBuffer, TrustedTypeError } from './primordials.ts';

/**
 * `ArrayBuffer` without `maxByteLength`: a buffer that can be resized takes its memory past the counting allocator of
 * isolated-vm, so that no limit of memory would hold for it.
 */
function FixedArrayBuffer(length: unknown): unknown {
  if (new.target === undefined) throw new TrustedTypeError("Constructor ArrayBuffer requires 'new'");
  return construct(TrustedArrayBuffer, [length], new.target);
}

/** Before any tenant code. */
export function fixBuffers(): void {
  const asMethod = { writable: true, configurable: true, enumerable: false };
  FixedArrayBuffer.prototype = TrustedArrayBuffer.prototype;
  defineProperty(FixedArrayBuffer, 'name', { value: 'ArrayBuffer' });
  // oxlint-disable-next-line typescript/unbound-method -- it uses no `this`
  defineProperty(FixedArrayBuffer, 'isView', { ...asMethod, value: TrustedArrayBuffer.isView });
  defineProperty(FixedArrayBuffer, Symbol.species, {
    configurable: true,
    get(this: unknown) {
      return this;
    },
  });
  defineProperty(TrustedArrayBuffer.prototype, 'constructor', { ...asMethod, value: FixedArrayBuffer });
  defineProperty(globalThis, 'ArrayBuffer', { ...asMethod, value: FixedArrayBuffer });
}
