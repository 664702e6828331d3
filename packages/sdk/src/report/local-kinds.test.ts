import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fromBase64, type SluisError, systemRandom } from '@sluis/base';
import type { LocalReportKind } from '@sluis/model';
import { localArithmetic } from './local-arithmetic.ts';
import { frequencyMechanism, meanMechanism } from './local-kinds.ts';
import { localReport } from './local-report.ts';

const values = (n: number) => Array.from({ length: n }, (_, i) => `v${i}`);
const frequency = (n: number, epsilon: string) => ({ kind: 'local-frequency', values: values(n), epsilon }) as const;
const PLACE = { agreement: 'a'.repeat(64), collection: 'c' };
const code = (wanted: string) => (e: unknown) => (e as SluisError).code === wanted;

test('the default mechanism stays what it is: agreements without a name mean these', () => {
  const chosen = (n: number, epsilon: string) => frequencyMechanism(frequency(n, epsilon)).name;
  assert.deepEqual(
    [
      ['2', '0.5'],
      ['10', '1'],
      ['100', '0.5'],
      ['100', '1'],
      ['100', '4'],
      ['1000', '2'],
    ].map(([n, epsilon]) => chosen(Number(n), epsilon as string)),
    ['randomised-response', 'unary-encoding', 'hadamard-response', 'unary-encoding', 'randomised-response', 'unary-encoding'],
  );
  assert.equal(meanMechanism({ kind: 'local-mean', bounds: [0, 9], epsilon: '1' }).name, 'hybrid');
});

test('every kind that an agreement allows can be reported and counted, at its limits too', () => {
  const kinds: LocalReportKind[] = [];
  for (const epsilon of ['0.01', '0.333333333333333333333333333333', '16']) {
    for (const n of [2, 9, 1000])
      for (const mechanism of [undefined, 'randomised-response', 'unary-encoding', 'local-hashing', 'hadamard-response'] as const)
        kinds.push({ ...frequency(n, epsilon), values: values(n), mechanism });
    for (const bounds of [
      [0, 1],
      [-(2 ** 31), 2 ** 31],
    ] as [number, number][])
      for (const mechanism of [undefined, 'two-ends', 'piecewise', 'hybrid'] as const)
        kinds.push({ kind: 'local-mean', bounds, epsilon, mechanism });
  }
  for (const reports of kinds) {
    const arithmetic = localArithmetic(reports);
    const sent = localReport({ ...PLACE, reports }, reports.kind === 'local-mean' ? reports.bounds[1] : 'v1', systemRandom);
    const bytes = fromBase64(sent.report);
    assert.equal(sent.mechanism, arithmetic.mechanism);
    assert.equal(bytes.length, arithmetic.reportBytes);
    assert.ok(sent.report.length <= 200);
    arithmetic.check(bytes);
    const { estimates, influence } = arithmetic.estimate([bytes, bytes]);
    assert.ok(estimates.every((e) => Number.isFinite(e.estimate) && Number.isFinite(e.standard_error)) && Number.isFinite(influence));
    for (const bad of [bytes.slice(1), new Uint8Array(bytes.length + 1), new Uint8Array(0)])
      assert.throws(() => arithmetic.check(bad), code('dp/local-report'));
  }
});

test('values that a collection does not take are refused, without saying them', () => {
  const mean: LocalReportKind = { kind: 'local-mean', bounds: [0, 9], epsilon: '1' };
  for (const value of [-1, 10, 1.5, Number.NaN, '3'])
    assert.throws(() => localReport({ ...PLACE, reports: mean }, value), code('dp/local-value'));
  for (const value of ['v9', '', 'V1', 1])
    assert.throws(() => localReport({ ...PLACE, reports: frequency(5, '1') as LocalReportKind }, value), code('dp/local-value'));
});

/** How far the estimates are from each other, at most. */
const apart = (a: readonly { estimate: number }[], b: readonly { estimate: number }[]): number =>
  Math.max(...a.map((e, i) => Math.abs(e.estimate - (b[i]?.estimate ?? Number.NaN))));

test('no false report shifts an estimate by more than is said, whatever it replaces', () => {
  const word = (value: number) => Uint8Array.of(value >>> 24, value >>> 16, value >>> 8, value);
  for (const mechanism of ['randomised-response', 'unary-encoding', 'hadamard-response'] as const) {
    const arithmetic = localArithmetic({ ...frequency(6, '1'), values: values(6), mechanism });
    const all = Array.from({ length: 64 }, (_, i) => (mechanism === 'unary-encoding' ? Uint8Array.of(i) : word(i)));
    const possible = all.filter((report) => {
      try {
        arithmetic.check(report);
        return true;
      } catch {
        return false;
      }
    });
    assert.ok(possible.length >= 6);
    const honest = [possible[0], possible[1], possible[5]] as Uint8Array[];
    const found = possible.map((report) => arithmetic.estimate([...honest, report]));
    const most = Math.max(...found.flatMap((a) => found.map((b) => apart(a.estimates, b.estimates))));
    const said = found[0]?.influence ?? Number.NaN;
    assert.ok(most <= said * (1 + 1e-9), `${mechanism}: ${most} is more than ${said}`);
    assert.ok(most > 0.4 * said, 'the bound says something');
  }
});

test('the same for means: the two furthest reports are as far apart as is said', () => {
  for (const epsilon of ['0.5', '2'])
    for (const mechanism of ['two-ends', 'piecewise', 'hybrid'] as const) {
      const kind = { kind: 'local-mean', bounds: [-5, 5] as [number, number], epsilon, mechanism } as const;
      const arithmetic = localArithmetic(kind);
      const { lower, upper } = meanMechanism(kind).extremes;
      const honest = [0, 1, 2].map((v) => fromBase64(localReport({ ...PLACE, reports: kind }, v).report));
      const seen: number[] = [];
      for (let i = 0; i < 400; i++) {
        const report = fromBase64(localReport({ ...PLACE, reports: kind }, i % 2 === 0 ? -5 : 5).report);
        const read = meanMechanism(kind).read(report);
        assert.ok(read >= lower - 1e-9 && read <= upper + 1e-9);
        seen.push(arithmetic.estimate([...honest, report]).estimates[0]?.estimate ?? Number.NaN);
      }
      const [most, said] = [Math.max(...seen) - Math.min(...seen), arithmetic.estimate([...honest, honest[0] as Uint8Array]).influence];
      assert.ok(most <= said * (1 + 1e-9) && most > 0.5 * said, `${mechanism}, ε = ${epsilon}: ${most}, said ${said}`);
    }
});
