/** `sluis matching recipes` */
import { type Reading, recipes } from '@sluis/matching';
import { text } from '../messages/index.ts';
import { printable } from '../output/paint.ts';
import { print, printJson } from '../output/streams.ts';

export interface RecipesOptions {
  readonly of?: string;
  readonly json?: boolean;
}

export function matchingRecipes({ of, json }: RecipesOptions): void {
  const found = [...recipes.values()].map(({ id, what, options, required, reader }) => {
    // Of recipes that need a country, the reader's own.
    const reading = of === undefined ? null : reader(required.includes('country') ? { country: 'NL' } : {})(of);
    return { recipe: id, what, options, required, ...(reading === null ? {} : { normal: normal(reading), rejected: rejected(reading) }) };
  });
  if (json === true) {
    printJson({ recipes: found });
    return;
  }
  const width = Math.max(...found.map((r) => r.recipe.length));
  const line = (r: (typeof found)[number]) => {
    if (r.normal === undefined) return r.what;
    return r.normal ?? `(${text.matchingReasons[r.rejected ?? 'form']})`;
  };
  print(found.map((r) => `${r.recipe.padEnd(width)}  ${printable(line(r))}`).join('\n'));
}

const normal = (reading: Reading) => (typeof reading === 'string' ? reading : null);
const rejected = (reading: Reading) => (typeof reading === 'string' ? null : reading.rejected);
