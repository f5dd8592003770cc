import { isIPv4, isIPv6 } from 'node:net';

/** From where somebody calls, as limits count it. */
export interface Caller {
  /** One household or office: an IPv4 address, or the /64 that an IPv6 customer is given. */
  readonly address: string;
  /** Its neighbourhood: the /24 of IPv4, the /48 of IPv6. */
  readonly network: string;
}

/** Reads an address of a connection. One that is none (a test, a socket file) is a place of its own. */
export function callerOf(address: string): Caller {
  const plain = address.replace(/^::ffff:(?=\d+\.)/i, '').replace(/%.*$/, '');
  if (isIPv4(plain)) return { address: plain, network: `${plain.split('.').slice(0, 3).join('.')}.0/24` };
  if (!isIPv6(plain)) return { address: plain, network: plain };
  const groups = groupsOf(plain);
  return { address: `${groups.slice(0, 4).join(':')}::/64`, network: `${groups.slice(0, 3).join(':')}::/48` };
}

/** The eight groups of an IPv6 address, written one way. */
function groupsOf(address: string): string[] {
  // The URL standard has one spelling for each address, but for the zeros it leaves out.
  const [head = '', tail] = new URL(`http://[${address}]`).hostname.slice(1, -1).split('::');
  const before = head.split(':').filter(Boolean);
  const after = (tail ?? '').split(':').filter(Boolean);
  return [...before, ...Array<string>(8 - before.length - after.length).fill('0'), ...after];
}
