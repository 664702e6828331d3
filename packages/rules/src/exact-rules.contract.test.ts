import { systemRandom } from '@sluis/base';
import { layoutOf } from '@sluis/model';
import { replicatedSharing } from '@sluis/mpc';
import { exerciseCommittee, toColumn } from '@sluis/mpc/simulation';
import { techniqueContract } from '@sluis/technique/contract';
import { samplePlan } from '@sluis/technique/fixtures';
import { exactRules } from './index.ts';

const supported = samplePlan();
const words = layoutOf(supported).map((l) => l.words);

techniqueContract(exactRules, {
  supported,
  unsupported: [
    samplePlan({ rules: { ...supported.rules, minimumRows: 0 } }),
    samplePlan({ rules: { ...supported.rules, withoutReceivers: ['stranger'] } }),
    samplePlan({ dominances: supported.dominances.map((d) => ({ ...d, maximum: String(2n ** 62n) })) }),
    samplePlan({
      maximumRows: 2 ** 53,
      providers: Array.from({ length: 2000 }, (_, i) => `p${i}`),
      rules: { ...supported.rules, withoutReceivers: [] },
    }),
  ],
  exercise(canary, fault) {
    const columns = words.map((w) => toColumn(Array<bigint>(supported.cellCount).fill(canary), w));
    const shared = supported.providers.map((organisation) => ({
      organisation,
      messages: replicatedSharing.split({ cells: supported.cellCount, columns }, words, systemRandom),
    }));
    return exerciseCommittee(
      async (c) => {
        const inputs = shared.map(({ organisation, messages }) => ({
          organisation,
          columns: replicatedSharing.combine(c.me, messages[c.me], supported.cellCount, words),
        }));
        await exactRules.decide(c, supported, inputs, await exactRules.combine(c, supported, inputs));
      },
      fault,
      false,
    );
  },
});
