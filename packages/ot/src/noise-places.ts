/** Where the receiver's noise stands: one secret place in each tree, and the choices in transfers that follow from it. */
import type { Random } from '@sluis/base';
import { wayTo } from './noise-trees.ts';
import { TRANSFERS_PER_LEVEL } from './tree-keys.ts';
import type { VoleShape } from './vole-shape.ts';

/** A uniform leaf for each tree, by rejection: how often it draws says nothing of what it keeps. */
export function drawPlaces({ trees, leaves }: VoleShape, random: Random): Uint32Array {
  const places = new Uint32Array(trees);
  const limit = 2 ** 32 - (2 ** 32 % leaves);
  for (let tree = 0; tree < trees; ) {
    const drawn = new DataView(random.bytes(4).slice().buffer).getUint32(0);
    if (drawn < limit) places[tree++] = drawn % leaves;
  }
  return places;
}

/** The opposites of the bits of every digit on the way to each place, packed from the lowest bit. */
export function choicesOf({ trees, depth }: VoleShape, places: Uint32Array): Uint8Array {
  const out = new Uint8Array(Math.ceil((TRANSFERS_PER_LEVEL * trees * depth) / 8));
  let at = 0;
  const put = (bit: number) => {
    out[at >> 3] = (out[at >> 3] as number) | (bit << (at & 7));
    at++;
  };
  for (const place of places) {
    for (const digit of wayTo(place, depth)) {
      put(1 - (digit >> 1));
      put(1 - (digit & 1));
    }
  }
  return out;
}
