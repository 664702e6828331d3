/** Values of equal length (8 to 16 bytes), one after the other: in order, and found again. 16 bytes beyond the last are readable. */

@inline
function head(value: usize): u64 {
  return bswap(load<u64>(value));
}

/** One record a value: its first four bytes as a number, and its position, which counts from `first`. */
export function valueRecords(values: usize, length: usize, first: u32, count: u32, records: usize): void {
  for (let i = first; i < first + count; i++) {
    store<u64>(records + (<usize>i << 3), (head(values + <usize>i * length) & 0xffffffff00000000) | i);
  }
}

/** Whether the first value stands after the second one. */
function after(x: usize, y: usize, length: usize): bool {
  for (let at: usize = 0; at < length; at++) {
    const a = load<u8>(x + at);
    const b = load<u8>(y + at);
    if (a !== b) return a > b;
  }
  return false;
}

/** Orders records `first` to `first` + `count` - 1, sorted by the first four bytes of their values, by all bytes where those are equal. */
export function orderTies(records: usize, first: usize, count: usize, values: usize, length: usize): void {
  for (let i = max<usize>(first, 1); i < first + count; i++) {
    let at = records + (i << 3);
    const record = load<u64>(at);
    while (
      at > records &&
      load<u32>(at - 8, 4) === <u32>(record >> 32) &&
      after(values + <usize>load<u32>(at - 8) * length, values + <usize>(<u32>record) * length, length)
    ) {
      store<u64>(at, load<u64>(at - 8));
      at -= 8;
    }
    store<u64>(at, record);
  }
}

/** Copies values in the order of records. */
export function gatherValues(records: usize, count: u32, values: usize, length: usize, out: usize): void {
  for (let i: usize = 0; i < <usize>count; i++) {
    v128.store(out + i * length, v128.load(values + <usize>load<u32>(records + (i << 3)) * length));
  }
}

/**
 * One step of merging two ascending lists, for as many steps as it takes to use up the `count` values at `theirs`: marks every
 * value of `ownCount` ascending ones at `own` that is equal to one of theirs. A step does the same whatever it finds, so that
 * how many steps there are, and what each costs, does not depend on how many are equal.
 *
 * `state`: where in `own` the next step begins (4 bytes), whether theirs were ever not ascending (4 bytes), and their last
 * value (16 bytes); zero before the first call. `marks`: a byte for each own value, and one more, zero before the first call.
 */
export function mergeMarks(
  theirs: usize,
  count: usize,
  length: usize,
  own: usize,
  ownCount: usize,
  state: usize,
  marks: usize,
): void {
  // Of the 8 bytes behind the head those that belong to the value.
  const rest: u64 = length < 16 ? ((<u64>1) << (<u64>(length - 8) << 3)) - 1 : u64.MAX_VALUE;
  let i: usize = 0;
  let j = <usize>load<u32>(state);
  let descents = load<u32>(state, 4);
  let lastHead = load<u64>(state, 8);
  let lastTail = load<u64>(state, 16);
  while (i < count) {
    const x = theirs + i * length;
    const y = own + j * length;
    const head1 = head(x);
    const head2 = head(y);
    const tail1 = bswap(load<u64>(x, 8) & rest);
    const tail2 = bswap(load<u64>(y, 8) & rest);
    const left = <u32>(j < ownCount);
    const heads = <u32>(head1 === head2);
    const passed = (<u32>(head2 < head1) | (heads & <u32>(tail2 <= tail1))) & left;
    store<u8>(marks + j, load<u8>(marks + j) | (heads & <u32>(tail1 === tail2) & left));
    descents |= <u32>(head1 < lastHead) | (<u32>(head1 === lastHead) & <u32>(tail1 < lastTail));
    lastHead = select(lastHead, head1, passed);
    lastTail = select(lastTail, tail1, passed);
    j += passed;
    i += 1 - passed;
  }
  store<u32>(state, <u32>j);
  store<u32>(state, descents, 4);
  store<u64>(state, lastHead, 8);
  store<u64>(state, lastTail, 16);
}
