/**
 * Delaunay triangles of points in the plane, by insertion (Bowyer and Watson).
 *
 * @param points `[n, 2]`, no two equal.
 * @returns `[m, 3]` indices, all turning the same way (positive area with y down).
 */
export function delaunay(points: Float64Array): Int32Array {
  const n = points.length / 2;
  let lowX = Infinity, lowY = Infinity, highX = -Infinity, highY = -Infinity;
  for (let i = 0; i < n; i++) {
    lowX = Math.min(lowX, points[2 * i]!);
    highX = Math.max(highX, points[2 * i]!);
    lowY = Math.min(lowY, points[2 * i + 1]!);
    highY = Math.max(highY, points[2 * i + 1]!);
  }
  const span = 40 * Math.max(highX - lowX, highY - lowY), midX = (lowX + highX) / 2, midY = (lowY + highY) / 2;
  const xy = new Float64Array(2 * n + 6);
  xy.set(points);
  xy.set([midX - span, midY - span, midX + span, midY - span, midX, midY + span], 2 * n);

  interface Triangle {
    a: number;
    b: number;
    c: number;
    x: number;
    y: number;
    r2: number;
  }
  const circle = (a: number, b: number, c: number): Triangle => {
    const ax = xy[2 * a]!, ay = xy[2 * a + 1]!;
    const bx = xy[2 * b]! - ax, by = xy[2 * b + 1]! - ay, cx = xy[2 * c]! - ax, cy = xy[2 * c + 1]! - ay;
    const d = 2 * (bx * cy - by * cx), b2 = bx * bx + by * by, c2 = cx * cx + cy * cy;
    const ux = (cy * b2 - by * c2) / d, uy = (bx * c2 - cx * b2) / d;
    return { a, b, c, x: ax + ux, y: ay + uy, r2: ux * ux + uy * uy };
  };

  // Points are put in by rising y, so that a triangle whose circle lies wholly above can never change again.
  const order = Array.from({ length: n }, (_, i) => i).sort((p, q) => xy[2 * p + 1]! - xy[2 * q + 1]! || p - q);
  let open: Triangle[] = [circle(n, n + 1, n + 2)];
  const closed: Triangle[] = [];
  for (const p of order) {
    const px = xy[2 * p]!, py = xy[2 * p + 1]!;
    const edges = new Map<number, [number, number] | null>();
    const kept: Triangle[] = [];
    for (const triangle of open) {
      const dx = px - triangle.x, dy = py - triangle.y;
      if (dy > 0 && dy * dy > triangle.r2) closed.push(triangle);
      else if (dx * dx + dy * dy < triangle.r2) {
        for (const [u, v] of [[triangle.a, triangle.b], [triangle.b, triangle.c], [triangle.c, triangle.a]] as const) {
          const key = Math.min(u, v) * (n + 3) + Math.max(u, v);
          edges.set(key, edges.has(key) ? null : [u, v]);
        }
      } else kept.push(triangle);
    }
    for (const edge of edges.values()) if (edge) kept.push(circle(edge[0], edge[1], p));
    open = kept;
  }
  const result: number[] = [];
  for (const { a, b, c } of [...closed, ...open]) {
    if (a >= n || b >= n || c >= n) continue;
    const area = (xy[2 * b]! - xy[2 * a]!) * (xy[2 * c + 1]! - xy[2 * a + 1]!) -
      (xy[2 * b + 1]! - xy[2 * a + 1]!) * (xy[2 * c]! - xy[2 * a]!);
    if (area > 0) result.push(a, b, c);
    else if (area < 0) result.push(a, c, b);
  }
  return Int32Array.from(result);
}
