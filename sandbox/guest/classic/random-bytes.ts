import { seedFrom } from '../realm.ts';

/**
 * sfc32: 128 bits of state from a message's id, so that a message which is run again draws the same bytes and two
 * messages hardly ever do. Whoever knows the id can tell them: nobody may use them for secrets.
 */
export function createRandomBytes(id: string): (size: number) => Uint8Array {
  let a = seedFrom(`a${id}`);
  let b = seedFrom(`b${id}`);
  let c = seedFrom(`c${id}`);
  let counter = 1;
  const next = (): number => {
    const sum = (((a + b) | 0) + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = (((c << 21) | (c >>> 11)) + sum) | 0;
    return sum;
  };
  for (let round = 0; round < 12; round++) next();
  return (size) => {
    const bytes = new Uint8Array(size);
    for (let index = 0; index < size; index++) bytes[index] = next() & 255;
    return bytes;
  };
}
