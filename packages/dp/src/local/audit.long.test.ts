/** Empirical ε of local mechanisms, with so many runs that a loss of a few per cent over the claim would show. */
import { auditAll } from './fixtures/audits.ts';

auditAll(2_000_000, 0.95);
