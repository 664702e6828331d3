/** Punycode (RFC 3492): the letters of a domain label as ASCII, and back. Browsers offer no such function of their own. */

const [BASE, T_MIN, T_MAX, SKEW, DAMP, INITIAL_BIAS, INITIAL_N] = [36, 1, 26, 38, 700, 72, 128] as const;
const DIGITS = 'abcdefghijklmnopqrstuvwxyz0123456789';

function adapt(delta: number, points: number, first: boolean): number {
  let rest = first ? Math.floor(delta / DAMP) : delta >> 1;
  rest += Math.floor(rest / points);
  let k = 0;
  for (; rest > ((BASE - T_MIN) * T_MAX) >> 1; k += BASE) rest = Math.floor(rest / (BASE - T_MIN));
  return k + Math.floor(((BASE - T_MIN + 1) * rest) / (rest + SKEW));
}

const threshold = (k: number, bias: number): number => Math.min(Math.max(k - bias, T_MIN), T_MAX);

function variableLength(delta: number, bias: number): string {
  let out = '';
  let q = delta;
  for (let k = BASE; ; k += BASE) {
    const t = threshold(k, bias);
    if (q < t) return out + DIGITS[q];
    out += DIGITS[t + ((q - t) % (BASE - t))];
    q = Math.floor((q - t) / (BASE - t));
  }
}

/** Encodes a label, without "xn--". At most 63 characters, so nothing overflows. */
export function punycodeEncode(label: string): string {
  const points = [...label].map((c) => c.codePointAt(0) ?? 0);
  const basic = points.filter((p) => p < 0x80);
  let out = basic.length === 0 ? '' : `${String.fromCharCode(...basic)}-`;
  let [n, delta, bias, handled]: [number, number, number, number] = [INITIAL_N, 0, INITIAL_BIAS, basic.length];
  while (handled < points.length) {
    const next = Math.min(...points.filter((p) => p >= n));
    delta += (next - n) * (handled + 1);
    n = next;
    for (const point of points) {
      if (point < n) delta++;
      if (point !== n) continue;
      out += variableLength(delta, bias);
      bias = adapt(delta, handled + 1, handled === basic.length);
      delta = 0;
      handled++;
    }
    delta++;
    n++;
  }
  return out;
}

/** Decodes what follows "xn--", lower case; null if it encodes nothing. */
export function punycodeDecode(text: string): string | null {
  const split = text.lastIndexOf('-');
  const points = [...text.slice(0, Math.max(split, 0))].map((c) => c.charCodeAt(0));
  let [n, i, bias]: [number, number, number] = [INITIAL_N, 0, INITIAL_BIAS];
  for (let at = split + 1; at < text.length; ) {
    const before = i;
    for (let [weight, k] = [1, BASE]; ; k += BASE) {
      const digit = at < text.length ? DIGITS.indexOf(text[at++] ?? '') : -1;
      if (digit < 0 || i > 0x7f_ff_ff_ff) return null;
      i += digit * weight;
      const t = threshold(k, bias);
      if (digit < t) break;
      weight *= BASE - t;
    }
    const length = points.length + 1;
    bias = adapt(i - before, length, before === 0);
    n += Math.floor(i / length);
    i %= length;
    if (n > 0x10_ff_ff || (n >= 0xd800 && n < 0xe000)) return null;
    points.splice(i++, 0, n);
  }
  return String.fromCodePoint(...points);
}
