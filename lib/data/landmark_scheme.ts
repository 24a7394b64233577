/** The meaning of a set of landmarks: how many, which mirror which, and between which points an error is normalised. */
export interface LandmarkScheme {
  /** Short name, as `68`. */
  readonly name: string;
  /** Number of landmarks, `M`. */
  readonly points: number;
  /** `flip[m]` is the landmark that takes the place of `m` when the picture is mirrored: an involution of length `M`. */
  readonly flip: readonly number[];
  /** Two groups of landmarks whose means are the outer eye corners. */
  readonly interOcular: readonly [readonly number[], readonly number[]];
  /** Two groups of landmarks whose means are the pupils. */
  readonly interPupil: readonly [readonly number[], readonly number[]];
  /** Landmarks by facial region, as `{ jaw: [0, ...], ... }`; each landmark is in exactly one. */
  readonly regions: Readonly<Record<string, readonly number[]>>;
  /** Polylines to draw, each a list of landmarks (first repeated at the end of a closed one). */
  readonly lines: readonly (readonly number[])[];
}
