/** node salaries.ts PARTY SALARY FOLDER, for parties 0, 1 and 2: the average and the highest, and nothing else. */
import { utf8 } from '@sluis/base';
import { createCertificate, spkiSha256, validityOf } from '@sluis/crypto';
import { ReplicatedCommittee } from '@sluis/mpc';
import { type Peer, Wire } from '@sluis/wire';
import { meet } from './meeting-point.ts';

const [me, salary, folder] = [Number(process.argv[2]) as 0 | 1 | 2, BigInt(process.argv[3] ?? 0), process.argv[4] ?? '.'];
let peers: Peer[] = [];
const tls = await createCertificate({ name: `party-${me}`, hosts: [], ...validityOf(Date.now(), 1) });
const wire = new Wire({ tls, identify: (c) => peers.find((p) => p.certificate === c)?.name ?? null, strangers: [] });
const address = `127.0.0.1:${await wire.listen('127.0.0.1', 0)}`;
peers = await meet<Peer>(folder, 'peer', me, { name: `party-${me}`, address, certificate: spkiSha256(tls.cert) });
await meet(folder, 'ready', me, true);
const others = peers.map((peer, party) => (party === me ? null : peer)) as [Peer | null, Peer | null, Peer | null];
const links = wire.links({ run: 'a1', attempt: 1, me, peers: others, timeoutMs: 60_000, signal: AbortSignal.timeout(60_000) });

const mpc = await ReplicatedCommittee.convene(links, utf8('salaries, 2026'));
const salaries = await Promise.all(([0, 1, 2] as const).map((party) => mpc.input(party, party === me ? [salary] : null)));
const average = await mpc.rescale(mpc.sum(salaries), 3n, 40);
const [mean, highest] = await mpc.openColumn(mpc.concat([average, await mpc.maximum(salaries, 40)]));
console.log(`average ${mean}, highest ${highest}`);
await meet(folder, 'done', me, true);
await wire.close();
