/** The tail of more shares of discrete Laplace noise than make it complete. */

/** Blocks per scale into which results are gathered: their ends bound the tail from above, at most 1/BLOCKS of a scale off. */
const BLOCKS = 400;
/** Scales after which the rest is counted as infinite. */
const REACH = 45;

/**
 * Upper bounds on P(X > m), where X is discrete Laplace of rate r = 1/scale plus the difference of two Pólya variables A and B
 * of this shape: what `added` shares of which `complete` make one discrete Laplace leave, shape = added/complete − 1.
 * P(X > m) = E[P(L > m − A + B)]; A is moved up and B down to the ends of blocks, so the bound holds whatever the blocks.
 * Source of the shares: Goryczka & Xiong 2017, §3 (distributed geometric noise by Pólya shares).
 */
export function polyaTail(shape: number, rate: number): (m: number) => number {
  const width = Math.max(1, Math.floor(1 / (rate * BLOCKS)));
  const count = Math.ceil(REACH / (rate * width));
  const mass = blockMasses(shape, rate, width, count);
  const shrink = Math.exp(-rate * width);
  // Per l: masses of blocks below l, and those weighted by e^{±rate·start}.
  const [below, grown, shrunk] = [new Float64Array(count + 1), new Float64Array(count + 1), new Float64Array(count + 1)];
  for (let l = 0; l < count; l++) {
    below[l + 1] = (below[l] ?? 0) + (mass[l] ?? 0);
    grown[l + 1] = (grown[l] ?? 0) + (mass[l] ?? 0) * Math.exp(rate * width * l);
  }
  for (let l = count - 1; l >= 0; l--) shrunk[l] = (mass[l] ?? 0) + shrink * (shrunk[l + 1] ?? 0);
  const q = Math.exp(-rate);
  const beyond = (mass[count] ?? 0) * (1 + 1e-9);
  return (m) => {
    let sum = beyond;
    for (let i = 0; i < count; i++) {
      const distance = m - (i * width + width - 1);
      // From block `first` on, L must exceed a number ≥ 0.
      const first = Math.min(count, Math.max(0, Math.ceil(-distance / width)));
      const above = (Math.exp(-rate * (distance + 1 + first * width)) / (1 + q)) * (shrunk[first] ?? 0);
      const under = (below[first] ?? 0) - (Math.exp(rate * distance) / (1 + q)) * (grown[first] ?? 0);
      sum += (mass[i] ?? 0) * (above + Math.max(0, under));
    }
    return Math.min(1, sum * (1 + 1e-9));
  };
}

/** Upper bounds on the probabilities of blocks [l·width, (l+1)·width), and at the end of everything after them. */
function blockMasses(shape: number, rate: number, width: number, count: number): Float64Array {
  const log = (k: number): number => shape * Math.log(-Math.expm1(-rate)) - rate * k + logRising(shape, k);
  const at = (k: number): number => Math.exp(log(k));
  const out = new Float64Array(count + 1);
  for (let l = 0; l < count; l++) {
    const start = l * width;
    out[l] =
      (width <= EXACT
        ? exactBlock(at, start, width, rate, shape)
        : l === 0
          ? firstBlock(at, width, rate, shape)
          : chord(at(start), at(start + width), width)) *
      (1 + 1e-11);
  }
  // After the peak at most geometric with ratio q·(k + shape)/(k + 1) ≤ e^{−rate/2} that far out.
  out[count] = at(count * width) / -Math.expm1(-rate / 2);
  return out;
}

/** Blocks of so many numbers are added up one by one. */
const EXACT = 64;

/** Near 0 the probability falls steeply: what follows the first numbers goes under chords of pieces that grow by an eighth. */
function firstBlock(at: (k: number) => number, width: number, rate: number, shape: number): number {
  let sum = exactBlock(at, 0, EXACT, rate, shape);
  for (let start = EXACT; start < width; ) {
    const piece = Math.min(width - start, Math.ceil(start / 8));
    sum += chord(at(start), at(start + piece), piece);
    start += piece;
  }
  return sum;
}

/** Σ over a block where the probability falls and is convex (shape ≤ 1: the sequence is one of moments): under its chord. */
const chord = (from: number, to: number, width: number): number => (width / 2) * (from + to) + (from - to) / 2;

/** Term by term, by p(k + 1) = p(k)·q·(k + shape)/(k + 1). */
function exactBlock(at: (k: number) => number, start: number, width: number, rate: number, shape: number): number {
  let [term, sum] = [at(start), 0];
  const q = Math.exp(-rate);
  for (let k = start; k < start + width; k++) {
    sum += term;
    term *= (q * (k + shape)) / (k + 1);
  }
  return sum;
}

/** log of Γ(k + s)/(Γ(s)·k!). */
function logRising(s: number, k: number): number {
  const known = Math.min(k, 256);
  const sum = risingSums(s)[known] ?? 0;
  return k === known ? sum : sum + logGammaRatio(k, s) - logGammaRatio(known, s);
}

const sums = new Map<number, Float64Array>();

/** The first of these sums, once for each shape. */
function risingSums(s: number): Float64Array {
  const known = sums.get(s);
  if (known !== undefined) return known;
  const found = new Float64Array(257);
  for (let i = 0; i < 256; i++) found[i + 1] = (found[i] ?? 0) + Math.log((i + s) / (i + 1));
  sums.set(s, found);
  return found;
}

/** log Γ(k + s) − log Γ(k + 1) but for a constant, by Stirling's series for both; k ≥ 256. */
function logGammaRatio(k: number, s: number): number {
  const [a, b] = [k + s, k + 1];
  return (b - 0.5) * Math.log1p((s - 1) / b) + (s - 1) * Math.log(a) + (1 / a - 1 / b) / 12 - (1 / a ** 3 - 1 / b ** 3) / 360;
}
