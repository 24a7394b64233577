/**
 * Plots: one function each, from plain data to a Vega-Lite specification; `show()` displays one in a notebook,
 * `savePlot()` writes one to a file.
 *
 * @module
 */
export { ablationBars, type AblationBarsOptions, type AblationRow } from "./ablation_bars.ts";
export { ablationHeatMap, type AblationHeatMapOptions, type HeatMapCell } from "./ablation_heat_map.ts";
export { type ComparedShapes, comparedShapes, type ComparedShapesOptions } from "./compared_shapes.ts";
export { cumulativeError, type CumulativeErrorOptions, type ErrorSeries } from "./cumulative_error.ts";
export { difficultyByEpoch, type DifficultyByEpochOptions, type EpochDifficulty } from "./difficulty_by_epoch.ts";
export { difficultyFace, type DifficultyFaceOptions } from "./difficulty_face.ts";
export {
  type Displayable,
  type PlotBundle,
  plotBundle,
  show,
  showLive,
  type Shown,
  VEGA_LITE_MIME,
} from "./display.ts";
export { drawnFaces, type DrawnFacesOptions, facePicture, rankFaces } from "./drawn_faces.ts";
export { errorHistogram, type ErrorHistogramOptions } from "./error_histogram.ts";
export { faceGrid, type FaceGridOptions } from "./face_grid.ts";
export type { Lines as FaceLines, Shape as ShapeVector } from "./face_layers.ts";
export { type DrawnFace, facePoints, type FacePointsOptions } from "./face_points.ts";
export { landmarkErrorMap, type LandmarkErrorMapOptions } from "./landmark_error_map.ts";
export { type LossCurve, lossCurves, type LossCurvesOptions } from "./loss_curves.ts";
export { pcaSpectrum, type PcaSpectrumOptions } from "./pca_spectrum.ts";
export { type PictureOptions, pictureUrl } from "./picture.ts";
export { regionBars, type RegionBarsOptions, type RegionSeries } from "./region_bars.ts";
export { compilePlot, type PngOptions, toPng, toSvg } from "./render.ts";
export { savePlot, type SavePlotOptions, toHtml } from "./save_plot.ts";
export { type ShapeMode, shapeModes, type ShapeModesOptions } from "./shape_modes.ts";
export { type SmoothFace, smoothFaces, type SmoothFacesOptions } from "./smooth_faces.ts";
export { asPart, type Part as SpecPart, plot, type PlotSpec, withTheme } from "./spec.ts";
export { type Mode as ThemeMode, palette, theme } from "./theme.ts";
export { trainingCurves, type TrainingCurvesOptions, type TrainingRun } from "./training_curves.ts";
