/** Records of 64 bits: a key in the high word, a position in the low one. Sorting by digits of 11 bits, lowest first. */

/** Adds to 2,048 counters (8,192 bytes) how often each value of a digit occurs. */
export function countDigits(records: usize, count: u32, shift: u32, counts: usize): void {
  for (let at = records; at < records + ((<usize>count) << 3); at += 8) {
    const slot = counts + ((<usize>(load<u64>(at) >> shift) & 2047) << 2);
    store<u32>(slot, load<u32>(slot) + 1);
  }
}

/** Turns counters into the places where records of each digit start. */
export function sumCounts(counts: usize): void {
  let sum: u32 = 0;
  for (let slot: usize = counts; slot < counts + 8192; slot += 4) {
    const here = load<u32>(slot);
    store<u32>(slot, sum);
    sum += here;
  }
}

/** Writes records to the places of their digits, in the order in which they come, and moves those places on. */
export function placeRecords(records: usize, count: u32, shift: u32, counts: usize, to: usize): void {
  for (let at = records; at < records + ((<usize>count) << 3); at += 8) {
    const record = load<u64>(at);
    const slot = counts + ((<usize>(record >> shift) & 2047) << 2);
    const place = load<u32>(slot);
    store<u32>(slot, place + 1);
    store<u64>(to + ((<usize>place) << 3), record);
  }
}
