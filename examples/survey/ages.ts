/** A survey of ages in ten buckets: two people report, two aggregators check and add, and the receiver learns the sums. */
import { systemRandom, utf8 } from '@sluis/base';
import { prio3Histogram } from '@sluis/prio';

const ages = prio3Histogram(10);
const context = utf8('survey of 2026, ages in ten buckets'); // the same for all
const verifyKey = systemRandom.bytes(32); // known to both aggregators before the first report, and to no client

const sums = [ages.aggregate(), ages.aggregate()];
for (const bucket of [3, 7]) {
  // A client: in earnest it seals each input share to its aggregator.
  const { nonce, publicShare, inputShares } = ages.shard(context, bucket, systemRandom);

  // Each aggregator opens its own share; the two exchange verifier shares. Refusals are errors.
  const opened = inputShares.map((share, i) => ages.verifyInit(verifyKey, context, i, nonce, publicShare, share));
  const verifierShares = opened.map((o) => o.verifierShare);
  const message = ages.verifierSharesToMessage(context, verifierShares);
  sums.forEach((sum, i) => {
    const own = opened[i];
    if (own !== undefined) sum.add(ages.verifyNext(own.state, message));
  });
}

// The receiver: from both aggregators' sums over the same two reports.
const aggregateShares = sums.map((sum) => sum.encode());
console.log(ages.unshard(aggregateShares, 2).join(' ')); // 0 0 0 1 0 0 0 1 0 0
