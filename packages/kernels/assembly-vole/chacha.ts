/**
 * ChaCha (Bernstein 2008) as a function of 16 bytes to 64: the key is seed ‖ salt, so that a row of the state is loaded and a
 * row of the result stored as they are. Three blocks at a time keep the processor's pipelines full. Constant time.
 */

function rotate16(x: v128): v128 {
  return v128.shuffle<i8>(x, x, 2, 3, 0, 1, 6, 7, 4, 5, 10, 11, 8, 9, 14, 15, 12, 13);
}

function rotate12(x: v128): v128 {
  return v128.or(i32x4.shl(x, 12), i32x4.shr_u(x, 20));
}

function rotate8(x: v128): v128 {
  return v128.shuffle<i8>(x, x, 3, 0, 1, 2, 7, 4, 5, 6, 11, 8, 9, 10, 15, 12, 13, 14);
}

function rotate7(x: v128): v128 {
  return v128.or(i32x4.shl(x, 7), i32x4.shr_u(x, 25));
}

function left1(x: v128): v128 {
  return v128.shuffle<i32>(x, x, 1, 2, 3, 0);
}

function left2(x: v128): v128 {
  return v128.shuffle<i32>(x, x, 2, 3, 0, 1);
}

function left3(x: v128): v128 {
  return v128.shuffle<i32>(x, x, 3, 0, 1, 2);
}

function store(out: usize, a: v128, b: v128, c: v128, d: v128, seed: v128, salt: v128, last: v128): void {
  v128.store(out, i32x4.add(a, i32x4(0x61707865, 0x3320646e, 0x79622d32, 0x6b206574)));
  v128.store(out, i32x4.add(b, seed), 16);
  v128.store(out, i32x4.add(c, salt), 32);
  v128.store(out, i32x4.add(d, last), 48);
}

/**
 * Block k of `out` (64 bytes) = ChaCha with the key seed k ‖ salt, where `header` holds the salt and the last row of the
 * state (16 bytes each); that row's first word is raised by k. Seeds stand `step` bytes apart: 0 takes the same one for
 * all. Reads seeds and writes blocks up to the next multiple of three.
 */
export function chachaBlocks(seeds: usize, step: usize, out: usize, count: usize, header: usize, doubleRounds: i32): void {
  const constants = i32x4(0x61707865, 0x3320646e, 0x79622d32, 0x6b206574);
  const salt = v128.load(header);
  let last = v128.load(header, 16);
  for (let done: usize = 0; done < count; done += 3) {
    const next = i32x4.add(last, i32x4(1, 0, 0, 0));
    const third = i32x4.add(last, i32x4(2, 0, 0, 0));
    const second = seeds + step;
    let a0 = constants;
    let a1 = constants;
    let a2 = constants;
    let b0 = v128.load(seeds);
    let b1 = v128.load(second);
    let b2 = v128.load(second + step);
    let c0 = salt;
    let c1 = salt;
    let c2 = salt;
    let d0 = last;
    let d1 = next;
    let d2 = third;
    for (let r = 0; r < doubleRounds; r++) {
      a0 = i32x4.add(a0, b0);
      a1 = i32x4.add(a1, b1);
      a2 = i32x4.add(a2, b2);
      d0 = rotate16(v128.xor(d0, a0));
      d1 = rotate16(v128.xor(d1, a1));
      d2 = rotate16(v128.xor(d2, a2));
      c0 = i32x4.add(c0, d0);
      c1 = i32x4.add(c1, d1);
      c2 = i32x4.add(c2, d2);
      b0 = rotate12(v128.xor(b0, c0));
      b1 = rotate12(v128.xor(b1, c1));
      b2 = rotate12(v128.xor(b2, c2));
      a0 = i32x4.add(a0, b0);
      a1 = i32x4.add(a1, b1);
      a2 = i32x4.add(a2, b2);
      d0 = rotate8(v128.xor(d0, a0));
      d1 = rotate8(v128.xor(d1, a1));
      d2 = rotate8(v128.xor(d2, a2));
      c0 = i32x4.add(c0, d0);
      c1 = i32x4.add(c1, d1);
      c2 = i32x4.add(c2, d2);
      b0 = rotate7(v128.xor(b0, c0));
      b1 = rotate7(v128.xor(b1, c1));
      b2 = rotate7(v128.xor(b2, c2));
      b0 = left1(b0);
      b1 = left1(b1);
      b2 = left1(b2);
      c0 = left2(c0);
      c1 = left2(c1);
      c2 = left2(c2);
      d0 = left3(d0);
      d1 = left3(d1);
      d2 = left3(d2);
      a0 = i32x4.add(a0, b0);
      a1 = i32x4.add(a1, b1);
      a2 = i32x4.add(a2, b2);
      d0 = rotate16(v128.xor(d0, a0));
      d1 = rotate16(v128.xor(d1, a1));
      d2 = rotate16(v128.xor(d2, a2));
      c0 = i32x4.add(c0, d0);
      c1 = i32x4.add(c1, d1);
      c2 = i32x4.add(c2, d2);
      b0 = rotate12(v128.xor(b0, c0));
      b1 = rotate12(v128.xor(b1, c1));
      b2 = rotate12(v128.xor(b2, c2));
      a0 = i32x4.add(a0, b0);
      a1 = i32x4.add(a1, b1);
      a2 = i32x4.add(a2, b2);
      d0 = rotate8(v128.xor(d0, a0));
      d1 = rotate8(v128.xor(d1, a1));
      d2 = rotate8(v128.xor(d2, a2));
      c0 = i32x4.add(c0, d0);
      c1 = i32x4.add(c1, d1);
      c2 = i32x4.add(c2, d2);
      b0 = rotate7(v128.xor(b0, c0));
      b1 = rotate7(v128.xor(b1, c1));
      b2 = rotate7(v128.xor(b2, c2));
      b0 = left3(b0);
      b1 = left3(b1);
      b2 = left3(b2);
      c0 = left2(c0);
      c1 = left2(c1);
      c2 = left2(c2);
      d0 = left1(d0);
      d1 = left1(d1);
      d2 = left1(d2);
    }
    store(out, a0, b0, c0, d0, v128.load(seeds), salt, last);
    store(out + 64, a1, b1, c1, d1, v128.load(second), salt, next);
    store(out + 128, a2, b2, c2, d2, v128.load(second + step), salt, third);
    last = i32x4.add(last, i32x4(3, 0, 0, 0));
    seeds = second + 2 * step;
    out += 192;
  }
}
