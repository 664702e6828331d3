/** Variances, moment generating and characteristic functions of added noise: what sums of several noises are bounded by. */
import { divideRationals } from '@sluis/math';
import { downward, upward, whole } from './exact-number.ts';
import type { AddedNoise } from './noise-tail.ts';

type Laplace = Extract<AddedNoise, { readonly kind: 'discrete-laplace' }>;

/** Rounded towards more noise. */
export const rateOf = ({ scale }: Laplace): number => downward(divideRationals(whole(1), scale));

/** Of a Gaussian an upper bound (Canonne, Kamath & Steinke 2020, Corollary 9). */
export function varianceOf(noise: AddedNoise): number {
  if (noise.kind === 'discrete-gaussian') return noise.added * upward(noise.variance);
  return noise.added / noise.complete / (2 * Math.sinh(rateOf(noise) / 2) ** 2);
}

/** log E e^{θ·noise}, of a Gaussian an upper bound (the same, Lemma 8). */
export function logMoment(noise: AddedNoise, theta: number): number {
  if (noise.kind === 'discrete-gaussian') return (varianceOf(noise) * theta * theta) / 2;
  return (-noise.added / noise.complete) * Math.log1p(-((Math.sinh(theta / 2) / Math.sinh(rateOf(noise) / 2)) ** 2));
}

/** log E e^{iu·noise}: the characteristic function of both kinds is above 0 everywhere. */
export function logCharacteristic(noise: AddedNoise): (u: number) => number {
  if (noise.kind === 'discrete-laplace') {
    const [power, size] = [noise.added / noise.complete, Math.sinh(rateOf(noise) / 2)];
    return (u) => -power * Math.log1p((Math.sin(u / 2) / size) ** 2);
  }
  const { added } = noise;
  const variance = upward(noise.variance);
  if (variance < 1) {
    const weights = Array.from({ length: 12 }, (_, x) => (x === 0 ? 1 : 2) * Math.exp((-x * x) / (2 * variance)));
    const all = weights.reduce((a, b) => a + b);
    return (u) => added * Math.log(Math.max(weights.reduce((sum, w, x) => sum + w * Math.cos(u * x), 0) / all, 1e-300));
  }
  // Poisson's summation: a normal one at every multiple of 2π.
  const normal = (u: number): number => Math.exp((-variance * u * u) / 2);
  const around = (u: number): number => {
    let sum = 0;
    for (let n = 1; n <= 3; n++)
      sum += Math.exp(-variance * 2 * Math.PI * n * (Math.PI * n - u)) + Math.exp(-variance * 2 * Math.PI * n * (Math.PI * n + u));
    return sum;
  };
  const all = 1 + 2 * [1, 2, 3].reduce((sum, n) => sum + normal(2 * Math.PI * n), 0);
  return (u) => {
    const near = Math.abs(u - 2 * Math.PI * Math.round(u / (2 * Math.PI)));
    return added * ((-variance * near * near) / 2 + Math.log1p(around(near)) - Math.log(all));
  };
}
