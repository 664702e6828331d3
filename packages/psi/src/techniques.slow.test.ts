/** Both protocols keep the contract of techniques between two stations. */
import { pairContract } from '@sluis/technique/pair-contract';
import { ddhIntersection, voleIntersection } from './techniques.ts';

pairContract(voleIntersection);
pairContract(ddhIntersection);
