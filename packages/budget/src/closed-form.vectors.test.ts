/** Closed forms of privacy accounting, against values computed at 40 digits. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import {
  analyticGaussianSigma,
  calibrateLaplace,
  dworkEpsilon,
  epsilonOf,
  gaussianEpsilon,
  marginOf,
  tailOf,
  zcdpEpsilon,
} from './index.ts';

const fixtures = process.env['SLUIS_FIXTURES'];
const skip = fixtures === undefined ? 'SLUIS_FIXTURES is not set: closed forms of privacy accounting were not checked' : false;
type Row = Record<string, number>;
const rows = (name: string): Row[] =>
  (JSON.parse(readFileSync(join(fixtures ?? '', 'vectors/dp/closed_form_values.json'), 'utf8')) as Record<string, Row[]>)[name] ?? [];

/** Equal to 1e-6 relative (far closer, in fact), and not below it: every bound errs upwards. */
function atLeast(actual: number, expected: number, what: string, relative = 1e-6): void {
  assert.ok(actual >= expected * (1 - 1e-14) && actual <= expected * (1 + relative), `${what}: ${actual} for ${expected}`);
}
const each = (name: string, check: (row: Record<string, number>) => void): void => {
  assert.ok(rows(name).length > 0, `no values of ${name}`);
  for (const row of rows(name)) check(row);
};
const of = (row: Row, name: string): number => row[name] ?? Number.NaN;

test('Gaussian noise: σ for (ε, δ), and ε for (σ, δ), alone and composed (Balle & Wang 2018)', { skip }, () => {
  each('analytic_gaussian_sigma', (r) =>
    atLeast(analyticGaussianSigma(of(r, 'epsilon'), of(r, 'delta'), of(r, 'sensitivity')), of(r, 'sigma'), 'sigma', 1e-10),
  );
  each('gaussian_epsilon_for_delta', (r) => {
    atLeast(gaussianEpsilon(1 / of(r, 'sigma'), of(r, 'delta')), of(r, 'epsilon'), 'epsilon', 1e-10);
    const event = { kind: 'gaussian', variance: `${of(r, 'sigma') ** 2}`, squaredL2: '1', times: 1 } as const;
    atLeast(epsilonOf([event], of(r, 'delta')), of(r, 'epsilon'), 'epsilon of the event');
  });
  each('gaussian_k_fold_composition_exact', (r) => {
    const event = { kind: 'gaussian', variance: `${of(r, 'sigma') ** 2}`, squaredL2: '1', times: of(r, 'k') } as const;
    atLeast(epsilonOf([event], of(r, 'delta')), of(r, 'epsilon'), 'epsilon of k events');
    const apart = Array.from({ length: of(r, 'k') }, () => ({ ...event, times: 1 }));
    atLeast(epsilonOf(apart, of(r, 'delta')), of(r, 'epsilon'), 'epsilon of k events of one each');
  });
});

test('concentrated privacy converts at least as well as the simple formula ρ + 2·√(ρ·log(1/δ))', { skip }, () => {
  each('zcdp_to_eps_simple', (r) => {
    const ours = zcdpEpsilon(of(r, 'rho'), of(r, 'delta'));
    const exact = gaussianEpsilon(Math.sqrt(2 * of(r, 'rho')), of(r, 'delta'));
    assert.ok(ours <= of(r, 'epsilon') && ours >= exact, `${ours} within [${exact}, ${of(r, 'epsilon')}]`);
  });
});

test('Laplace noise: scale, and the probability of nothing', { skip }, () => {
  each('laplace_scale', (r) => {
    const { numerator, denominator } = calibrateLaplace(BigInt(of(r, 'sensitivity')), `${of(r, 'epsilon')}`);
    assert.equal(Number(numerator) / Number(denominator), of(r, 'scale'));
  });
  each('geometric_two_sided', (r) => {
    const scale = calibrateLaplace(1n, `${of(r, 'epsilon')}`);
    const tail = tailOf({ kind: 'discrete-laplace', scale, added: 1, complete: 1 });
    atLeast(2 * tail(0), 1 - of(r, 'p0'), 'P(not 0)', 1e-12);
    assert.equal(marginOf({ kind: 'discrete-laplace', scale, added: 1, complete: 1 }, `${of(r, 'p0') * (1 - 1e-9)}`), 0n);
  });
});

test('advanced composition: the formula of Dwork, Rothblum & Vadhan 2010, and never more than it', { skip }, () => {
  each('laplace_advanced_composition_dwork', (r) => {
    const dwork = dworkEpsilon(of(r, 'eps0'), of(r, 'k'), of(r, 'delta_prime'));
    assert.ok(Math.abs(dwork / of(r, 'epsilon') - 1) < 1e-6);
    const event = { kind: 'guarantee', epsilon: `${of(r, 'eps0')}`, delta: '0', times: of(r, 'k') } as const;
    assert.ok(epsilonOf([event], of(r, 'delta_prime')) <= dwork);
  });
});
