/** What the benchmark has three compute parties do. Every result is opened afterwards, outside the measured part, and compared. */
import type { SecretBits, SecretColumn } from '@sluis/technique';
import { expect, expectBits, expectColumn } from './expectations.ts';
import { deal, dealBits, numbers } from './inputs.ts';
import { ROW_WORKLOADS } from './row-workloads.ts';
import type { Workload } from './workload.ts';

const at = (a: BigUint64Array, i: number) => a[i] as bigint;
const signed = (bits: number, value: bigint) => BigInt.asIntN(bits, value);

/** Numbers of `bits` bits, signed, as 64-bit words. */
function signedNumbers(label: string, n: number, bits: number): BigUint64Array {
  return bits === 64 ? numbers(label, n) : numbers(label, n).map((word) => BigInt.asUintN(64, signed(bits, word)));
}

const multiply: Workload = {
  id: 'multiply',
  needs: ['multiply', 'openColumn', 'slice'],
  prepare: async ({ committee }, n) => {
    const [a, b] = [numbers('a', n), numbers('b', n)];
    const [x, y] = [deal(committee, 'a', a), deal(committee, 'b', b)];
    let z: SecretColumn | null = null;
    return {
      run: async () => {
        z = await committee.multiply(x, y);
      },
      check: () => expectColumn(committee, 'product', z as SecretColumn, (i) => at(a, i) * at(b, i)),
    };
  },
};

const innerProduct: Workload = {
  id: 'inner-product',
  needs: ['innerProduct', 'openColumn'],
  prepare: async ({ committee }, n) => {
    const [a, b] = [numbers('a', n), numbers('b', n)];
    const [x, y] = [deal(committee, 'a', a), deal(committee, 'b', b)];
    let z: SecretColumn | null = null;
    return {
      run: async () => {
        z = await committee.innerProduct(x, y);
      },
      check: async () => {
        let sum = 0n;
        for (let i = 0; i < n; i++) sum += at(a, i) * at(b, i);
        expect((await committee.openColumn(z as SecretColumn))[0] === BigInt.asUintN(64, sum), 'inner product');
      },
    };
  },
};

/** Comparisons of signed numbers whose difference fits `bits` bits. */
function less(bits: number): Workload {
  return {
    id: `less-${bits}`,
    needs: ['less', 'openBits', 'sliceBits'],
    prepare: async ({ committee }, n) => {
      const [a, b] = [signedNumbers('a', n, bits - 1), signedNumbers('b', n, bits - 1)];
      const [x, y] = [deal(committee, 'a', a), deal(committee, 'b', b)];
      let z: SecretBits | null = null;
      return {
        run: async () => {
          z = await committee.less(x, y, bits);
        },
        check: () => expectBits(committee, 'comparison', z as SecretBits, (i) => signed(64, at(a, i)) < signed(64, at(b, i))),
      };
    },
  };
}

/** Half of the pairs are equal. */
const equal: Workload = {
  id: 'equal',
  needs: ['equal', 'openBits', 'sliceBits'],
  prepare: async ({ committee }, n) => {
    const a = numbers('a', n);
    const other = numbers('b', n);
    const b = a.map((word, i) => (i % 2 === 0 ? word : at(other, i)));
    const [x, y] = [deal(committee, 'a', a), deal(committee, 'b', b)];
    let z: SecretBits | null = null;
    return {
      run: async () => {
        z = await committee.equal(x, y, 64);
      },
      check: () => expectBits(committee, 'equality', z as SecretBits, (i) => at(a, i) === at(b, i)),
    };
  },
};

const select: Workload = {
  id: 'select',
  needs: ['select', 'publicBits', 'openColumn', 'slice'],
  prepare: async ({ committee }, n) => {
    const [a, b, c] = [numbers('a', n), numbers('b', n), dealBits(committee, 'c', n)];
    const [x, y] = [deal(committee, 'a', a), deal(committee, 'b', b)];
    let z: SecretColumn | null = null;
    return {
      run: async () => {
        z = await committee.select(c.secret, x, y);
      },
      check: () => expectColumn(committee, 'selection', z as SecretColumn, (i) => (c.plain[i] === 1 ? at(a, i) : at(b, i))),
    };
  },
};

/** Bytes of one payload when only the wire is measured. */
const PAYLOAD = 512 * 1024;
const IN_FLIGHT = 4;

/** No computing: each party sends `n` bytes to the one before it, in payloads of the size that stripes have. */
const wireOnly: Workload = {
  id: 'wire',
  needs: [],
  prepare: async ({ links }, n) => {
    const [to, from] = [((links.me + 2) % 3) as 0 | 1 | 2, ((links.me + 1) % 3) as 0 | 1 | 2];
    const payload = new Uint8Array(PAYLOAD).fill(links.me + 1);
    let last: Uint8Array | null = null;
    const lane = async (first: number) => {
      for (let i = first; i * PAYLOAD < n; i += IN_FLIGHT) {
        (last?.buffer as ArrayBuffer | undefined)?.transfer(0);
        [, last] = await Promise.all([links.send(to, `wire ${i}`, payload), links.receive(from, `wire ${i}`)]);
      }
    };
    return {
      run: async () => void (await Promise.all(Array.from({ length: IN_FLIGHT }, (_, first) => lane(first)))),
      check: async () => expect(last?.length === PAYLOAD && last.every((b) => b === from + 1), 'payload'),
    };
  },
};

/** `n` rounds of 8 bytes, one after the other. */
const latency: Workload = {
  id: 'round',
  needs: [],
  prepare: async ({ links }, n) => {
    const [to, from] = [((links.me + 2) % 3) as 0 | 1 | 2, ((links.me + 1) % 3) as 0 | 1 | 2];
    return {
      run: async () => {
        for (let i = 0; i < n; i++) {
          await Promise.all([links.send(to, `round ${i}`, new Uint8Array(8)), links.receive(from, `round ${i}`)]);
          links.round();
        }
      },
      check: async () => undefined,
    };
  },
};

export const WORKLOADS: readonly Workload[] = [
  wireOnly,
  latency,
  multiply,
  innerProduct,
  less(64),
  less(32),
  equal,
  select,
  ...ROW_WORKLOADS,
];
