/** The techniques between two stations that this one offers, by what agreements call them. Imported by worker threads as well. */
import { ddhIntersection, voleIntersection } from '@sluis/psi';
import type { PairTechnique } from '@sluis/technique';

export const pairTechniques: Readonly<Record<string, PairTechnique>> = { vole: voleIntersection, ddh: ddhIntersection };
