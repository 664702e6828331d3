/** Names of columns that stand beside those of SELECT: no two columns of an answer have the same. */
import type { Item } from './question.ts';

/** Gives every name that it is asked for once, with a number behind it where it is taken. */
export function besideNames(items: readonly Item[]): (base: string) => string {
  const taken = new Set(items.map((i) => i.name.toLowerCase()));
  return (base) => {
    let name = base;
    for (let i = 2; taken.has(name.toLowerCase()); i++) name = `${base}_${i}`;
    taken.add(name.toLowerCase());
    return name;
  };
}
