"""One operation in a fresh process: import, a matrix product, its sum read back."""

import json
import os
import sys

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
if sys.argv[1] == "keras":
    import keras

    total = float(keras.ops.sum(keras.ops.matmul(keras.ops.ones((64, 64)), keras.ops.ones((64, 64)))))
    version = f"Keras {keras.__version__} on {keras.backend.backend()}"
elif sys.argv[1] == "tensorflow":
    import tensorflow as tf

    total = float(tf.reduce_sum(tf.ones((64, 64)) @ tf.ones((64, 64))))
    version = f"TensorFlow {tf.__version__}"
else:
    import torch

    total = float((torch.ones(64, 64) @ torch.ones(64, 64)).sum())
    version = f"PyTorch {torch.__version__}"
print(json.dumps({"version": version, "total": total}), flush=True)
