import type { Cell } from "./cell.ts";

/** How every published number is marked, wherever it stands. */
export const PUBLISHED = "published, not rerun";

/** A row of a paper: NME in percent of the inter-ocular distance, each number as it was printed. */
export interface PublishedRow {
  /** As the paper names it. */
  readonly method: string;
  /** 300W, 689 faces. */
  readonly full?: string;
  /** 300W, 554 faces. */
  readonly common?: string;
  /** 300W, 135 faces. */
  readonly challenging?: string;
  /** COFW, 507 faces. */
  readonly cofw?: string;
  /** Failure rate on COFW, percent. */
  readonly cofwFailureRate?: string;
  /** Where the row was found; empty where only the method is known. */
  readonly source: string;
}

/**
 * Published numbers on 300W and COFW, to stand beside ours. None was rerun here, and test crops, training data and
 * picture sizes differ between them.
 *
 * A number that could not be found is left out: of the paper on ACR Loss that is MobileNetV2 and EfficientNet-B0 with
 * ACR, its own L2 rows, and all its FR and AUC values.
 */
export const publishedRows: readonly PublishedRow[] = [
  {
    method: "EfficientNet-B3 + ACR (the paper)",
    ...{ full: "3.75", common: "3.36", challenging: "5.36", cofw: "3.47" },
    source: "benchmark rows of the paper",
  },
  {
    method: "MobileNetV2, L2 (same author, same metric code)",
    ...{ full: "4.50", common: "3.93", challenging: "6.84", cofw: "5.04", cofwFailureRate: "3.74" },
    source: "author's data repository",
  },
  {
    method: "EfficientNet-B3, L2 (same author)",
    ...{ full: "3.82", common: "3.34", challenging: "5.80", cofw: "3.81", cofwFailureRate: "1.97" },
    source: "author's data repository",
  },
  {
    method: "MobileNetV2 + KD-Loss",
    ...{ full: "4.06", common: "3.56", challenging: "6.13", cofw: "4.11", cofwFailureRate: "2.37" },
    source: "KD-Loss",
  },
  {
    method: "MobileNetV2 + adaptive ASM weighting (pre-ACR)",
    ...{ full: "4.19", common: "3.70", challenging: "6.19", cofw: "4.08" },
    source: "KD-Loss",
  },
  { method: "ASMNet", full: "5.50", common: "4.82", challenging: "8.2", source: "ASMNet" },
  { method: "MobileNetV2 (of ASMNet)", full: "4.70", common: "3.93", challenging: "7.52", source: "ASMNet" },
  { method: "LAB", full: "3.49", common: "2.98", challenging: "5.19", cofw: "3.92", source: "" },
  { method: "Wing (ResNet50)", full: "3.60", common: "3.01", challenging: "6.01", source: "" },
  { method: "DCFE", full: "3.24", common: "2.76", challenging: "5.22", source: "" },
  { method: "DeCaFA", full: "3.39", common: "2.93", challenging: "5.26", source: "" },
  { method: "AWing", full: "3.07", common: "2.72", challenging: "4.52", source: "" },
  {
    method: "HRNetV2-W18",
    ...{ full: "3.32", common: "2.87", challenging: "5.15", cofw: "3.45", cofwFailureRate: "0.20" },
    source: "",
  },
  { method: "LUVLi", full: "3.23", common: "2.76", challenging: "5.16", source: "" },
  { method: "PIPNet R18", full: "3.36", cofw: "3.31", source: "" },
  { method: "PIPNet R101", full: "3.19", common: "2.78", challenging: "4.89", cofw: "3.08", source: "" },
  { method: "PIPNet MobileNetV2", full: "3.40", cofw: "3.43", source: "" },
  { method: "ADNet", full: "2.93", common: "2.53", challenging: "4.58", source: "" },
  { method: "HIH-B", full: "3.09", common: "2.65", challenging: "4.89", cofw: "3.21", source: "" },
  { method: "SLPT", full: "3.17", common: "2.75", challenging: "4.90", cofw: "3.32", source: "" },
  { method: "DTLD (COFW: DTLD+)", full: "2.96", common: "2.59", challenging: "4.50", cofw: "3.02", source: "" },
  { method: "STAR", full: "2.87", common: "2.52", challenging: "4.32", cofw: "3.21", source: "" },
  { method: "SPIGA", full: "2.99", common: "2.59", challenging: "4.66", source: "" },
  { method: "FaRL (448 px)", full: "2.88", source: "" },
  { method: "H3R MobileNetV2 (256 px)", full: "3.96", source: "" },
];

/** A number that was printed as percent, as a fraction that still prints as its source printed it. */
export function printedPercent(text: string | undefined): Cell {
  // Moving the point in the text keeps the number the nearest to what was printed; dividing by 100 may not.
  return text === undefined ? undefined : { mean: Number(`${text}e-2`), text };
}

/** The published rows for a dataset, as NME by subset; none for a dataset that has none. */
export function publishedFor(dataset: string): { row: PublishedRow; nme: Record<string, Cell>; failureRate: Cell }[] {
  return publishedRows.flatMap((row) => {
    if (dataset === "300w" && (row.full ?? row.common ?? row.challenging) !== undefined) {
      const { full, common, challenging } = row;
      const nme = {
        full: printedPercent(full),
        common: printedPercent(common),
        challenging: printedPercent(challenging),
      };
      return [{ row, nme, failureRate: undefined }];
    }
    if (dataset === "cofw" && row.cofw !== undefined) {
      return [{ row, nme: { full: printedPercent(row.cofw) }, failureRate: printedPercent(row.cofwFailureRate) }];
    }
    return [];
  });
}
