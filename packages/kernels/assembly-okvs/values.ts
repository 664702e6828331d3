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

/** Adds values `first` and on to a table of 2^bits slots (8 bytes, zero before), at least twice as many as values. */
export function fillTable(values: usize, length: usize, first: u32, count: u32, table: usize, bits: u32): void {
  const mask = (1 << bits) - 1;
  for (let i = first; i < first + count; i++) {
    const key = head(values + <usize>i * length);
    let slot = <u32>(key >> (64 - bits));
    while (load<u32>(table + (<usize>slot << 3)) !== 0) slot = (slot + 1) & mask;
    store<u64>(table + (<usize>slot << 3), (key << 32) | (i + 1));
  }
}

/** Sets the mark of every value of the table that stands among `sought`. */
export function markFound(
  sought: usize,
  soughtCount: u32,
  length: usize,
  table: usize,
  bits: u32,
  values: usize,
  marks: usize,
): void {
  const mask = (1 << bits) - 1;
  const whole: i32 = (1 << <i32>length) - 1;
  for (let i: u32 = 0; i < soughtCount; i++) {
    const one = sought + <usize>i * length;
    const key = head(one);
    const tag = <u32>key;
    let slot = <u32>(key >> (64 - bits));
    for (;;) {
      const found = load<u64>(table + (<usize>slot << 3));
      if (<u32>found === 0) break;
      if (<u32>(found >> 32) === tag) {
        const k = <u32>found - 1;
        const same = i8x16.bitmask(i8x16.eq(v128.load(one), v128.load(values + <usize>k * length)));
        if ((same & whole) === whole) store<u8>(marks + k, 1);
      }
      slot = (slot + 1) & mask;
    }
  }
}
