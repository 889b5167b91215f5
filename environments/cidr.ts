/** An IPv4 range, parsed: `first` and `last` are addresses as unsigned 32-bit integers. */
export interface Cidr {
  readonly text: string;
  readonly prefix: number;
  readonly first: number;
  readonly last: number;
}

const OCTETS = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})\/(\d{1,2})$/;

/**
 * Parses an IPv4 range in CIDR notation, or says why it is not one.
 * Host bits must be zero: `10.30.0.5/16` is refused, because every cloud API refuses it too.
 */
export function parseCidr(text: string): Cidr | { readonly problem: string } {
  const match = OCTETS.exec(text);
  if (!match) return { problem: 'is not written as a.b.c.d/n' };
  const octets = match.slice(1, 5).map(Number);
  const prefix = Number(match[5]);
  if (match.slice(1, 6).some((part) => part.length > 1 && part.startsWith('0'))) return { problem: 'has a number with a leading zero' };
  if (octets.some((octet) => octet > 255)) return { problem: 'has a part above 255' };
  if (prefix > 32) return { problem: 'has a prefix length above 32' };
  const address = octets.reduce((sum, octet) => sum * 256 + octet, 0);
  const size = 2 ** (32 - prefix);
  const first = address - (address % size);
  if (first !== address) return { problem: `has host bits set; the range is ${formatAddress(first)}/${prefix}` };
  return { text, prefix, first, last: first + size - 1 };
}

/** Writes an address given as an unsigned 32-bit integer as dotted decimals. */
export function formatAddress(address: number): string {
  return [24, 16, 8, 0].map((shift) => Math.floor(address / 2 ** shift) % 256).join('.');
}

/** Whether two ranges share an address. */
export function overlaps(a: Cidr, b: Cidr): boolean {
  return a.first <= b.last && b.first <= a.last;
}

/** Whether every address of `inner` lies in `outer`. */
export function contains(outer: Cidr, inner: Cidr): boolean {
  return outer.first <= inner.first && inner.last <= outer.last;
}

/** How many addresses the range has. */
export function sizeOf(range: Cidr): number {
  return range.last - range.first + 1;
}
