/** What a triangle is made of: chooses the shader. */
export const Material = {
  skin: 0,
  lidRim: 1,
  eye: 2,
  teeth: 3,
  mouth: 4,
  hair: 5,
  cloth: 6,
  frame: 7,
  object: 8,
  hand: 9,
  lens: 10,
  tongue: 11,
} as const;
export type Material = typeof Material[keyof typeof Material];

export type Mask = (a: number, b: number, c: number) => boolean;

/** Triangles of one thing, ready to draw. */
export interface Mesh {
  readonly material: Material;
  /** `[V, 3]` millimeters. */
  readonly position: Float64Array;
  /** `[V, 3]` what the shader wants to know: chart coordinates, directions, ... */
  readonly attribute: Float64Array;
  /** `[T, 3]`. */
  readonly triangles: Int32Array;
  /** `[V, 3]` unit normals, outwards. */
  readonly normal: Float64Array;
  /** Seen from both sides. */
  readonly open: boolean;
  /** Which of several things of the same material this is. */
  readonly variant: number;
  /** Throws shadows. */
  readonly casts: boolean;
  /** Where, by its attributes, the surface exists: hair has a ragged edge. */
  readonly mask?: Mask;
  /** Never shows through the head's skin, even where it pokes out: eyeballs and the inside of the mouth. */
  readonly inside: boolean;
  /** Its own color, where the shader has none. */
  readonly color?: readonly [number, number, number];
}

export interface MeshOptions {
  /** @default false */
  open?: boolean;
  /** @default 0 */
  variant?: number;
  /** @default true */
  casts?: boolean;
  mask?: Mask;
  /** @default false */
  inside?: boolean;
}

/** Joins the parts of a mesh; normals are the area-weighted means of the triangles'. */
export function createMesh(
  material: Material,
  position: Float64Array,
  attribute: Float64Array,
  triangles: Int32Array,
  { open = false, variant = 0, casts = true, mask, inside = false }: MeshOptions = {},
): Mesh {
  return {
    material,
    position,
    attribute,
    triangles,
    normal: normals(position, triangles),
    open,
    variant,
    casts,
    inside,
    ...mask && { mask },
  };
}

export function normals(position: Float64Array, triangles: Int32Array): Float64Array {
  const normal = new Float64Array(position.length);
  for (let k = 0; k < triangles.length; k += 3) {
    const a = 3 * triangles[k]!, b = 3 * triangles[k + 1]!, c = 3 * triangles[k + 2]!;
    const ux = position[b]! - position[a]!,
      uy = position[b + 1]! - position[a + 1]!,
      uz = position[b + 2]! - position[a + 2]!;
    const vx = position[c]! - position[a]!,
      vy = position[c + 1]! - position[a + 1]!,
      vz = position[c + 2]! - position[a + 2]!;
    // y points down, so the outward normal of a triangle that turns clockwise on the screen is u x v with z to the viewer.
    const nx = uy * vz - uz * vy, ny = uz * vx - ux * vz, nz = ux * vy - uy * vx;
    normal[a] = normal[a]! + nx;
    normal[a + 1] = normal[a + 1]! + ny;
    normal[a + 2] = normal[a + 2]! + nz;
    normal[b] = normal[b]! + nx;
    normal[b + 1] = normal[b + 1]! + ny;
    normal[b + 2] = normal[b + 2]! + nz;
    normal[c] = normal[c]! + nx;
    normal[c + 1] = normal[c + 1]! + ny;
    normal[c + 2] = normal[c + 2]! + nz;
  }
  for (let i = 0; i < normal.length; i += 3) {
    const x = normal[i]!, y = normal[i + 1]!, z = normal[i + 2]!;
    const length = Math.sqrt(x * x + y * y + z * z) || 1;
    normal[i] = x / length;
    normal[i + 1] = y / length;
    normal[i + 2] = z / length;
  }
  return normal;
}

/**
 * A patch over a grid of `columns x rows` cells: `place(u, v)` with `u, v` in [0, 1] gives the position, `describe` the
 * attribute (default `u, v, 0`).
 */
export function patch(
  material: Material,
  columns: number,
  rows: number,
  place: (u: number, v: number) => readonly [number, number, number],
  options: MeshOptions & { describe?: (u: number, v: number) => readonly [number, number, number]; flip?: boolean } =
    {},
): Mesh {
  const { describe = (u: number, v: number) => [u, v, 0] as const, flip = false } = options;
  const count = (columns + 1) * (rows + 1);
  const position = new Float64Array(3 * count), attribute = new Float64Array(3 * count);
  const triangles = new Int32Array(6 * columns * rows);
  let at = 0, face = 0;
  for (let j = 0; j <= rows; j++) {
    for (let i = 0; i <= columns; i++, at += 3) {
      position.set(place(i / columns, j / rows), at);
      attribute.set(describe(i / columns, j / rows), at);
      if (i === columns || j === rows) continue;
      const a = j * (columns + 1) + i, b = a + 1, c = a + columns + 1, d = c + 1;
      triangles.set(flip ? [a, c, b, b, c, d] : [a, b, c, b, d, c], face);
      face += 6;
    }
  }
  return createMesh(material, position, attribute, triangles, options);
}

/** A tube of radius `radius(u)` along `path(u)`, `u` in [0, 1]. */
export function tube(
  material: Material,
  path: (u: number) => readonly [number, number, number],
  radius: (u: number) => number,
  along: number,
  around: number,
  directions: readonly (readonly [cos: number, sin: number])[],
  options: MeshOptions = {},
): Mesh {
  return patch(material, along, around, (u, v) => {
    const [x, y, z] = path(u), [x0, y0, z0] = path(Math.max(0, u - 0.02)), [x1, y1, z1] = path(Math.min(1, u + 0.02));
    let tx = x1 - x0, ty = y1 - y0, tz = z1 - z0;
    const length = Math.sqrt(tx * tx + ty * ty + tz * tz) || 1;
    tx /= length, ty /= length, tz /= length;
    // Any direction across the path will do: the axis least along it.
    const [hx, hy, hz] = Math.abs(tx) < 0.6
      ? [1, 0, 0] as const
      : Math.abs(ty) < 0.6
      ? [0, 1, 0] as const
      : [0, 0, 1] as const;
    let ax = ty * hz - tz * hy, ay = tz * hx - tx * hz, az = tx * hy - ty * hx;
    const side = Math.sqrt(ax * ax + ay * ay + az * az);
    ax /= side, ay /= side, az /= side;
    const bx = ty * az - tz * ay, by = tz * ax - tx * az, bz = tx * ay - ty * ax;
    const [c, s] = directions[Math.round(v * around) % directions.length]!, r = radius(u);
    return [x + r * (ax * c + bx * s), y + r * (ay * c + by * s), z + r * (az * c + bz * s)];
  }, { ...options, open: true });
}
