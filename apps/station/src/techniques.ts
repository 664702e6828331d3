/** The techniques this station offers, one line each. */
import { noiseOnSecrets } from '@sluis/dp/joint';
import { maliciousComputation, replicatedComputation, replicatedSharing } from '@sluis/mpc';
import { rowsOnShares } from '@sluis/rows';
import { exactRules } from '@sluis/rules';
import { Registry } from '@sluis/technique';

export const registry = new Registry([
  replicatedSharing,
  replicatedComputation,
  maliciousComputation,
  rowsOnShares,
  exactRules,
  noiseOnSecrets,
]);
