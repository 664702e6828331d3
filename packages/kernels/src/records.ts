/**
 * Columns side by side as records, for gathering all of them at the same random positions: a record is one place in
 * memory, so that a position costs one wait for memory instead of one for every column. Worth it beyond about 2^16
 * elements, where columns no longer stay in the cache.
 */

/** Elements worked on at once, so that what is read and written stays near the processor. */
const PART = 1024;

const halves = (a: BigUint64Array) => new Int32Array(a.buffer, a.byteOffset, 2 * a.length);

/** Record i holds word i of every column, in their order: n · columns words. Throws RangeError on different lengths. */
export function interleave(columns: readonly BigUint64Array[]): BigUint64Array {
  const width = columns.length;
  const n = columns[0]?.length ?? 0;
  if (columns.some((c) => c.length !== n)) throw new RangeError('columns of one operation have the same length');
  const out = new BigUint64Array(n * width);
  const [target, sources] = [halves(out), columns.map(halves)];
  for (let from = 0; from < n; from += PART) {
    const to = Math.min(n, from + PART);
    sources.forEach((source, k) => {
      place(source, target, from, to, width, k);
    });
  }
  return out;
}

function place(source: Int32Array, target: Int32Array, from: number, to: number, width: number, k: number): void {
  for (let i = 2 * from, at = 2 * (from * width + k); i < 2 * to; i += 2, at += 2 * width) {
    target[at] = source[i] as number;
    target[at + 1] = source[i + 1] as number;
  }
}

/**
 * The columns of the records at the given positions: what `gatherVector` gives for each of them.
 *
 * @param records - what `interleave` made of `width` columns.
 * @throws RangeError on a position outside.
 */
export function gatherRecords(records: BigUint64Array, width: number, index: Uint32Array): BigUint64Array[] {
  const n = records.length / width;
  if (!Number.isInteger(width) || width < 1 || !Number.isInteger(n)) throw new RangeError('records have whole columns');
  const count = index.length;
  const out = Array.from({ length: width }, () => new BigUint64Array(count));
  const [source, targets] = [halves(records), out.map(halves)];
  const part = new Int32Array(2 * width * Math.min(count, PART));
  for (let from = 0; from < count; from += PART) {
    const some = index.subarray(from, Math.min(count, from + PART));
    copyRecords(source, width, some, part, n);
    targets.forEach((target, k) => {
      take(part, target, from, some.length, width, k);
    });
  }
  return out;
}

function copyRecords(source: Int32Array, width: number, index: Uint32Array, part: Int32Array, n: number): void {
  const size = 2 * width;
  for (let i = 0, to = 0; i < index.length; i++) {
    const at = index[i] as number;
    if (at >= n) throw new RangeError('a position lies outside the records');
    const start = at * size;
    for (let h = 0; h < size; h++) part[to++] = source[start + h] as number;
  }
}

function take(part: Int32Array, target: Int32Array, from: number, count: number, width: number, k: number): void {
  for (let i = 0, at = 2 * k, to = 2 * from; i < count; i++, at += 2 * width, to += 2) {
    target[to] = part[at] as number;
    target[to + 1] = part[at + 1] as number;
  }
}
