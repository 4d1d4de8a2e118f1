/**
 * A user as the platform knows him: his number with its plus, or the id that stands for one who shows none. WhatsApp
 * keeps some numbers as they were before their countries lengthened or shortened them (spec channels §C): one person is
 * one address, whichever of them he is written to at.
 */
export function userAddress(from: string): string {
  if (!/^\d+$/.test(from)) return from;
  const mexico = /^521(\d{10})$/.exec(from);
  if (mexico !== null) return `+52${mexico[1]}`;
  const brazil = /^55(\d{2})([6-9]\d{7})$/.exec(from);
  if (brazil !== null) return `+55${brazil[1]}9${brazil[2]}`;
  return `+${from}`;
}
