/** Makes a thing when it is first asked for, and gives the same one from then on; what failed is made again. */
export function once<T>(make: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | null = null;
  return () => {
    if (made !== null) return made;
    const making = make();
    made = making;
    making.catch(() => (made = null));
    return making;
  };
}
