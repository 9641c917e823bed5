/**
 * Adam (Kingma & Ba 2015) on rows [from, to) of a table of `columns` floats a row, a multiple of 4: with g the gradient,
 * m += 0.1 (g − m), s += 0.001 (g² − s), x −= rate · m / (√s + ε). `rate` has the corrections of the first steps in it.
 */
export function adamRows(
  from: i32,
  to: i32,
  _scratch: usize,
  gradient: usize,
  table: usize,
  means: usize,
  squares: usize,
  rate: f32,
  epsilon: f32,
  columns: i32,
): void {
  const bytes = (<usize>columns) << 2;
  const end = <usize>to * bytes;
  const a = f32x4.splat(0.1);
  const b = f32x4.splat(0.001);
  const step = f32x4.splat(rate);
  const least = f32x4.splat(epsilon);
  for (let at = <usize>from * bytes; at < end; at += 16) {
    const g = v128.load(gradient + at);
    const m0 = v128.load(means + at);
    const s0 = v128.load(squares + at);
    const m = f32x4.add(m0, f32x4.mul(a, f32x4.sub(g, m0)));
    const s = f32x4.add(s0, f32x4.mul(b, f32x4.sub(f32x4.mul(g, g), s0)));
    v128.store(means + at, m);
    v128.store(squares + at, s);
    v128.store(table + at, f32x4.sub(v128.load(table + at), f32x4.div(f32x4.mul(step, m), f32x4.add(f32x4.sqrt(s), least))));
  }
}
