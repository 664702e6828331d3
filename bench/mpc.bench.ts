/**
 * The committee's engine: three processes with a real wire (TLS 1.3, mutual certificates) on this machine, each primitive
 * in both threat models, against the floor (the same bytes and rounds over bare TLS, measured in the same run) and against
 * reference points of MP-SPDZ that were measured elsewhere. Every result is checked after it was measured.
 *
 * `--only TEXT` keeps the figures whose name contains it. SLUIS_BENCH_PROFILE=FOLDER writes CPU profiles of the measured parts.
 */
import type { Benchmark, BenchmarkOptions, Figure } from './figure.ts';
import { type Floor, floorSeconds, measureFloor } from './mpc/floor.ts';
import { FIGURES, type Figuring, type Goal } from './mpc/goals.ts';
import type { Threat } from './mpc/protocol.ts';
import { type Measured, Missing, Trio } from './mpc/trio.ts';

const REFERENCE = 'MP-SPDZ v0.4.2 (reference, measured elsewhere)';

const mpc: Benchmark = async (options) => {
  options.remark('Measuring bare TLS …');
  const floor = await measureFloor(options.quick ? 300e6 : 1.2e9, options.quick ? 1000 : 4000);
  const figures: Figure[] = [
    { name: 'floor: bare TLS, three processes', value: 1e-6 / floor.secondsPerByte, unit: 'MB/s' },
    { name: 'floor: CPU of bare TLS', value: floor.cpuSecondsPerByte * 1e9, unit: 'CPU-s/GB' },
    { name: 'floor: a round', value: floor.secondsPerRound * 1e3, unit: 'ms' },
  ];
  let trio = await Trio.start();
  try {
    for (const { what, threat, size } of chosen(options)) {
      const name = nameOf(what, threat, size);
      options.remark(`${name} …`);
      try {
        figures.push(...figuresOf(name, what, threat, size, await settled(trio, what, threat, size, options), floor, options));
      } catch (thrown) {
        if (thrown instanceof Missing) options.remark(`  skipped: not implemented yet (${thrown.message})`);
        else {
          options.remark(`  FAILED: ${(thrown as Error).message}`);
          figures.push({ name: `${name}: FAILED`, value: Number.NaN, unit: '' });
          trio.stop();
          trio = await Trio.start();
        }
      }
    }
  } finally {
    trio.stop();
  }
  return figures;
};
export default mpc;

function chosen(options: BenchmarkOptions) {
  const all = FIGURES.flatMap((what) =>
    (options.quick ? what.quickSizes : what.sizes).flatMap((size) => what.threats.map((threat) => ({ what, threat, size }))),
  );
  return all.filter(({ what, threat, size }) => options.only === null || nameOf(what, threat, size).includes(options.only));
}

const nameOf = (what: Figuring, threat: Threat, size: number) => `${what.workload}: ${size.toLocaleString('en')} ${what.label}, ${threat}`;

/** A figure that takes longer is measured once. */
const LONG_SECONDS = 20;

/** The median of three runs by wall time (one in a quick run, or where one is long), after a warm-up. */
async function settled(trio: Trio, what: Figuring, threat: Threat, size: number, options: BenchmarkOptions): Promise<Measured> {
  const profile = process.env['SLUIS_BENCH_PROFILE'] ?? null;
  await trio.measure(what.workload, Math.min(size, 200_000), threat);
  const runs: Measured[] = [];
  for (let i = 0; i < (options.quick ? 1 : 3) && !runs.some((run) => run.seconds > LONG_SECONDS); i++)
    runs.push(await trio.measure(what.workload, size, threat, profile));
  return runs.sort((a, b) => a.seconds - b.seconds)[runs.length >> 1] as Measured;
}

function figuresOf(
  name: string,
  what: Figuring,
  threat: Threat,
  size: number,
  measured: Measured,
  floor: Floor,
  options: BenchmarkOptions,
): Figure[] {
  const rate = size / measured.seconds / what.per;
  const judged = size >= what.goalsFrom;
  const goal = judged ? what.goals[threat] : undefined;
  const reference = judged ? what.references[threat] : undefined;
  const least = floorSeconds(floor, measured.bytes, measured.rounds);
  options.remark(
    `  ${rate.toPrecision(3)} ${what.unit}, ${measured.seconds.toFixed(3)} s, ${measured.cpuSeconds.toFixed(2)} CPU-s, ${(measured.bytes / size).toFixed(1)} bytes each, ${measured.rounds} rounds, ${(measured.seconds / least).toFixed(1)} × floor, peak ${(measured.peakBytes / 2 ** 20).toFixed(0)} MiB`,
  );
  const missed = goal === undefined ? null : missedBy(goal, rate, measured.seconds);
  if (missed !== null) options.remark(`  MISSED: ${missed}`);
  return [
    {
      name,
      value: rate,
      unit: what.unit,
      ...(goal === undefined ? {} : { goal: goalText(goal, what.unit) }),
      ...(reference === undefined ? {} : { peer: REFERENCE, peerValue: reference, ratio: rate / reference }),
      ...(missed === null ? {} : { missed }),
    },
    { name: '  wall', value: measured.seconds, unit: 's', peer: 'floor: bare TLS', peerValue: least, ratio: measured.seconds / least },
    {
      name: '  CPU of the three',
      value: measured.cpuSeconds,
      unit: 'CPU-s',
      peer: 'floor: bare TLS',
      peerValue: measured.bytes * floor.cpuSecondsPerByte,
      ratio: measured.cpuSeconds / (measured.bytes * floor.cpuSecondsPerByte),
    },
    { name: '  if two cores were used fully (CPU ÷ 2)', value: size / (measured.cpuSeconds / 2) / what.per, unit: what.unit },
    { name: '  sent by the three', value: measured.bytes, unit: 'bytes' },
    { name: '  rounds', value: measured.rounds, unit: 'rounds' },
    { name: '  peak memory of one', value: measured.peakBytes / 2 ** 20, unit: 'MiB' },
  ];
}

const goalText = (goal: Goal, unit: string) => (goal.kind === 'at-least' ? `≥ ${goal.value} ${unit}` : `≤ ${goal.value} s`);

/** How far a goal was missed, or null. */
function missedBy(goal: Goal, rate: number, seconds: number): string | null {
  const ratio = goal.kind === 'at-least' ? goal.value / rate : seconds / goal.value;
  return ratio <= 1 ? null : `by a factor of ${ratio.toFixed(2)}`;
}
