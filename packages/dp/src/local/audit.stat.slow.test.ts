/** Empirical ε of local mechanisms, α = 1e-9 for each; see fixtures/audits.ts. The long form has 50 times the runs. */
import { auditAll } from './fixtures/audits.ts';

auditAll(40_000, 0.7);
