/**
 * Products from one correlated transfer a bit, for few elements: the receiver's choices are the bits of a, and
 * Σ_j x^j·t_j = a·Δ ⊕ Σ_j x^j·q_j. Source: Gilboa 1999. Cost: 2,048 bytes an element.
 */
import { type Arena, linearEvaluation } from '@sluis/kernels';
import type { PairLink } from '@sluis/model';
import { receiveRows, sendRows } from './correlated-rows.ts';
import { randomElements, type VoleOptions, type VoleReceiverShare, type VoleSenderShare } from './vole.ts';

const ELEMENT = 16;
const BITS = 128;

export async function sendDirectly(link: PairLink, arena: Arena, count: number, options: VoleOptions): Promise<VoleSenderShare> {
  const b = arena.reserve(ELEMENT * count);
  const top = arena.top;
  const { delta, rows } = await sendRows(link, arena, BITS * count, options);
  arena.attach(linearEvaluation).sumPowers(rows, b, count);
  arena.reset(top);
  return { delta, b };
}

export async function receiveDirectly(link: PairLink, arena: Arena, count: number, options: VoleOptions): Promise<VoleReceiverShare> {
  const values = randomElements(count, options);
  const a = arena.place(values);
  const c = arena.reserve(ELEMENT * count);
  const top = arena.top;
  const { rows } = await receiveRows(link, arena, values, options);
  arena.attach(linearEvaluation).sumPowers(rows, c, count);
  arena.reset(top);
  return { a, c };
}
