import { atan2 } from "./math.ts";

/**
 * The mean head, designed by hand from textbook anthropometry (rounded adult averages: biocular width 86 mm,
 * intercanthal 34, nasal height 49, nose width 35, mouth 51, bizygomatic 140, nasion to chin 116, nose protrusion 20).
 *
 * Millimeters; x to the subject's left (right in the picture), y down, z towards the viewer; the origin lies between
 * the outer eye corners. Only the half with x >= 0 is listed. A fourth number moves the point along the chart's second
 * axis, where surface that is hidden from the front (lips that touch, the underside of the chin) has to be spread out.
 */
export type ControlPoint = readonly [x: number, y: number, z: number, chartOffset?: number];

/** The cylinder's axis, behind the face, about which the chart is unrolled. */
const AXIS_Z = -70;
/** Radius that turns an angle about the axis into chart millimeters. */
const CHART_RADIUS = 85;

/** Chart coordinates `(s, t)`, in millimeters along the unrolled head. */
export function chartOf([x, y, z, offset = 0]: ControlPoint): [s: number, t: number] {
  return [CHART_RADIUS * atan2(x, z - AXIS_Z), y + offset];
}

/** Landmarks of the image's right half and of the middle, by iBUG index; contour points are in {@linkcode CONTOUR}. */
export const LANDMARK_POINTS: Readonly<Record<number, ControlPoint>> = {
  22: [11, -18.5, 23.5],
  23: [21.5, -24, 22],
  24: [34, -26, 17],
  25: [46, -23, 9],
  26: [55.5, -14.5, -3],
  27: [0, -2, 19],
  28: [0, 10.5, 27],
  29: [0, 23, 36],
  30: [0, 35.5, 44.5],
  33: [0, 48.5, 33.5],
  34: [7, 47.5, 32.5],
  35: [13.8, 45, 28],
  42: [17, 1.8, 6.5],
  43: [25, -3.9, 11.2],
  44: [34.5, -4.3, 9.6],
  45: [43, -0.3, 0.5],
  46: [35.5, 3.7, 8],
  47: [26.2, 4.4, 9.8],
  51: [0, 62, 36],
  52: [5.6, 60.8, 35.4],
  53: [15, 63.4, 31],
  54: [25.5, 67.4, 23.5],
  55: [16, 73.6, 29],
  56: [7.5, 77, 32.6],
  57: [0, 78, 33.4],
  62: [0, 67.8, 33.5, -2.2],
  63: [7.5, 67.2, 32.6, -2.1],
  64: [23.2, 67.3, 24.4],
  65: [7.5, 67.2, 32.4, 2.1],
  66: [0, 67.8, 33.3, 2.2],
};

/**
 * Face contour, landmarks 8 to 16: the curve on the head, from its outer end (near ear, jaw edge or chin) inwards, on
 * which the point that the picture shows as the face's edge is looked for.
 */
export const CONTOUR: Readonly<Record<number, readonly ControlPoint[]>> = {
  16: [[69.5, 2, -46], [66, 3, -30], [59, 4, -14]],
  15: [[69.5, 21, -45], [65, 21, -27], [54, 21, -3], [44, 22, 6]],
  14: [[67, 40, -41], [61.5, 40, -20], [49, 39, 3], [38, 38, 11]],
  13: [[62.5, 58.5, -35], [56.5, 57, -15], [44, 55, 5], [33, 54, 15]],
  12: [[54.5, 76, -24], [49, 74, -7], [38, 72, 10], [28, 70, 19]],
  11: [[44.5, 91, -9, 1], [39, 88, 4], [30, 85, 15], [20, 82, 23]],
  10: [[31, 103, 5, 1], [26.5, 100, 14], [20, 96, 21], [13, 92, 25]],
  9: [[16, 111.5, 14, 1], [14, 108.5, 22], [10.5, 104, 26.5], [7, 98, 28.5]],
  8: [[0, 114.5, 14, 3], [0, 113.5, 21, 0.5], [0, 110, 27], [0, 103, 30.5]],
};

/** Everything else that shapes the head. */
const SHAPE_POINTS: readonly ControlPoint[] = [
  // Profile, from the crown down to the root of the nose, and below the nose to the chin.
  [0, -112, -52],
  [0, -98, -24],
  [0, -80, -2],
  [0, -62, 13],
  [0, -44, 21],
  [0, -27, 24.5],
  [0, -13, 22.5],
  [0, 5, 22.8],
  [0, 40.5, 43.2, 0.2],
  [0, 45, 38.6, 0.5],
  [0, 55, 33.4],
  [0, 64.8, 36.2, -0.8],
  [0, 71.5, 36, 1.4],
  [0, 82.5, 29.2],
  [0, 88, 27.6],
  [0, 96, 29.8],
  // Forehead and temple.
  [28, -44, 19],
  [28, -66, 7],
  [26, -92, -22],
  [48, -44, 6],
  [50, -68, -10],
  [46, -96, -42],
  [62, -38, -15],
  [63, -14, -18],
  [68, -40, -42],
  [66, -74, -52],
  [42, -108, -75],
  [76, -44, -82],
  [70, -82, -90],
  // Brow ridge and orbit.
  [10, -10, 17],
  [17, -12, 15.5],
  [25, -13, 16.2],
  [35, -14, 14.5],
  [45, -12, 7.5],
  [52, -6, -3],
  [20, -5.5, 10],
  [25.5, -8.2, 12.4],
  [34.5, -8.8, 11],
  [43, -6.2, 4.5],
  [48, 0, -3.5],
  [14, 4, 10.5],
  [20, 8, 10.2],
  [27, 10, 11.5],
  [36, 9.5, 9.6],
  [45, 6, 1.8],
  [53, 6, -6.5],
  // Nose: bridge, side, tip, wing, nostril floor.
  [5.5, 0, 15.5],
  [6, 10, 21.5],
  [10.5, 10, 13.2],
  [6.5, 22, 30],
  [11.5, 22, 20],
  [17.5, 22, 13.5],
  [5.5, 34, 41.5],
  [9.8, 34, 34],
  [14.5, 34, 24.5],
  [19.5, 34, 17.2],
  [5.5, 40, 40.2],
  [10.5, 40, 35.2],
  [15.5, 40, 29],
  [17.6, 41.5, 23.6],
  [21.5, 42, 18.4],
  [16, 45.6, 24.8],
  [4, 44.6, 37.4],
  [8.6, 45.2, 32.6],
  // Philtrum, skin above the lip, nasolabial fold.
  [4.5, 55, 34.2],
  [11, 54.5, 30.4],
  [18, 51.5, 24.2],
  [22, 58, 23],
  [26, 50, 19.5],
  [29, 62, 20.2],
  // Lips: fullness, corners, the groove under the lower lip.
  [6.5, 64.2, 35.4, -0.8],
  [14.5, 65.2, 31.2, -0.9],
  [15.5, 67, 29.6, -1.8],
  [15.5, 67, 29.4, 1.8],
  [6.5, 71.2, 35.2, 1.4],
  [15.5, 70.4, 30.8, 1.4],
  [30.5, 69, 19.5],
  [10, 84, 27],
  [20, 81, 23.4],
  [11, 91.5, 27.8],
  // Cheeks and jaw.
  [27, 17, 14],
  [37, 17, 11.5],
  [47, 15, 4],
  [57, 14, -9],
  [27, 28, 17.5],
  [37, 28, 13],
  [47.5, 29, 5],
  [57, 30, -9],
  [30, 42, 18.2],
  [42, 46, 9.5],
  [53.5, 47, -6],
  [60, 48, -24],
  [37, 60, 14.5],
  [49, 64, -4],
  [57.5, 66, -24],
  [29, 76, 19.5],
  [41, 78, 6.5],
  [50, 82, -12],
  [21, 89, 22.6],
  [31.5, 91, 12.6],
  [13, 101, 26.4],
  [23, 101, 17.5],
  [7, 107, 27.4],
  // Underneath the chin and jaw.
  [0, 116.5, 3, 8],
  [0, 118, -16, 16],
  [0, 119.5, -40, 26],
  [16, 114.5, 2, 8],
  [16, 118, -20, 18],
  [29, 107.5, -6, 7],
  [30, 113, -28, 18],
  [42, 96.5, -20, 6],
  [42, 103, -42, 16],
  [52.5, 82, -38, 4],
  [53, 90, -60, 14],
  [59.5, 66, -52, 3],
  [60, 76, -74, 12],
  // Side and back of the head.
  [70.5, 2, -66],
  [70.5, 22, -66],
  [68, 42, -62],
  [71.5, -18, -60],
  [66, 52, -86, 4],
  [73, 8, -92],
  [74, -14, -96],
  [71, 30, -104],
  [62, 64, -108, 8],
  [66, -10, -132],
  [62, 28, -134],
  [58, -52, -136],
  [52, -92, -118],
  [40, 0, -160],
  [38, 36, -152],
  [38, -48, -160],
  [30, -96, -134],
  [40, 66, -134, 8],
  [12, -112, -104],
  [6, 0, -171],
  [6, 40, -160],
  [6, -50, -170],
  [6, 70, -142, 8],
  [6, -96, -142],
];

/** All control points of the half head. */
export const CONTROL_POINTS: readonly ControlPoint[] = [
  ...Object.values(LANDMARK_POINTS),
  ...Object.values(CONTOUR).flat(),
  ...SHAPE_POINTS,
];

/** The eyeball of the image's right half. */
export const EYE_CENTER: ControlPoint = [30.6, 0, -3.2];
export const EYE_RADIUS = 12.2;
