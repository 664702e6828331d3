/** The recipe for internet addresses: IPv4 dotted, IPv6 as RFC 5952 writes it, IPv4-mapped IPv6 as IPv4. */
import { plainRecipe, type Reading, type Recipe, reject } from './recipe.ts';

/** A leading zero is rejected: some programs read it as octal. */
const OCTET = '(?:25[0-5]|2[0-4]\\d|1\\d\\d|[1-9]?\\d)';
const IPV4 = new RegExp(`^${OCTET}(?:\\.${OCTET}){3}$`);

function groupsOf(text: string): number[] | null {
  if (text === '') return [];
  const groups: number[] = [];
  const parts = text.split(':');
  for (const [i, part] of parts.entries()) {
    if (i === parts.length - 1 && IPV4.test(part)) {
      const [a = 0, b = 0, c = 0, d = 0] = part.split('.').map(Number);
      groups.push(a * 256 + b, c * 256 + d);
    } else if (/^[0-9a-f]{1,4}$/.test(part)) groups.push(Number.parseInt(part, 16));
    else return null;
  }
  return groups;
}

/** The eight groups of an IPv6 address, or null. */
function ipv6Groups(text: string): number[] | null {
  const halves = text.split('::');
  if (halves.length > 2) return null;
  const [head, tail] = [groupsOf(halves[0] ?? ''), groupsOf(halves[1] ?? '')];
  if (head === null || tail === null) return null;
  if (halves.length === 1) return head.length === 8 ? head : null;
  // A dotted quad stands at the end of the whole address only; "::" stands for at least one group.
  if ((halves[0] ?? '').includes('.') || head.length + tail.length > 7) return null;
  return [...head, ...new Array<number>(8 - head.length - tail.length).fill(0), ...tail];
}

/** RFC 5952, §4: lower case, no leading zeros, the first longest run of two or more zero groups as "::". */
function canonicalIpv6(groups: readonly number[]): string {
  let [best, length] = [-1, 1];
  for (let i = 0; i < 8; i++) {
    let j = i;
    while (j < 8 && groups[j] === 0) j++;
    if (j - i > length) [best, length] = [i, j - i];
  }
  const hex = groups.map((g) => g.toString(16));
  return best < 0 ? hex.join(':') : `${hex.slice(0, best).join(':')}::${hex.slice(best + length).join(':')}`;
}

export function readIp(text: string): Reading {
  let t = text.trim();
  if (t === '') return reject('missing');
  if (t.includes('[.]')) t = t.replaceAll('[.]', '.');
  if (IPV4.test(t)) return t;
  if (!t.includes(':')) return reject('form');
  if (t.startsWith('[') && t.endsWith(']')) t = t.slice(1, -1);
  const groups = ipv6Groups(t.toLowerCase());
  if (groups === null) return reject('form');
  if (groups.slice(0, 5).every((g) => g === 0) && groups[5] === 0xffff) {
    const [high = 0, low = 0] = groups.slice(6);
    return `${high >> 8}.${high & 255}.${low >> 8}.${low & 255}`;
  }
  return canonicalIpv6(groups);
}

export const ipRecipes: readonly Recipe[] = [
  plainRecipe('ip@1', 'an IPv4 or IPv6 address; IPv4-mapped IPv6 is IPv4; 192[.]0[.]2[.]1 is read too', readIp),
];
