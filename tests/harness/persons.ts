/** Records of made-up persons at two organisations, some of them the same and written differently. */
import type { Random } from '@sluis/base';

export interface MadePersons {
  /** CSV with `number`, `name`, `born`, `amount`. */
  readonly ours: string;
  readonly theirs: string;
}

const FIRST = ['Anna', 'Bram', 'Chantal', 'Daan', 'Emma', 'Fatima', 'Gijs', 'Hanna', 'Imran', 'Julia', 'Kees', 'Lotte'];
const LAST = ['Jansen', 'de Vries', 'Bakker', 'Visser', 'Smit', 'Meijer', 'Mulder', 'de Groot', 'Bos', 'Vos', 'Peters', 'Hendriks'];

/** So many at each side, of whom about a third are the same. */
export function madePersons(count: number, random: Random): MadePersons {
  const below = (n: number): number => new DataView(random.bytes(4).buffer).getUint32(0) % n;
  const people = Array.from({ length: Math.ceil((5 * count) / 3) }, (_, i) => ({
    number: String(100_000 + i),
    name: `${FIRST[below(FIRST.length)]} ${LAST[below(LAST.length)]}`,
    born: `${1930 + below(80)}-${String(1 + below(12)).padStart(2, '0')}-${String(1 + below(28)).padStart(2, '0')}`,
  }));
  const damaged = (name: string): string => {
    const at = 1 + below(name.length - 2);
    return below(2) === 0 ? name.slice(0, at) + name.slice(at + 1) : `${name.slice(0, at)}${name[at]}${name.slice(at)}`;
  };
  const row = ({ number, name, born }: (typeof people)[number], hurt: boolean) =>
    `${hurt && below(3) > 0 ? '' : number},${hurt && below(2) === 0 ? damaged(name) : name},${born},${below(1000)}`;
  const csv = (list: typeof people, hurt: boolean) => `number,name,born,amount\n${list.map((p) => row(p, hurt)).join('\n')}\n`;
  return { ours: csv(people.slice(0, count), false), theirs: csv(people.slice(people.length - count), true) };
}
