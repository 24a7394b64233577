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
  22: [12, -16.2, 23],
  23: [23, -21.2, 22],
  24: [36.5, -23, 16.5],
  25: [49.5, -20, 8],
  26: [60, -11.8, -5],
  27: [0, -2, 19],
  28: [0, 10.5, 27],
  29: [0, 23, 36],
  30: [0, 35.5, 46],
  33: [0, 48.5, 32.2],
  34: [7.4, 47.5, 31.6],
  35: [14.5, 45, 27.8],
  42: [18.8, 1.8, 6.5],
  43: [26.6, -4.6, 11],
  44: [36.4, -5, 9.3],
  45: [45.2, -0.3, -0.2],
  46: [37.4, 3.9, 7.6],
  47: [27.8, 4.5, 9.6],
  51: [0, 62, 31.8],
  52: [5.9, 60.8, 31.2],
  53: [15.8, 63.4, 26.8],
  54: [26.4, 67.4, 19.1],
  55: [16.8, 72.9, 25],
  56: [7.9, 75.9, 28.7],
  57: [0, 76.8, 29.6],
  62: [0, 67.8, 29.3, -2.2],
  63: [7.9, 67.2, 28.4, -2.1],
  64: [22, 67.3, 21.8],
  65: [7.9, 67.2, 28.2, 2.1],
  66: [0, 67.8, 29.1, 2.2],
};

/**
 * Face contour, landmarks 8 to 16: the curve on the head, from its outer end (near ear, jaw edge or chin) inwards, on
 * which the point that the picture shows as the face's edge is looked for.
 */
export const CONTOUR: Readonly<Record<number, readonly ControlPoint[]>> = {
  16: [[75.5, -0.5, -46], [70, 0.5, -30], [62.5, 3, -14]],
  15: [[74.3, 21, -45], [68.2, 21, -27], [56.7, 21, -3], [46.2, 22, 6]],
  14: [[72, 40, -41], [64.6, 40, -20], [51.5, 39, 3], [39.9, 38, 11]],
  13: [[67.6, 58.5, -35], [59.3, 57, -15], [46.2, 55, 3.6], [34.6, 54, 11.5]],
  12: [[59.6, 76, -24], [51.5, 74, -7], [39.9, 72, 6.1], [29.4, 70, 14.8]],
  11: [[48.8, 91, -9, 1], [41, 88, 2.7], [31.5, 85, 10.4], [21, 82, 18.7], [10.5, 85, 22.6]],
  10: [[34, 103, 2.6, 1], [27.8, 100, 7.6], [21, 96, 15], [13.7, 92, 19.5], [5.2, 92.5, 23]],
  9: [[16.8, 111.5, 7.5, 1], [14.7, 108.5, 15.5], [11, 104, 20], [7.4, 98, 22.3], [1.6, 99, 23.7]],
  8: [[0, 114.5, 7.5, 3], [0, 113.5, 14.5, 0.5], [0, 110, 20.5], [0, 103, 24]],
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
  [0, 40.5, 44.7, 0.2],
  [0, 45, 38.4, 0.5],
  [0, 55, 29.6],
  [0, 64.8, 32, -0.8],
  [0, 71.5, 31.8, 1.4],
  [0, 82.5, 24.8],
  [0, 88, 22.6],
  [0, 96, 23.8],
  // Forehead and temple.
  [29.4, -44, 19],
  [29.4, -66, 7],
  [27.3, -92, -22],
  [50.4, -44, 6],
  [52.5, -68, -10],
  [48.3, -96, -42],
  [65.1, -38, -15],
  [66.2, -14, -18],
  [71.4, -40, -42],
  [69.3, -74, -52],
  [44.1, -108, -75],
  [79.8, -44, -82],
  [73.5, -82, -90],
  // Brow ridge and orbit.
  [10.5, -10, 17],
  [17.9, -12, 15.5],
  [26.2, -13, 16.2],
  [36.8, -14, 14.5],
  [47.2, -12, 7.5],
  [54.6, -6, -3],
  [21, -5.5, 10],
  [26.8, -8.2, 12.4],
  [36.2, -8.8, 11],
  [45.1, -6.2, 4.5],
  [50.4, 0, -3.5],
  [14.7, 4, 10.5],
  [21, 8, 10.2],
  [28.4, 10, 11.5],
  [37.8, 9.5, 9.6],
  [47.2, 6, 1.8],
  [55.7, 6, -6.5],
  // Nose: bridge, side, tip, wing, nostril floor.
  [5.2, 0, 15.8],
  [5.2, 10, 22.5],
  [10, 10, 13.6],
  [16.8, 12, 11.4],
  [5.2, 22, 32],
  [9.5, 22, 22.5],
  [16.8, 22, 13.8],
  [5, 34, 43.9],
  [9, 34, 35.6],
  [12.8, 33.5, 26.6],
  [19.5, 33, 17],
  [4.8, 39.5, 42.9],
  [8.8, 39, 37],
  [12.2, 38.5, 31.4],
  [16.2, 40, 28.4],
  [18.2, 42, 24],
  [21.6, 42, 17.8],
  [20.2, 37.5, 19],
  [16.6, 45.2, 24.4],
  [4, 44.4, 37.5],
  [9, 45.4, 31.3],
  [22.1, 47, 18.7],
  // Philtrum, skin above the lip, nasolabial fold.
  [4.7, 55, 30.4],
  [11.6, 54.5, 26.8],
  [18.9, 51.5, 21.7],
  [23.1, 58, 18.8],
  [27.3, 50, 17.6],
  [30.5, 62, 16],
  // Lips: fullness, corners, the groove under the lower lip.
  [6.8, 64.2, 31.2, -0.8],
  [15.2, 65.2, 27, -0.9],
  [16.3, 67, 25.4, -1.8],
  [16.3, 67, 25.2, 1.8],
  [6.8, 71.2, 31, 1.4],
  [16.3, 70.4, 26.6, 1.4],
  [32, 69, 15.3],
  [10.5, 84, 22.5],
  [21, 81, 19.1],
  [11.6, 91.5, 22.4],
  // Cheeks and jaw.
  [28.4, 17, 14],
  [38.9, 17, 11.5],
  [49.4, 15, 4],
  [59.9, 14, -9],
  [28.4, 28, 17.5],
  [38.9, 28, 13],
  [49.9, 29, 5],
  [59.9, 30, -9],
  [31.5, 42, 18.2],
  [44.1, 46, 9.1],
  [56.2, 47, -6],
  [63, 48, -24],
  [38.9, 60, 10.3],
  [51.5, 64, -4],
  [60.4, 66, -24],
  [30.5, 76, 15.3],
  [43.1, 78, 4.1],
  [52.5, 82, -12],
  [22.1, 89, 17.5],
  [33.1, 91, 7.2],
  [13.7, 101, 20],
  [24.2, 101, 11.1],
  [7.4, 107, 20.9],
  // Underneath the chin and jaw.
  [0, 116.5, 2, 8],
  [0, 118, -16, 16],
  [0, 119.5, -40, 26],
  [16.8, 114.5, 1.5, 8],
  [16.8, 118, -20, 18],
  [30.5, 107.5, -6, 7],
  [31.5, 113, -28, 18],
  [44.1, 96.5, -20, 6],
  [44.1, 103, -42, 16],
  [55.1, 82, -38, 4],
  [55.7, 90, -60, 14],
  [62.5, 66, -52, 3],
  [63, 76, -74, 12],
  // Side and back of the head.
  [74, 2, -66],
  [74, 22, -66],
  [71.4, 42, -62],
  [75.1, -18, -60],
  [69.3, 52, -86, 4],
  [76.7, 8, -92],
  [77.7, -14, -96],
  [74.5, 30, -104],
  [65.1, 64, -108, 8],
  [69.3, -10, -132],
  [65.1, 28, -134],
  [60.9, -52, -136],
  [54.6, -92, -118],
  [42, 0, -160],
  [39.9, 36, -152],
  [39.9, -48, -160],
  [31.5, -96, -134],
  [42, 66, -134, 8],
  [12.6, -112, -104],
  [6.3, 0, -171],
  [6.3, 40, -160],
  [6.3, -50, -170],
  [6.3, 70, -142, 8],
  [6.3, -96, -142],
];

/** All control points of the half head. */
export const CONTROL_POINTS: readonly ControlPoint[] = [
  ...Object.values(LANDMARK_POINTS),
  ...Object.values(CONTOUR).flat(),
  ...SHAPE_POINTS,
];

/** The eyeball of the image's right half. */
export const EYE_CENTER: ControlPoint = [32.4, 0, -3.2];
export const EYE_RADIUS = 12.2;
