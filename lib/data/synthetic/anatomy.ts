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
  22: [12, -16.2, 26.1],
  23: [23, -21.2, 25.3],
  24: [36.5, -23, 19.9],
  25: [49.5, -20, 11.2],
  26: [60, -11.8, -2.2],
  27: [0, -2, 22.9],
  28: [0, 10.5, 29.7],
  29: [0, 23, 37.1],
  30: [0, 35.5, 46.5],
  33: [0, 48.5, 32],
  34: [7.4, 47.5, 31.5],
  35: [14.5, 45, 27.8],
  42: [18.8, 1.8, 8.7],
  43: [26.6, -4.6, 13.5],
  44: [36.4, -5, 11.8],
  45: [45.2, -0.3, 2.1],
  46: [37.4, 3.9, 9.7],
  47: [27.8, 4.5, 11.6],
  51: [0, 62, 30.9],
  52: [5.9, 60.8, 30.4],
  53: [15.8, 63.4, 25.9],
  54: [26.4, 67.4, 18],
  55: [16.8, 74.6, 23.5],
  56: [7.9, 76.8, 27.1],
  57: [0, 77.5, 28],
  62: [0, 67.8, 28.2, -2.2],
  63: [7.9, 67.2, 27.3, -2.1],
  64: [22, 67.3, 20.7],
  65: [7.9, 67.2, 27.1, 2.1],
  66: [0, 67.8, 28, 2.2],
};

/**
 * Face contour, landmarks 8 to 16: the curve on the head, from its outer end (near ear, jaw edge or chin) inwards, on
 * which the point that the picture shows as the face's edge is looked for.
 */
export const CONTOUR: Readonly<Record<number, readonly ControlPoint[]>> = {
  16: [[75.5, -2.5, -43.7], [70, -1.5, -27.8], [62.5, 1.5, -11.9]],
  15: [[74.3, 18.5, -43.8], [68.2, 18.5, -25.8], [56.7, 18.5, -1.8], [46.2, 20, 7.2]],
  14: [[72.4, 38.5, -40.8], [64.9, 38.5, -19.8], [51.7, 37.5, 3.3], [39.9, 37, 11.3]],
  13: [[67.6, 58.5, -35.7], [59.3, 57, -15.6], [46.2, 55, 3.1], [34.6, 54, 11.1]],
  12: [[59.6, 76, -25.6], [51.5, 74, -8.4], [39.9, 72, 4.8], [29.4, 70, 13.6]],
  11: [[48.8, 91, -11.3, 1], [41, 88, 0.6], [31.5, 85, 8.4], [21, 82, 16.8], [10.5, 85, 20.6]],
  10: [[34, 103, -0.3, 1], [27.8, 100, 4.8], [21, 96, 12.4], [13.7, 92, 17.1], [5.2, 92.5, 20.6]],
  9: [[16.8, 111.5, 4.2, 1], [14.7, 108.5, 12.3], [11, 104, 17.1], [7.4, 98, 19.6], [1.6, 99, 21]],
  8: [[0, 114.5, 4, 3], [0, 113.5, 11.1, 0.5], [0, 110, 17.2], [0, 103, 21.1]],
};

/** Everything else that shapes the head. */
const SHAPE_POINTS: readonly ControlPoint[] = [
  // Profile, from the crown down to the root of the nose, and below the nose to the chin.
  [0, -112, -44.1],
  [0, -98, -16.9],
  [0, -80, 4.2],
  [0, -62, 18.4],
  [0, -44, 25.4],
  [0, -27, 28.1],
  [0, -13, 25.4],
  [0, 5, 26.3],
  [0, 40.5, 44.9, 0.2],
  [0, 45, 38.4, 0.5],
  [0, 55, 29.1],
  [0, 64.8, 31, -0.8],
  [0, 71.5, 30.5, 1.4],
  [0, 82.5, 22.9],
  [0, 88, 20.5],
  [0, 96, 21.2],
  // Forehead and temple.
  [29.4, -44, 23.4],
  [29.4, -66, 12.6],
  [27.3, -92, -15.1],
  [50.4, -44, 10.4],
  [52.5, -68, -4.3],
  [48.3, -96, -35],
  [65.1, -38, -10.8],
  [66.2, -14, -15.1],
  [71.4, -40, -37.8],
  [69.3, -74, -46],
  [44.1, -108, -67.3],
  [79.8, -44, -77.5],
  [73.5, -82, -83.7],
  // Brow ridge and orbit.
  [10.5, -10, 19.8],
  [17.9, -12, 18.4],
  [26.2, -13, 19.1],
  [36.8, -14, 17.4],
  [47.2, -12, 10.3],
  [54.6, -6, -0.4],
  [21, -5.5, 12.5],
  [26.8, -8.2, 15.1],
  [36.2, -8.8, 13.7],
  [45.1, -6.2, 7.1],
  [50.4, 0, -1.2],
  [14.7, 4, 12.6],
  [21, 8, 12],
  [28.4, 10, 13.2],
  [37.8, 9.5, 11.4],
  [47.2, 6, 3.8],
  [55.7, 6, -4.5],
  // Nose: bridge, side, tip, wing, nostril floor.
  [5.2, 0, 19.6],
  [5.2, 10, 25.2],
  [10, 10, 15.3],
  [16.8, 12, 13.1],
  [5.2, 22, 33.1],
  [9.5, 22, 23.6],
  [16.8, 22, 15],
  [5, 34, 44.4],
  [9, 34, 36.1],
  [12.8, 33.5, 27.2],
  [19.5, 33, 17.6],
  [4.8, 39.5, 43.2],
  [8.8, 39, 37.3],
  [12.2, 38.5, 31.7],
  [16.2, 40, 28.6],
  [18.2, 42, 24.1],
  [21.6, 42, 17.9],
  [20.2, 37.5, 19.4],
  [16.6, 45.2, 24.4],
  [4, 44.4, 37.5],
  [9, 45.4, 31.3],
  [22.1, 47, 18.6],
  // Philtrum, skin above the lip, nasolabial fold.
  [4.7, 55, 29.9],
  [11.6, 54.5, 26.3],
  [18.9, 51.5, 21.4],
  [23.1, 58, 18.2],
  [27.3, 50, 17.4],
  [30.5, 62, 15.2],
  // Lips: fullness, corners, the groove under the lower lip.
  [6.8, 64.2, 30.2, -0.8],
  [15.2, 65.2, 26, -0.9],
  [16.3, 67, 24.3, -1.8],
  [16.3, 67, 24.1, 1.8],
  [6.8, 71.2, 29.7, 1.4],
  [16.3, 70.4, 25.3, 1.4],
  [32, 69, 14.1],
  [10.5, 84, 20.6],
  [21, 81, 17.3],
  [11.6, 91.5, 20.1],
  // Cheeks and jaw.
  [28.4, 17, 15.4],
  [38.9, 17, 12.9],
  [49.4, 15, 5.5],
  [59.9, 14, -7.5],
  [28.4, 28, 18.4],
  [38.9, 28, 13.8],
  [49.9, 29, 5.8],
  [59.9, 30, -8.2],
  [31.5, 42, 18.3],
  [44.1, 46, 9],
  [56.2, 47, -6.1],
  [63, 48, -24.1],
  [38.9, 60, 9.6],
  [51.5, 64, -5],
  [60.4, 66, -25.1],
  [30.5, 76, 13.8],
  [43.1, 78, 2.4],
  [52.5, 82, -13.8],
  [22.1, 89, 15.3],
  [33.1, 91, 4.9],
  [13.7, 101, 17.2],
  [24.2, 101, 8.3],
  [7.4, 107, 17.8],
  // Underneath the chin and jaw.
  [0, 116.5, -1.6, 8],
  [0, 118, -19.6, 16],
  [0, 119.5, -43.7, 26],
  [16.8, 114.5, -2, 8],
  [16.8, 118, -23.6, 18],
  [30.5, 107.5, -9.1, 7],
  [31.5, 113, -31.4, 18],
  [44.1, 96.5, -22.6, 6],
  [44.1, 103, -44.9, 16],
  [55.1, 82, -39.9, 4],
  [55.7, 90, -62.2, 14],
  [62.5, 66, -53, 3],
  [63, 76, -75.5, 12],
  // Side and back of the head.
  [74, 2, -63.9],
  [74, 22, -64.8],
  [71.4, 42, -61.9],
  [75.1, -18, -56.9],
  [69.3, 52, -86.3, 4],
  [76.7, 8, -90.2],
  [77.7, -14, -93],
  [74.5, 30, -103.2],
  [65.1, 64, -109, 8],
  [69.3, -10, -129.2],
  [65.1, 28, -133.2],
  [60.9, -52, -131.2],
  [54.6, -92, -111.2],
  [42, 0, -157.8],
  [39.9, 36, -151.6],
  [39.9, -48, -155.3],
  [31.5, -96, -127],
  [42, 66, -135.1, 8],
  [12.6, -112, -96.2],
  [6.3, 0, -167.2],
  [6.3, 40, -159.8],
  [6.3, -50, -165.2],
  [6.3, 70, -143.2, 8],
  [6.3, -96, -134.9],
];

/** All control points of the half head. */
export const CONTROL_POINTS: readonly ControlPoint[] = [
  ...Object.values(LANDMARK_POINTS),
  ...Object.values(CONTOUR).flat(),
  ...SHAPE_POINTS,
];

/** The eyeball of the image's right half. */
export const EYE_CENTER: ControlPoint = [32.4, 0, -1];
export const EYE_RADIUS = 12.2;
