/** What is known about a step whose loss or gradients are not finite. */
export interface Divergence {
  /** Steps done before, 0-based number of the step itself. */
  readonly step: number;
  /** 0-based. */
  readonly epoch: number;
  /** Of that step. */
  readonly loss: number;
  /** Of that step. */
  readonly learningRate: number;
  /** Ids of the faces of the batch. */
  readonly faces: readonly string[];
  /** The variables with the largest gradients, largest first; those that are not finite count as largest. */
  readonly largestGradients: readonly { readonly variable: string; readonly norm: number }[];
  /** The last good checkpoint, if there is one. */
  readonly checkpoint: string | undefined;
}

/** Training came to a loss or a gradient that is not a finite number. */
export class DivergedError extends Error {
  /** The name of the class. */
  override name = "DivergedError";
  /** Puts the facts into one message. */
  constructor(readonly divergence: Divergence) {
    const { step, epoch, loss, learningRate, faces, largestGradients, checkpoint } = divergence;
    const what = Number.isFinite(loss) ? "a gradient" : "the loss";
    const gradients = largestGradients.map(({ variable, norm }) => `${variable} ${norm.toPrecision(3)}`).join(", ");
    const shown = faces.slice(0, 3).join(", ") + (faces.length > 3 ? ` and ${faces.length - 3} more` : "");
    super(
      `Cannot go on training as ${what} is not finite at step ${step} (epoch ${epoch + 1}, learning rate ` +
        `${learningRate.toPrecision(3)}; faces ${shown}; largest gradients ${gradients}; ` +
        `${checkpoint ? `last good checkpoint ${checkpoint}` : "no checkpoint yet"}): ${loss}`,
    );
  }
}
