// Elementary functions without tables: the compiler's own lie at the start of the memory, which is the caller's.

/** eˣ for x ≤ 0, to seven digits: 2ᵏ · eʳ with |r| ≤ ln 2 / 2. */
export function expNegative(x: f32): f32 {
  if (x < -87) return 0;
  const k = nearest<f32>(x * Mathf.LOG2E);
  const r = x - k * 0.693359375 + k * 2.1219444e-4;
  const one: f32 = 1;
  const series = one + r * (one + r * (0.5 + r * (0.166666667 + r * (0.0416666667 + r * (8.33333333e-3 + r * 1.38888889e-3)))));
  return series * reinterpret<f32>((<i32>k + 127) << 23);
}

/** ln(1 + x) for 0 ≤ x ≤ 1, to seven digits: 2 artanh(x / (2 + x)). */
export function logOnePlus(x: f32): f32 {
  const s = x / (2 + x);
  const q = s * s;
  return 2 * s * (1 + q * (0.333333333 + q * (0.2 + q * (0.142857143 + q * (0.111111111 + q * 0.0909090909)))));
}
