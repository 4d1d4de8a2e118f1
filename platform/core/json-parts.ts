/** Whether arrays and objects of a JSON value have more members than `most`, at all depths together. */
export function hasMoreParts(value: unknown, most: number): boolean {
  const open: unknown[] = [value];
  let parts = 0;
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    if (typeof next !== 'object' || next === null) continue;
    const members: unknown[] = Object.values(next);
    parts += members.length;
    if (parts > most) return true;
    for (const member of members) if (typeof member === 'object' && member !== null) open.push(member);
  }
  return false;
}
